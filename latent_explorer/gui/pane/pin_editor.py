"""The name of a pin, typed over it on the map."""

from PyQt6.QtCore import QRect, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

_WIDE = 150


class PinEditor(QLineEdit):
    """Hidden but while a name is typed. entered: the pin's index and the name, by Enter or by turning elsewhere."""

    entered = pyqtSignal(int, str)

    def __init__(self, map_: QWidget) -> None:
        super().__init__(map_)
        self._index = -1
        self.setAccessibleName("Name of the pin")
        self.setMaxLength(200)
        self.hide()

    def begin(self, index: int, name: str, x: float, y: float) -> None:
        """Type the name of a pin whose place is at a pixel of the widget."""
        self._index = index
        height, parent = self.sizeHint().height(), self.parentWidget()
        left = round(min(max(x + 8, 0), max(0, (parent.width() if parent else _WIDE) - _WIDE)))
        self.setGeometry(QRect(left, round(y - height / 2), _WIDE, height))
        self.setText(name)
        self.show()
        self.setFocus()
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._leave()
        elif event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        if event is None or event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave()

    def _leave(self) -> None:
        if not self.isHidden():
            name, modified = self.text(), self.isModified()
            self.hide()
            if modified:
                self.entered.emit(self._index, name)
