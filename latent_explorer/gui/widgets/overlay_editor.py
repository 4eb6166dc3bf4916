"""A line to type in, over something that is painted."""

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget


class TypedOver(QLineEdit):
    """Hidden but while one types: Enter takes what was typed, Escape gives it up, and so may turning elsewhere."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.hide()

    def begin_at(self, place: QRect, text: str) -> None:
        """Show a text at a place of the parent, all of it selected."""
        self.setGeometry(place)
        self.setText(text)
        self.show()
        self.setFocus()
        self.selectAll()

    def take(self) -> None:
        """Enter was pressed."""
        self.hide()

    def give_up(self) -> None:
        """Escape was pressed."""
        self.hide()

    def turned_away(self) -> None:
        """The focus went elsewhere, and not to the line's own menu."""
        self.hide()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
        elif event.key() == Qt.Key.Key_Escape:
            self.give_up()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        if event is None or event.reason() != Qt.FocusReason.PopupFocusReason:
            self.turned_away()
