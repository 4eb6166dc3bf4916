"""The map as shown, described without a window: all places in pixels of the output, with the origin at the upper
left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

from latent_explorer.class_colours import Mark
from latent_explorer.palette import Palette

_LEGIBLE = 150  # pixels that a name may take of any map
_LAYERS = 10  # over which the points of each class are spread, lest the last class cover the others


@dataclass(frozen=True, eq=False)
class PointGroup:
    """The points of one class. xy: float (n, 2). colour: as in CSS. opacity: in [0, 1].

    rim: pixels of the paper's colour around them, which separate them from a picture. mark: in the legend; shaped:
    whether the points have it too, instead of dots.
    """

    name: str
    colour: str
    xy: NDArray[np.floating]
    radius: float = 1.5
    opacity: float = 1.0
    rim: float = 0.0
    mark: Mark = "disc"
    shaped: bool = False


@dataclass(frozen=True)
class PinMark:
    """A named place."""

    name: str
    x: float
    y: float
    colour: str


@dataclass(frozen=True, eq=False)
class Polyline:
    """A path. xy: float (n, 2)."""

    xy: NDArray[np.floating]
    colour: str
    width: float = 2.0


@dataclass(frozen=True, eq=False)
class Background:
    """A picture under or over the points, uint8 (h, w, 3 or 4), stretched over a rectangle."""

    pixels: NDArray[np.uint8]
    x: float
    y: float
    width: float
    height: float
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class MapScene:
    """Everything on the map, from the lowest layer up; `ink` is the colour of text and axes.

    A class may have several groups, so that overlapping classes stay visible; the legend has it once. overlay: over the
    points, under curves and pins. x_ticks, y_ticks: pixels from the left and from the top, and labels, as in
    `atlas.view`. axis_names: of x and y, in words.
    """

    width: int
    height: int
    paper: str = "#ffffff"
    ink: str = "#000000"
    background: Background | None = None
    groups: tuple[PointGroup, ...] = ()
    overlay: Background | None = None
    curves: tuple[Polyline, ...] = ()
    pins: tuple[PinMark, ...] = ()
    x_ticks: tuple[tuple[float, str], ...] = ()
    y_ticks: tuple[tuple[float, str], ...] = ()
    axis_names: tuple[str, str] = ("", "")
    legend: bool = True

    @property
    def axis_titles(self) -> list[tuple[str, float, float, str]]:
        """For each axis with a name: its text, its position, and which end of the text is there, as in SVG.

        The name of x is above its right end, that of y beside its upper one.
        """
        x, y = self.axis_names
        titles = [(f"{x} →", self.width - 8.0, self.height - 24.0, "end"), (f"↑ {y}", 8.0, 16.0, "start")]
        return [title for title, name in zip(titles, (x, y), strict=True) if name]

    @property
    def listed(self) -> list[PointGroup]:
        """One group of each name, for the legend, without unnamed ones."""
        return list({group.name: group for group in self.groups if group.name}.values())


def class_groups(
    xy: NDArray[np.floating],
    label: NDArray[np.integer] | None,
    names: tuple[str, ...],
    palette: Palette,
    *,
    hidden: frozenset[int] = frozenset(),
    chosen: NDArray[np.bool_] | None = None,
    radius: float = 1.5,
    opacity: float = 1.0,
    rim: float = 0.0,
) -> Iterator[PointGroup]:
    """Points (n, 2) in the colours of their classes, without hidden ones; those not chosen (n,) in grey underneath."""
    shown = np.ones(len(xy), bool) if label is None else ~np.isin(label, list(hidden))
    if chosen is not None:
        yield PointGroup("not selected", palette.line, xy[shown & ~chosen], radius, opacity, rim)
        shown = shown & chosen
    if label is None or not names:
        yield PointGroup("images", palette.accent, xy[shown], radius, opacity, rim)
        return
    for part in np.array_split(np.arange(len(label)), min(_LAYERS, max(1, len(label)))):
        for number, name in enumerate(names):
            own = part[(label[part] == number) & shown[part]]
            if len(own):
                look = palette.of_class(number), xy[own], radius, opacity, rim, palette.mark_of(number), palette.shapes
                yield PointGroup(name, *look)


def inked(pictures: NDArray[np.uint8], palette: Palette) -> NDArray[np.uint8]:
    """Pictures (..., 1 or 3) in colour (..., 3); grey ones as ink on the map, so that black does not frame each."""
    if pictures.shape[-1] == 3:
        return pictures
    paper, ink = (np.array(ImageColor.getrgb(colour)[:3], np.float32) for colour in (palette.map, palette.text))
    levels: NDArray[np.uint8] = (paper + (ink - paper) * (pictures / np.float32(255))).round().astype(np.uint8)
    return levels


@dataclass(frozen=True)
class LegendEntry:
    """A line of a legend. x, y: of its mark; its text ends to the left of that. group: None for text alone."""

    text: str
    x: float
    y: float
    group: PointGroup | None = None


@dataclass(frozen=True)
class LegendLayout:
    """A legend as laid out. box: left, top, width, height of the paper under it."""

    entries: list[LegendEntry]
    box: tuple[float, float, float, float]


def legend_layout(scene: MapScene, line: float, margin: float, length: Callable[[str], float]) -> LegendLayout:
    """The classes of a scene at the upper right, in columns over at most half of it, and the number of those left out.

    line: pixels from one to the next. length: of a text, in pixels. Names much longer than most are shortened.
    """
    groups, mark = scene.listed, line * 2 / 3
    rows = max(1, int((scene.height - 2 * margin) / line))
    lengths = sorted(length(group.name) for group in groups) or [0.0]
    limit = max(scene.width / 4, min(_LEGIBLE, scene.width - 3 * margin - mark), mark)
    widest = min(limit, max(mark, lengths[-1 if len(groups) <= rows else len(groups) * 9 // 10]))
    column = widest + mark + margin
    columns = min(-(-len(groups) // rows), max(1, int(scene.width / 2 / column)))
    room = rows * columns
    shown = groups if len(groups) <= room else groups[: max(room - 1, 0)]
    texts: list[tuple[str, PointGroup | None]] = [(cut(group.name, widest, length), group) for group in shown]
    if len(shown) < len(groups):
        texts.append((cut(f"and {len(groups) - len(shown)} more", widest + mark, length), None))
    rows = -(-len(texts) // columns) if columns else 0
    right = scene.width - margin - mark / 2
    entries = [
        LegendEntry(text, right - column * (columns - 1 - n // rows), margin + line * (n % rows + 0.5), group)
        for n, (text, group) in enumerate(texts)
    ]
    width = column * columns
    return LegendLayout(entries, (scene.width - margin / 2 - width, margin, width, line * rows))


def cut(text: str, room: float, length: Callable[[str], float]) -> str:
    """A text that fits into a number of pixels; the middle of a longer one is left out."""
    if length(text) <= room:
        return text
    for left in range(min(len(text), 200) - 1, 0, -1):
        shorter = f"{text[: -(-left // 2)]}…{text[len(text) - left // 2 :]}"
        if length(shorter) <= room:
            return shorter
    return "…"
