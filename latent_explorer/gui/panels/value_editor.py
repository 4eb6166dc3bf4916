"""A number typed over one that is painted."""

import math

from PyQt6.QtCore import QRect, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

from latent_explorer.gui.widgets.controls import REFUSED

FARTHEST = 1e6  # beyond, a map in pixels cannot tell neighbouring places apart


class ValueEditor(QLineEdit):
    """Hidden but while one types.

    entered: the number, after Enter. refused: why it is none. left: one is done, by Enter or Escape.
    """

    entered = pyqtSignal(float)
    refused = pyqtSignal(str)
    left = pyqtSignal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setTextMargins(0, 0, 0, 0)
        self.setStyleSheet("padding: 0 3px;")
        self.setAccessibleName("Value")
        self.hide()

    def begin(self, place: QRect, value: str) -> None:
        self.setGeometry(place)
        self.setText(value)
        self.setProperty(REFUSED, False)
        self.show()
        self.setFocus()
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        if not self.isModified():  # what is shown has fewer digits than the number
            self._leave()
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
        self._leave()
        self.entered.emit(value)

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        self.hide()
