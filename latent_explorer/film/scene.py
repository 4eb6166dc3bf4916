"""One frame of a film: the map at a time, with the moment, the loss and the classes beside it."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.spatial import KDTree

from latent_explorer.atlas import grid_points, montage
from latent_explorer.export import Background, MapScene, PointGroup, class_groups, inked, painted
from latent_explorer.export.animation import even
from latent_explorer.export.painting import draw_mark
from latent_explorer.export.pixels import font, text_length
from latent_explorer.export.scene import cut
from latent_explorer.film.shots import Shot
from latent_explorer.film.timing import Camera, Motion, between, times_of
from latent_explorer.palette import Palette
from latent_explorer.safe_text import safe_text

_UNITS, _DOWN, _BESIDE = 640, 400, 154  # across, down, and what stands beside the map
_CELL, _DOT = 34.0, 3.4  # sides of a picture and of a dot, in units
_RIM = 0.55  # pixels
_KEPT = 3  # grounds at a time: those of two moments are mixed
_OPACITY, _FAINTEST = 0.58, 0.2  # of pictures amid the data, and far from all
_NEAR, _FAR = 0.7, 2.5  # cells to the fifth nearest point within which, and beyond which
_CROWD = 5
_FINER = 4
# Lengths are in units of the film, of which there are 640 to its width.
_LARGE, _SMALL = 17.5, 12.5
_EDGE, _LINE = 16.0, 20.5
_LOSS, _BASE, _LIST, _NEXT = 82.0, 166.0, 188.0, 18.0


@dataclass(frozen=True, eq=False)
class LossCurve:
    """A loss at some steps of a run, both (k,), ascending; k may be 0. name: in words."""

    steps: NDArray[np.float64]
    losses: NDArray[np.float64]
    name: str = "loss (log)"

    def at(self, step: float) -> float | None:
        """The loss at a step, linear between the reports; None before the first."""
        return float(np.interp(step, self.steps, self.losses)) if (self.steps <= step).any() else None

    def until(self, step: float) -> NDArray[np.float64]:
        """The curve up to a step, (m, 2) in the unit square from the upper left, on logarithmic axes."""
        past, now = self.steps < step, self.at(step)
        if now is None:
            return np.zeros((0, 2))
        line = np.column_stack([np.append(self.steps[past], step), np.append(self.losses[past], now)])
        whole = np.column_stack([self.steps, self.losses])
        logarithmic = whole.min(0) > 0  # a loss may be negative
        for scaled in (whole, line):
            scaled[:, logarithmic] = np.log(scaled[:, logarithmic])
        extent = np.maximum(np.ptp(whole, axis=0), 1e-9)
        unit: NDArray[np.float64] = (line - (whole[0, 0], whole[:, 1].max())) / extent * (1, -1)
        return unit


@dataclass(frozen=True, eq=False)
class Margin:
    """Paints the margin. size: (width, height) in pixels; unit: pixels to a unit of the film."""

    size: tuple[int, int]
    unit: float
    palette: Palette
    classes: tuple[str, ...]
    curves: tuple[LossCurve, ...]

    def painted(self, title: str, below: str, step: float) -> Image.Image:
        """At a step: a title, a fainter line below, the curves so far, the classes."""
        image = self._shapes(step).reduce(_FINER)
        self._draw_marks(image)
        self._write(image, (_EDGE, 17), title, _LARGE, self.palette.text)
        self._write(image, (_EDGE, 43), below, _SMALL, self.palette.faint)
        for number, curve in enumerate(self.curves):
            alone, down = len(self.curves) == 1, _LOSS + number * _NEXT
            self._write(image, (_EDGE, down), curve.name, _SMALL, self.palette.faint if alone else self._ink(number))
            if (loss := curve.at(step)) is not None:
                self._write(image, (self._right, down), f"{loss:#.4g}", _SMALL, self.palette.text, "ra")
        for number, (name, ink) in enumerate(self._names()):
            self._write(image, (_EDGE + 17, _LIST + _LINE * number), name, _SMALL, ink)
        return image

    @property
    def _right(self) -> float:
        return self.size[0] / self.unit - _EDGE

    def _names(self) -> list[tuple[str, str]]:
        """The classes that fit, in their inks, and the number of others."""
        room = int((self.size[1] / self.unit - _LIST) / _LINE)
        shown = self.classes if len(self.classes) <= room else self.classes[: room - 1]
        names = [(self._cut(name), self.palette.text) for name in shown]
        more = len(self.classes) - len(shown)
        return [*names, (f"and {more} more", self.palette.faint)] if more else names

    def _cut(self, name: str) -> str:
        """The part of a name that fits."""
        size = round(_SMALL * self.unit, 1)
        return cut(name, (self._right - _EDGE - 17) * self.unit, lambda text: text_length(text, size))

    def _write(
        self, image: Image.Image, at: tuple[float, float], text: str, size: float, ink: str, anchor: str = "la"
    ) -> None:
        place = at[0] * self.unit, at[1] * self.unit
        letters = font(round(size * self.unit, 1), text)
        ImageDraw.Draw(image).text(place, text, fill=ink, font=letters, anchor=anchor)

    def _shapes(self, step: float) -> Image.Image:
        """Everything except text, drawn enlarged, so that its edges are smooth after reduction."""
        image = Image.new("RGB", (self.size[0] * _FINER, self.size[1] * _FINER), self.palette.window)
        draw, fine = ImageDraw.Draw(image), self.unit * _FINER
        draw.line([(_EDGE * fine, _BASE * fine), (self._right * fine, _BASE * fine)], self.palette.line, round(fine))
        top = _LOSS + 24 + (len(self.curves) - 1) * _NEXT
        corner, extent = np.array([_EDGE, top]), np.array([self._right - _EDGE - 4, _BASE - top - 6])
        for number, curve in enumerate(self.curves):
            line = [(x, y) for x, y in ((corner + curve.until(step) * extent) * fine).tolist()]
            if line:
                draw.line(line, self._ink(number), round(1.6 * fine), joint="curve")
                draw.circle(line[-1], 3.2 * fine, self._ink(number))
        return image

    def _ink(self, number: int) -> str:
        """The colour of a curve, as in the training panel."""
        inks = (self.palette.accent, self.palette.fair, self.palette.good, self.palette.poor)
        return inks[number % len(inks)]

    def _draw_marks(self, image: Image.Image) -> None:
        for number, (_, ink) in enumerate(self._names()):
            if ink == self.palette.text:
                at = (_EDGE + 5) * self.unit, (_LIST + _LINE * number + 7.5) * self.unit
                draw_mark(image, self.palette.mark_of(number), self.palette.of_class(number), at, 4.6 * self.unit)


@dataclass(frozen=True, eq=False)
class FilmScene:
    """Paints the frames of a run at `frames` (f,), in seconds.

    size: (width, height) of each; screen: of the map in it. unit: pixels to a unit of the film.
    """

    shots: list[Shot]
    frames: NDArray[np.float64]
    size: tuple[int, int]
    screen: tuple[int, int]
    unit: float
    palette: Palette
    motion: Motion
    camera: Camera
    margin: Margin
    kept: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        shots: list[Shot],
        width: int,
        frames: NDArray[np.float64],
        palette: Palette,
        colours: str = "usual",
        *,
        shapes: bool = False,
    ) -> "FilmScene":
        """The scene of a film with this width in pixels.

        colours: the name of the palette for classes. shapes: whether each class has a shape.
        """
        unit = width / _UNITS
        size = even(width), even(round(_DOWN * unit))
        beside = round(_BESIDE * unit), size[1]
        screen = size[0] - beside[0], size[1]
        places = np.stack([shot.uv for shot in shots])
        motion = Motion(times_of(places, float(frames[-1])), places)
        camera = Camera.following(motion, frames, screen[0] / screen[1])
        last = shots[-1]
        names = tuple(map(safe_text, last.classes))
        palette = replace(palette.for_map(last.uv, last.label, len(names), colours), shapes=shapes)
        margin = Margin(beside, unit, palette, names, _curves(shots))
        return cls(shots, frames, size, screen, unit, palette, motion, camera, margin)

    def painted(self, number: int) -> NDArray[np.uint8]:
        """A frame, uint8 (h, w, 3)."""
        time = float(self.frames[number])
        image = Image.new("RGB", self.size)
        image.paste(Image.fromarray(self._map(number, time)), (0, 0))
        image.paste(self._beside(time), (self.screen[0], 0))
        return np.asarray(image)

    def _map(self, number: int, time: float) -> NDArray[np.uint8]:
        """The blended pictures of two moments, with the points over them."""
        before, share = between(self.motion.times, time)
        one, other = (Image.fromarray(self._ground(moment)) for moment in (before, before + 1))
        mixed = np.asarray(Image.blend(one, other, share * share * (3 - 2 * share)))
        region, near = self.camera.region(number), self.shots[before + (share >= 0.5)]
        xy = (self.motion.at(time) - (region.left, region.top)) * (self.screen[0] / region.width * np.array([1, -1]))
        names = near.classes or ("images",)
        radius = _DOT * self.unit / 2 - _RIM
        return self._painted(mixed, tuple(class_groups(xy, near.label, names, self.palette, radius=radius, rim=_RIM)))

    def _ground(self, number: int) -> NDArray[np.uint8]:
        """The pictures of a shot, placed as in the frame in which it is reached; at the ends, as in the outermost.

        Fainter where there are no data.
        """
        if number not in self.kept:
            while len(self.kept) >= _KEPT:
                del self.kept[next(iter(self.kept))]
            frame = np.searchsorted(self.frames, (self.frames[0], *self.motion.times[1:-1], self.frames[-1])[number])
            shot, region = self.shots[number], self.camera.region(int(frame))
            columns, rows = (max(1, round(side / (_CELL * self.unit))) for side in self.screen)
            points = grid_points(region, columns, rows)
            pictures = Image.fromarray(inked(montage(shot.pictures(points), columns), self.palette))
            levels = (255 * _clearness(shot.uv, points, region.width / columns)).round().astype(np.uint8)
            mask = Image.fromarray(levels.reshape(rows, columns))
            pictures.putalpha(mask.resize(pictures.size, Image.Resampling.BICUBIC))
            self.kept[number] = self._painted(np.asarray(pictures))
        return self.kept[number]

    def _painted(self, ground: NDArray[np.uint8], groups: tuple[PointGroup, ...] = ()) -> NDArray[np.uint8]:
        background = Background(ground, 0, 0, *self.screen)
        return painted(MapScene(*self.screen, self.palette.map, self.palette.text, background, groups, legend=False))

    def _beside(self, time: float) -> Image.Image:
        steps = [shot.moment.step for shot in self.shots]
        step = float(np.interp(time, self.motion.times, steps))
        epoch = self.shots[int(np.searchsorted(steps, step - 0.5).clip(0, len(steps) - 1))].moment.epoch
        epochs = max(max(shot.config.training.epochs, shot.moment.epoch) for shot in self.shots)
        title = f"Epoch {epoch} of {epochs}" if epoch else "Untrained"
        return self.margin.painted(title, f"step {round(step):,}", step)


def _clearness(data: NDArray[np.float32], points: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """The opacity of pictures at plane points (k, 2), (k,), by how near the data are."""
    distance, _ = KDTree(data).query(points, k=[min(_CROWD, len(data))])
    away = np.clip((distance[:, 0] / cell - _NEAR) / (_FAR - _NEAR), 0, 1)
    shown: NDArray[np.float64] = _OPACITY * (1 - (1 - _FAINTEST) * away * away * (3 - 2 * away))
    return shown


def _curves(shots: list[Shot]) -> tuple[LossCurve, ...]:
    """Each reported loss; there was none yet when the untrained network was taken."""
    told = [shot.moment for shot in shots if shot.moment.losses]
    family = shots[-1].config.family
    names = family.followed if family.competes else family.followed[:1]
    curves = []
    for name in names:
        known = [moment for moment in told if name in moment.losses]
        steps, losses = [moment.step for moment in known], [moment.losses[name] for moment in known]
        curves.append(LossCurve(np.array(steps, np.float64), np.array(losses, np.float64)))
    if len(curves) == 1:
        return tuple(curves)
    return tuple(replace(curve, name=family.labels()[name]) for name, curve in zip(names, curves, strict=True))
