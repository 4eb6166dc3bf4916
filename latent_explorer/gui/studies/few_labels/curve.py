"""The accuracy over the number of labels, as it grew while one labelled."""

from typing import Any

import pyqtgraph
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import filled

_HEIGHT = 130


class LabelCurve(QWidget):
    """A line through the accuracy at each number of labels."""

    def __init__(self) -> None:
        super().__init__()
        self.plot: Any = pyqtgraph.PlotWidget()
        self.plot.setFixedHeight(_HEIGHT)
        self.plot.setMouseEnabled(False, False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setAccessibleName("Accuracy by number of labels")
        self._line = self.plot.plot(symbol="o", symbolSize=5)
        filled(QVBoxLayout(self), self.plot)

    def show_points(self, points: dict[int, float]) -> None:
        """The accuracy by number of labels."""
        counts = sorted(points)
        self._line.setData(counts, [100 * points[count] for count in counts])
        self.setVisible(len(counts) > 1)

    def dress(self, theme: Theme) -> None:
        self.plot.setBackground(theme.panel)
        for name, title in (("left", "% right"), ("bottom", "labels")):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.line)
            axis.setTextPen(theme.faint)
            self.plot.setLabel(name, title, color=theme.faint)
        self._line.setPen(pyqtgraph.mkPen(theme.accent, width=2))
        self._line.setSymbolBrush(theme.accent)
        self._line.setSymbolPen(theme.accent)

    def end(self) -> None:
        """Let go of what pyqtgraph keeps that is no child of the window, such as its menu."""
        self.plot.plotItem.close()
