"""Measuring the time from a move of the pointer or the map to its paint, with a live graph."""

from collections import deque

import numpy as np
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme

_EVERY_MS = 200
_BUDGET_MS = 8.0  # one frame at 120 Hz


class Meter:
    """The last 200 times in milliseconds. name: what is measured. total: the number of all times."""

    def __init__(self, name: str, size: int = 200) -> None:
        self.name = name
        self.samples: deque[float] = deque(maxlen=size)
        self.total = 0

    def add(self, milliseconds: float) -> None:
        self.samples.append(milliseconds)
        self.total += 1

    def text(self) -> str:
        """Median and 99th percentile as text."""
        if not self.samples:
            return f"{self.name} –"
        p50, p99 = np.percentile(self.samples, (50, 99))
        return f"{self.name} p50 {p50:.1f}, p99 {p99:.1f} ms"


class LatencyGraph(QWidget):
    """A graph of the last times of each meter in milliseconds, newest on the right. meters: by name."""

    def __init__(self, parent: QWidget, meters: dict[str, Meter], theme: Theme) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        import pyqtgraph

        self.setWindowTitle("From a move to its picture")
        self._plot = plot = pyqtgraph.PlotWidget(background=theme.panel)
        plot.setAccessibleName("Graph of hover times")
        plot.setLabel("left", "ms")
        plot.setLabel("bottom", "moves, newest right")
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.addLegend(offset=(8, 8), labelTextColor=theme.text)
        for axis in ("left", "bottom"):
            plot.getAxis(axis).setPen(theme.faint)
            plot.getAxis(axis).setTextPen(theme.faint)
        budget = pyqtgraph.mkPen(theme.faint, style=Qt.PenStyle.DashLine)
        plot.addItem(pyqtgraph.InfiniteLine(_BUDGET_MS, 0, pen=budget, label="one frame at 120 Hz"))
        self._curves = [
            (meter, plot.plot(pen=pyqtgraph.mkPen(colour, width=2), name=name))
            for (name, meter), colour in zip(meters.items(), (theme.accent, theme.good, theme.fair), strict=True)
        ]
        QVBoxLayout(self).addWidget(plot)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._draw)
        self._timer.start(_EVERY_MS)
        self._draw()

    def _draw(self) -> None:
        for meter, curve in self._curves:
            curve.setData(np.array(meter.samples, np.float64))
        self._plot.setAccessibleDescription("; ".join(meter.text() for meter, _ in self._curves))
