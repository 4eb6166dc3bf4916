"""The colours and marks of classes: the palettes, and their assignment by which classes overlap on a map."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.plugins import Registry
from latent_explorer.vision import VISIONS, differences, rgb

Mark = Literal["disc", "ring", "diamond", "square", "triangle", "cross", "bar", "down", "saltire", "star"]
MARKS: tuple[Mark, ...] = get_args(Mark)[:7]
"""Marks that distinguish classes of one colour in legends and at single points; on the map they differ in lightness."""
SHAPES: tuple[Mark, ...] = (
    "disc", "square", "triangle", "diamond", "cross", "star", "down", "saltire", "bar", "ring",
)  # fmt: skip
"""Shapes that distinguish all classes, on the map too, if switched on: neighbours in this order differ most."""
_CORNERS: dict[Mark, tuple[float, ...]] = {  # turns from the right, of corners at the rim; the others are round
    "diamond": (0, 1 / 4, 1 / 2, 3 / 4),
    "square": (1 / 8, 3 / 8, 5 / 8, 7 / 8),
    "triangle": (1 / 12, 5 / 12, 3 / 4),
    "down": (1 / 4, 7 / 12, 11 / 12),
}
_ANGLES: dict[Mark, list[tuple[float, float]]] = {
    "bar": [(-1, -0.45), (1, -0.45), (1, 0.45), (-1, 0.45)],
    "cross": [
        (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35),
        (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35),
    ],
}  # fmt: skip
_DEALT = 1000  # classes at most for which the overlap decides
_SAMPLE, _GRID, _COARSE_GRID, _MANY = 20_000, 32, 16, 64
_BULK = 0.01  # the share of the points at each side that goes to the outermost cells
_STRANGERS = 0.02  # classes that never overlap should differ too, if possible
_NEAR = 18.0  # CIEDE2000; the likeness of two colours falls to a third with each such step
_EXCHANGES = 100  # of two classes' colours, at most


def mark_outline(mark: Mark) -> list[tuple[float, float]]:
    """The corners (x, y) of a mark, y downwards, in [-1, 1]. Rings are drawn hollow, all others filled."""
    if mark == "saltire":
        return [((x - y) * math.sqrt(0.5), (x + y) * math.sqrt(0.5)) for x, y in _ANGLES["cross"]]
    if mark == "star":
        rims = ((math.tau * (turn / 10 - 1 / 4), (1.0, 0.45)[turn % 2]) for turn in range(10))
        return [(far * math.cos(angle), far * math.sin(angle)) for angle, far in rims]
    if mark in _ANGLES:
        return _ANGLES[mark]
    turns = _CORNERS.get(mark) or tuple((np.arange(24) / 24).tolist())
    return [(math.cos(math.tau * turn), math.sin(math.tau * turn)) for turn in turns]


@dataclass(frozen=True)
class ClassPalette:
    """Colours for classes, #rrggbb, as many for dark backgrounds as for light ones, the most different first.

    name: in settings and commands. title, sentence: for people.
    """

    name: str
    title: str
    sentence: str
    dark: tuple[str, ...]
    light: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.dark)


def _check(palette: ClassPalette) -> None:
    if not len(palette.dark) == len(palette.light) > 0:
        raise UserError(f"the palette {palette.name!r} has {len(palette.dark)} and {len(palette.light)} colours")


PALETTES: Registry[ClassPalette] = Registry("palettes", ClassPalette, "title", check=_check)
register = PALETTES.register


def palette_called(name: str) -> ClassPalette:
    """Return the palette with this name. Raises a UserError that lists the palettes if there is none."""
    if name not in PALETTES:
        raise UserError(f"no palette called {name!r}: expected one of {', '.join(PALETTES)}")
    return PALETTES[name]


_OKABE_ITO = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#f0e442", "#999999")
_TABLEAU = (
    "#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#bab0ac",
)  # fmt: skip
# found by scripts/choose_palette.py
_USUAL_DARK = (
    "#dce538", "#88c1fe", "#ac5d8d", "#309671", "#f3833a", "#f4a8c5", "#e81e4c", "#76ffb4", "#2470f2", "#9489c2",
)  # fmt: skip
_USUAL_LIGHT = (
    "#7e7a05", "#2394ff", "#874767", "#125d3d", "#901100", "#c37bab", "#ff4865", "#1e9c6c", "#5262db", "#621da7",
)  # fmt: skip

USUAL = ClassPalette(
    "usual",
    "Default",
    "Ten colours of different lightness, distinct with any kind of colour vision.",
    dark=_USUAL_DARK,
    light=_USUAL_LIGHT,
)
for _palette in (
    USUAL,
    ClassPalette(
        "okabe-ito",
        "Okabe and Ito",
        "The eight colours of Okabe and Ito, 2008; darker or brighter where the background would hide them.",
        _OKABE_ITO,
        _OKABE_ITO,
    ),
    ClassPalette(
        "tableau",
        "Tableau 10",
        "The ten colours of Tableau, 2016; darker or brighter where the background would hide them.",
        _TABLEAU,
        _TABLEAU,
    ),
    ClassPalette(
        "greys",
        "Greys, for print",
        "Five greys; classes of the same grey differ by their marks in the legend.",
        dark=("#ffffff", "#707070", "#b6b6b6", "#929292", "#dadada"),
        light=("#000000", "#8c8c8c", "#464646", "#696969", "#262626"),
    ),
):
    register(_palette)


def class_overlap(uv: NDArray[np.floating], label: NDArray[np.integer], classes: int) -> NDArray[np.float32]:
    """The overlap of each pair of classes, (classes, classes) in [0, 1]: the cosine of their histograms.

    uv: plane points (n, 2); label: (n,). The histograms have 32 x 32 cells (16 x 16 with many classes), each spread
    over its neighbours, and use at most 20,000 points. For more than 1,000 classes the result has shape (0, 0), and
    each class gets the colour of its number.
    """
    if classes > _DEALT:
        return np.zeros((0, 0), np.float32)
    step = -(-len(uv) // _SAMPLE) or 1
    uv, label = uv[::step], label[::step]
    finite = np.isfinite(uv).all(1)
    uv, label = uv[finite], label[finite]
    if not len(uv) or not classes:
        return np.zeros((classes, classes), np.float32)
    side = _GRID if classes <= _MANY else _COARSE_GRID
    ends = np.sort(uv[:: max(1, len(uv) // 2000)], axis=0)
    low, high = ends[int(_BULK * len(ends))], ends[int((1 - _BULK) * len(ends))]
    column, row = 1 + np.clip((uv - low) / np.maximum(high - low, 1e-12) * side, 0, side - 1).astype(np.int64).T
    wide = side + 2  # a margin, so that cells on opposite sides are no neighbours
    counts = np.bincount((label * wide + row) * wide + column, minlength=classes * wide * wide)
    spread: NDArray[np.float32] = counts.reshape(classes, wide, wide).astype(np.float32)
    for axis in (1, 2):
        spread = spread + np.float32(0.5) * (np.roll(spread, 1, axis) + np.roll(spread, -1, axis))
    flat = spread.reshape(classes, -1)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    overlap: NDArray[np.float32] = flat @ flat.T
    np.fill_diagonal(overlap, 0)
    return overlap


def assigned(overlap: NDArray[np.float32], palette: ClassPalette) -> tuple[int, ...]:
    """Assign a slot to each class, given their overlap (classes, classes), so that neighbours look different.

    Slot s is colour s % n of a palette of n, with shade and mark number s // n. All colours are used equally often; the
    same input gives the same slots. The classes that overlap most choose first, then any two may exchange.
    """
    classes, colours = len(overlap), min(len(palette), len(overlap))
    if classes < 2:
        return tuple(range(classes))
    alike, meets = _alikeness(palette)[:colours, :colours], overlap + _STRANGERS
    colour = _chosen(meets, alike)
    if classes <= _MANY:
        _exchange(colour, meets, alike)
    turns: list[int] = [0] * colours
    slots = []
    for own in colour.tolist():
        slots.append(own + turns[own] * len(palette))
        turns[own] += 1
    return tuple(slots)


def _chosen(meets: NDArray[np.float32], alike: NDArray[np.float64]) -> NDArray[np.intp]:
    classes, colours = len(meets), len(alike)
    colour, used = np.full(classes, -1), np.zeros(colours, int)
    burden = np.zeros((classes, colours))  # of each class with each colour, from the classes assigned so far
    for number in np.argsort(-meets.sum(1), kind="stable"):
        free = used < used.min() + 1
        own = int(np.where(free, burden[number], np.inf).argmin())
        colour[number] = own
        used[own] += 1
        burden += meets[:, number, None] * alike[own]
    return colour


def _exchange(colour: NDArray[np.intp], meets: NDArray[np.float32], alike: NDArray[np.float64]) -> None:
    """Exchange the colours of two classes as long as that is an improvement."""
    weights = meets.astype(np.float64)
    np.fill_diagonal(weights, 0)
    for _ in range(_EXCHANGES):
        burden = weights @ alike[colour]  # (classes, colours)
        now = burden[np.arange(len(colour)), colour]
        both, between = burden[:, colour], alike[np.ix_(colour, colour)]
        gain = now[:, None] + now - (both + both.T - 2 * weights * (1 - between))
        one, other = np.unravel_index(int(gain.argmax()), gain.shape)
        if gain[one, other] <= 1e-9:
            return
        colour[[one, other]] = colour[[other, one]]


@lru_cache(maxsize=16)
def _alikeness(palette: ClassPalette) -> NDArray[np.float64]:
    """The likeness of each pair of colours, (n, n) in (0, 1]: for normal vision and for the worst colour deficiency.

    On both backgrounds, so that a class keeps its hue when the theme changes.
    """
    grounds = (rgb(*palette.dark), rgb(*palette.light))
    seen = np.array([np.min([differences(colours, vision) for colours in grounds], axis=0) for vision in VISIONS])
    alike: NDArray[np.float64] = np.exp(-(seen[0] / 2 + seen.min(0)) / _NEAR)
    return alike
