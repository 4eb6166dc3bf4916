"""The trust figures of a map in the chart panel."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from latent_explorer.engine.handlers.measure_map import MapMeasured
from latent_explorer.gui.widgets.controls import hint
from latent_explorer.gui.widgets.parts import filled, heading
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip

_TRUSTWORTHINESS = (
    "Whether images that lie side by side on the map are alike: 1 where each image's 12 nearest on the map are its 12 "
    "nearest in latent space, less the farther down in its ranking, .5 by chance"
)
_CONTINUITY = (
    "Whether images that are alike lie side by side on the map: 1 where each image's 12 nearest in latent space are "
    "its 12 nearest on the map, less the farther away they lie, .5 by chance"
)
_HOW = "Colour points by false or missing neighbours to see where."


class ChartTrust(QWidget):
    """Shows trustworthiness and continuity of the map. wanted: the figures are visible and not known yet."""

    wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.trustworthiness, self.continuity, self._of = PlainLabel(), PlainLabel(), hint("")
        form = QFormLayout()
        for name, label, tip in (
            ("Trustworthiness:", self.trustworthiness, _TRUSTWORTHINESS),
            ("Continuity:", self.continuity, _CONTINUITY),
        ):
            title = PlainLabel(name)
            for each in (title, label):
                each.setToolTip(tooltip(tip))
            form.addRow(title, label)
        filled(QVBoxLayout(self), heading("Trust in this map"), form, self._of, spacing=6)
        self.known = False
        self.say("")

    def say(self, words: str) -> None:
        """Show why there are no figures, or not yet."""
        self.known = False
        for label in (self.trustworthiness, self.continuity):
            label.setText("…")
        self._of.setText(words)

    def show_figures(self, found: MapMeasured, count: int) -> None:
        """Show the figures of a map of `count` images."""
        self.known = True
        self.trustworthiness.setText(f"{found.trustworthiness:.3f}")
        self.continuity.setText(f"{found.continuity:.3f}")
        judged = f"{found.queries:,} of {count:,} images" if found.queries < count else f"{count:,} images"
        self._of.setText(f"By the {found.neighbours} neighbours of {judged}, each ranked among all. {_HOW}")

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if not self.known:
            self.wanted.emit()
