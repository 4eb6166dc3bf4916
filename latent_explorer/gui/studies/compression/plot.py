"""A plot of bytes per image against PSNR, for latents and rivals, with the current setting."""

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from latent_explorer.engine.handlers.compress import ToldCurve
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.gui.widgets.still_plot import dress_plot, still_plot, tell_values

_HEIGHT = 190  # pixels
_TICKS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)  # labels below the curve, in bytes
_COLOURS = {
    "pca_best": "faint", "jpeg_sheet": "good", "webp_sheet": "poor", "jpeg_files": "good", "webp_files": "poor",
    "latents": "accent",
}  # fmt: skip
"""The curves, with colours of the theme."""
_NAMES = {"latents": "Latents", "pca_best": "PCA", "jpeg_sheet": "JPEG", "webp_sheet": "WebP"}
_DOTTED = "jpeg_files", "webp_files"
_MOST_PSNR = 42.0  # dB: the upper limit; above, differences are invisible


class RatePlot(QWidget):
    """Draws curves as they arrive, and marks the bytes and PSNR of the current setting."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = DARK
        self._curves: tuple[ToldCurve, ...] = ()
        self.here: tuple[float, float] | None = None
        self.plot = still_plot("PSNR against bytes an image", _HEIGHT)
        self.lines: dict[str, Any] = {name: self.plot.plot() for name in _COLOURS}
        self._mark = pyqtgraph.ScatterPlotItem()
        self._keys = {name: PlainLabel(f"● {words}") for name, words in _NAMES.items()}
        self._set_up()
        keys = QGridLayout()
        keys.setContentsMargins(0, 0, 0, 0)
        for column, label in enumerate(self._keys.values()):
            keys.addWidget(label, 0, column)
        filled(QVBoxLayout(self), self.plot, keys, spacing=2)
        self.dress(DARK)

    def show_curves(self, curves: Sequence[ToldCurve]) -> None:
        """Draw these curves only."""
        self._curves = tuple(curves)
        self._draw()

    def mark(self, here: tuple[float, float] | None) -> None:
        """Mark the current setting: bytes and PSNR; None for none."""
        self.here = here
        self._draw()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        dress_plot(self.plot, theme, "PSNR (dB)", "bytes an image")
        for name, line in self.lines.items():
            style = Qt.PenStyle.DotLine if name in _DOTTED else Qt.PenStyle.SolidLine
            line.setPen(pyqtgraph.mkPen(self._colour(name), width=3 if name == "latents" else 2, style=style))
        for name, label in self._keys.items():
            label.setStyleSheet(f"color: {self._colour(name)};")
        self._draw()

    def end(self) -> None:
        """Release objects of pyqtgraph that are not children of the window, such as its menu."""
        self.plot.plotItem.close()

    def _colour(self, name: str) -> str:
        colour: str = getattr(self._theme, _COLOURS[name])
        return colour

    def _set_up(self) -> None:
        plot = self.plot
        plot.showGrid(y=True, alpha=0.15)
        plot.setLogMode(x=True)
        plot.getAxis("left").setWidth(40)
        plot.getAxis("bottom").setTicks([[(math.log10(each), f"{each:,}") for each in _TICKS]])
        self.setToolTip(
            tooltip(
                "PSNR of the mean squared error of all test images, against bytes an image. The model, and the "
                "components of PCA, are not counted. JPEG and WebP: solid, one sheet of all images; dotted, a file each"
            )
        )
        self._mark.setZValue(2)
        plot.addItem(self._mark)

    def _draw(self) -> None:
        known = {each.name: each for each in self._curves}
        for name, line in self.lines.items():
            curve = known.get(name)
            line.setData(*(([], []) if curve is None else (curve.bytes, curve.psnr)))
        spots = [] if self.here is None else [{"pos": (math.log10(max(self.here[0], 0.01)), self.here[1])}]
        fair = self._theme.fair
        self._mark.setData(spots, symbol="d", size=13, pen=pyqtgraph.mkPen(fair, width=2), brush=fair)
        tell_values(self.plot, self._said([(words, known[name]) for name, words in _NAMES.items() if name in known]))
        self._fit([known[name] for name in self.lines if name in known])

    def _said(self, curves: list[tuple[str, ToldCurve]]) -> str:
        """A description of the range of each curve and the current setting."""
        ends = [
            f"{words} from {_place(min(pairs))} to {_place(max(pairs))}"
            for words, curve in curves
            if (pairs := list(zip(curve.bytes, curve.psnr, strict=True)))
        ]
        here = [] if self.here is None else [f"now {_place(self.here)}"]
        return "; ".join([*here, *ends])

    def _fit(self, curves: list[ToldCurve]) -> None:
        here = [] if self.here is None else [self.here]
        places = [*here, *(pair for each in curves for pair in zip(each.bytes, each.psnr, strict=True))]
        places = [(size, good) for size, good in places if good <= _MOST_PSNR] or [(1.0, 10.0), (1000.0, _MOST_PSNR)]
        across, up = [math.log10(max(size, 0.5)) for size, _ in places], [good for _, good in places]
        self.plot.setXRange(min(across) - 0.15, max(*across, min(across) + 1) + 0.1, padding=0)
        self.plot.setYRange(min(up) - 1, max(*up, min(up) + 8) + 1, padding=0)


def _place(pair: tuple[float, float]) -> str:
    return f"{pair[1]:.1f} dB at {pair[0]:,.4g} bytes"
