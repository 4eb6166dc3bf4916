"""How well scores separate a second set: ROC curves, and the areas of all scores."""

from typing import Any

import pyqtgraph
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from latent_explorer.analysis.anomaly.roc import RocCurve
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.gui.widgets.still_plot import dress_plot, still_plot, tell_values

_HEIGHT = 170


class RocPlot(QWidget):
    """Curves in colours, and below them a line for each score."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = still_plot("ROC curves: the share found, by the share of false alarms", _HEIGHT)
        self._curves: list[Any] = []
        self._chance = self.plot.plot([0, 1], [0, 1])
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self.lines: list[tuple[PlainLabel, PlainLabel]] = []
        self.plot.setXRange(0, 1, padding=0.02)
        self.plot.setYRange(0, 1, padding=0.02)
        self.plot.getAxis("left").setWidth(44)
        filled(QVBoxLayout(self), self.plot, self._grid, spacing=4)
        self.dress(DARK)

    def show_curves(self, curves: list[tuple[RocCurve, str]]) -> None:
        """Show ROC curves, each with its colour."""
        for curve in self._curves:
            self.plot.removeItem(curve)
        self._curves = [
            self.plot.plot(curve.false_alarms, curve.found, pen=pyqtgraph.mkPen(colour, width=2))
            for curve, colour in curves
        ]

    def show_areas(self, areas: list[tuple[str, str, str, str]]) -> None:
        """A line for each score: its title, its AUROC, its colour or "", and its sentence."""
        while len(self.lines) < len(areas):
            pair = PlainLabel(), PlainLabel()
            pair[1].setAlignment(Qt.AlignmentFlag.AlignRight)
            for column, label in enumerate(pair):
                self._grid.addWidget(label, len(self.lines), column)
            self.lines.append(pair)
        for pair, (title, area, colour, sentence) in zip(self.lines, areas, strict=False):
            for label, text in zip(pair, (title, area), strict=True):
                label.setText(text)
                label.setStyleSheet(f"color: {colour}; font-weight: 600;" if colour else "")
                label.setToolTip(tooltip(sentence))
        for place, pair in enumerate(self.lines):
            for label in pair:
                label.setVisible(place < len(areas))
        tell_values(self.plot, "; ".join(f"{title}: AUROC {area}" for title, area, *_ in areas))
        self.setMinimumHeight(self.sizeHint().height())

    def dress(self, theme: Theme) -> None:
        dress_plot(self.plot, theme, "found", "false alarms")
        self._chance.setPen(pyqtgraph.mkPen(theme.line, style=Qt.PenStyle.DashLine))

    def end(self) -> None:
        """Release objects of pyqtgraph that are not children of the window, such as its menu."""
        self.plot.plotItem.close()
