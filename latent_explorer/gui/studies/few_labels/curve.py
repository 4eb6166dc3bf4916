"""The accuracy over the number of labels given so far."""

import pyqtgraph
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.still_plot import dress_plot, still_plot, tell_values

_HEIGHT = 130


class LabelCurve(QWidget):
    """A line through the accuracy at each number of labels."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = still_plot("Accuracy by number of labels", _HEIGHT)
        self._line = self.plot.plot(symbol="o", symbolSize=5)
        filled(QVBoxLayout(self), self.plot)

    def show_points(self, points: dict[int, float]) -> None:
        """Show the accuracy by number of labels."""
        counts = sorted(points)
        self._line.setData(counts, [100 * points[count] for count in counts])
        tell_values(self.plot, ", ".join(f"{100 * points[count]:.1f} % right with {count} labels" for count in counts))
        self.setVisible(len(counts) > 1)

    def dress(self, theme: Theme) -> None:
        dress_plot(self.plot, theme, "% right", "labels")
        self._line.setPen(pyqtgraph.mkPen(theme.accent, width=2))
        self._line.setSymbolBrush(theme.accent)
        self._line.setSymbolPen(theme.accent)

    def end(self) -> None:
        """Release objects of pyqtgraph that are not children of the window, such as its menu."""
        self.plot.plotItem.close()
