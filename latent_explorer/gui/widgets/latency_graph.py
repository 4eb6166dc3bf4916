"""A small live graph of how long hovers and frames take; pyqtgraph is loaded only when it is opened."""

import numpy as np
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.meter import Meter

_EVERY_MS = 200
_BUDGET_MS = 8.0  # one frame at 120 Hz


class LatencyGraph(QWidget):
    """The last times of each meter, newest right, in milliseconds from a move to what is painted. meters: by name."""

    def __init__(self, parent: QWidget, meters: dict[str, Meter], theme: Theme) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        import pyqtgraph

        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("From a move to its picture")
        plot = pyqtgraph.PlotWidget(background=theme.panel)
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
        self.resize(460, 260)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._draw)
        self._timer.start(_EVERY_MS)
        self._draw()

    def _draw(self) -> None:
        for meter, curve in self._curves:
            curve.setData(np.array(meter.samples, np.float64))
