"""A line edit over a painted number."""

import math

from PyQt6.QtCore import QRect, Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.widgets.controls import REFUSED
from latent_explorer.gui.widgets.overlay_editor import TypedOver

FARTHEST = 1e6  # beyond, the map cannot distinguish neighbouring places


class ValueEditor(TypedOver):
    """Visible only while editing.

    entered: the number, after Enter. refused: why the text is not a number. left: editing has ended, by Enter or
    Escape.
    """

    entered = pyqtSignal(float)
    refused = pyqtSignal(str)
    left = pyqtSignal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, "Value")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setTextMargins(0, 0, 0, 0)
        self.setStyleSheet("padding: 0 3px;")

    def begin(self, place: QRect, value: str) -> None:
        self.setProperty(REFUSED, False)
        self.begin_at(place, value)

    def take(self) -> None:
        if not self.isModified():  # the text has fewer digits than the number
            self.give_up()
            return
        try:
            value = float(self.text().replace(",", "."))
        except ValueError:
            value = math.nan
        if not abs(value) <= FARTHEST:
            self.setProperty(REFUSED, True)
            self.refused.emit("Enter a number of at most ±1,000,000, such as 0.5 or -1.25.")
            self.selectAll()
            return
        self.give_up()
        self.entered.emit(value)

    def give_up(self) -> None:
        self.hide()
        self.left.emit()
