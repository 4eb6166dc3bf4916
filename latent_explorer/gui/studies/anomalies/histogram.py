"""A histogram of scores with a draggable threshold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.still_plot import dress_plot, still_plot, tell_values

_HEIGHT, _BINS = 150, 48
_SHOWN = 0.995  # share of all images: outliers would compress the others into one bar
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
Reals = NDArray[np.floating]


class ScoreHistogram(QWidget):
    """The shares of images by score for several sets. dragged: the new threshold, as a score."""

    dragged = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__()
        self.plot = still_plot("Histogram of the scores; drag to move the threshold, or use arrows", _HEIGHT)
        self.line: Any = pyqtgraph.InfiniteLine(0, 90)
        self._curves: list[Any] = []
        self._shown: list[tuple[str, Reals]] = []  # the sets, by name
        self._unit = ""
        self._theme = DARK
        self._set_up()
        filled(QVBoxLayout(self), self.plot)
        self.dress(DARK)

    def show_sets(self, sets: Sequence[tuple[str, Reals, str]], unit: str) -> None:
        """Show scores (n,) of sets by name, each with its colour. unit: of the scores."""
        for curve in self._curves:
            self.plot.removeItem(curve)
        self._curves = []
        self.plot.setLabel("bottom", unit, color=self._theme.faint)
        known = [(scores, colour) for _, scores, colour in sets if len(scores)]
        self._shown, self._unit = [(name, scores) for name, scores, _ in sets if len(scores)], unit
        self.line.setVisible(bool(known))
        if not known:
            return
        low = min(float(scores.min()) for scores, _ in known)
        high = max(float(np.quantile(scores, _SHOWN)) for scores, _ in known)
        high = high if high > low else low + 1
        edges = np.linspace(low, high, _BINS + 1)
        for scores, colour in known:
            counts = np.histogram(np.clip(scores, low, high), edges)[0] / len(scores)
            self._curves.append(self._curve(edges, counts, colour))
        self.plot.setXRange(low, high, padding=0.02)
        self.plot.setYRange(0, max(float(curve.yData.max()) for curve in self._curves) * 1.05, padding=0)

    def show_threshold(self, score: float) -> None:
        """Draw the threshold at a score."""
        self.line.setValue(score)
        shares = (f"{np.mean(scores > score):.1%} of {name}" for name, scores in self._shown)
        above = f"Threshold {score:.4g} {self._unit}; above it lie {', '.join(shares)}."
        tell_values(self.plot, above if self._shown else "")

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        dress_plot(self.plot, theme)
        self.line.setPen(pyqtgraph.mkPen(theme.text, width=2))

    def end(self) -> None:
        """Release objects of pyqtgraph that are not children of the window, such as its menu."""
        self.plot.plotItem.close()

    def _set_up(self) -> None:
        plot = self.plot
        plot.hideAxis("left")
        plot.setCursor(Qt.CursorShape.SplitHCursor)
        self.line.setZValue(5)
        self.line.hide()
        plot.addItem(self.line, ignoreBounds=True)
        plot.viewport().installEventFilter(self)
        plot.installEventFilter(self)

    def _move(self, way: int, *, fine: bool) -> bool:
        """Move the threshold by a hundredth of the visible range, or by a thousandth."""
        low, high = self.plot.plotItem.vb.viewRange()[0]
        if self._curves:
            self.dragged.emit(float(self.line.value()) + way * (high - low) / (1000 if fine else 100))
        return True

    def _curve(self, edges: Reals, counts: Reals, colour: str) -> Any:
        fill = QColor(colour)
        fill.setAlpha(60)
        pen = pyqtgraph.mkPen(colour, width=1.5)
        return self.plot.plot(edges, counts, stepMode="center", fillLevel=0, brush=fill, pen=pen)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Set the threshold by a press or drag; arrow keys move it while the plot has focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            return self._move(_ARROWS[Qt.Key(event.key())], fine=bool(event.modifiers()))
        kinds = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove
        pressed = isinstance(event, QMouseEvent) and event.type() in kinds and self._curves
        if not (pressed and isinstance(event, QMouseEvent) and event.buttons() & Qt.MouseButton.LeftButton):
            return False
        at = self.plot.plotItem.vb.mapSceneToView(self.plot.mapToScene(event.pos())).x()
        self.dragged.emit(float(at))
        return True
