"""What stands beside the map of a film: the moment, the loss, the classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from latent_explorer.export.pixels import font
from latent_explorer.palette import Palette

_FINER = 4
# Lengths are in units of the film, of which there are 640 to its width.
_LARGE, _SMALL = 17.5, 12.5
_EDGE, _LINE = 16.0, 20.5
_LOSS, _BASE, _LIST = 82.0, 166.0, 188.0


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The loss at some steps of a run, both (k,), ascending; k may be 0."""

    steps: NDArray[np.float64]
    losses: NDArray[np.float64]

    def at(self, step: float) -> float | None:
        """The loss at a step, between the reports on a straight line; None before the first."""
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
    curve: LossCurve

    def painted(self, title: str, below: str, step: float) -> Image.Image:
        """At a step: a title, a fainter line below, the curve so far, the classes."""
        image = self._shapes(step).reduce(_FINER)
        self._write(image, (_EDGE, 17), title, _LARGE, self.palette.text)
        self._write(image, (_EDGE, 43), below, _SMALL, self.palette.faint)
        self._write(image, (_EDGE, _LOSS), "loss (log)", _SMALL, self.palette.faint)
        loss = self.curve.at(step)
        if loss is not None:
            self._write(image, (self._right, _LOSS), f"{loss:#.4g}", _SMALL, self.palette.text, "ra")
        for number, (name, ink) in enumerate(self._names()):
            self._write(image, (_EDGE + 17, _LIST + _LINE * number), name, _SMALL, ink)
        return image

    @property
    def _right(self) -> float:
        return self.size[0] / self.unit - _EDGE

    def _names(self) -> list[tuple[str, str]]:
        """The classes that there is room for, in their inks, and how many more there are."""
        room = int((self.size[1] / self.unit - _LIST) / _LINE)
        shown = self.classes if len(self.classes) <= room else self.classes[: room - 1]
        names = [(self._cut(name), self.palette.text) for name in shown]
        more = len(self.classes) - len(shown)
        return [*names, (f"and {more} more", self.palette.faint)] if more else names

    def _cut(self, name: str) -> str:
        """As much of a name as fits."""
        letters, room = self._font(_SMALL), (self._right - _EDGE - 17) * self.unit
        if letters.getlength(name) <= room:
            return name
        return next(f"{name[:end]}…" for end in range(len(name), -1, -1) if letters.getlength(f"{name[:end]}…") <= room)

    def _font(self, size: float) -> ImageFont.FreeTypeFont:
        return font(round(size * self.unit, 1))

    def _write(
        self, image: Image.Image, at: tuple[float, float], text: str, size: float, ink: str, anchor: str = "la"
    ) -> None:
        place = at[0] * self.unit, at[1] * self.unit
        ImageDraw.Draw(image).text(place, text, fill=ink, font=self._font(size), anchor=anchor)

    def _shapes(self, step: float) -> Image.Image:
        """All that is no text, some times as large, so that its edges are smooth once it is reduced."""
        image = Image.new("RGB", (self.size[0] * _FINER, self.size[1] * _FINER), self.palette.window)
        draw, fine = ImageDraw.Draw(image), self.unit * _FINER
        draw.line([(_EDGE * fine, _BASE * fine), (self._right * fine, _BASE * fine)], self.palette.line, round(fine))
        corner, extent = np.array([_EDGE, _LOSS + 24]), np.array([self._right - _EDGE - 4, _BASE - _LOSS - 30])
        line = [(x, y) for x, y in ((corner + self.curve.until(step) * extent) * fine).tolist()]
        if line:
            draw.line(line, self.palette.accent, round(1.6 * fine), joint="curve")
            _disc(draw, line[-1], 3.2 * fine, self.palette.accent)
        for number, (_, ink) in enumerate(self._names()):
            if ink == self.palette.text:
                centre = (_EDGE + 5) * fine, (_LIST + _LINE * number + 7.5) * fine
                _disc(draw, centre, 4.6 * fine, self.palette.of_class(number))
        return image


def _disc(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, colour: str) -> None:
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
