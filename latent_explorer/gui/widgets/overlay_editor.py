"""A line edit over painted content."""

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget


class TypedOver(QLineEdit):
    """Visible only while editing: Enter accepts the text, Escape discards it; loss of focus depends on the subclass."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.hide()

    def begin_at(self, place: QRect, text: str) -> None:
        """Edit a text in a rectangle of the parent, with all of it selected."""
        self.setGeometry(place)
        self.setText(text)
        self.show()
        self.setFocus()
        self.selectAll()

    def take(self) -> None:
        """Called when Enter is pressed."""
        self.hide()

    def give_up(self) -> None:
        """Called when Escape is pressed."""
        self.hide()

    def turned_away(self) -> None:
        """Called when the focus is lost, except to the line's context menu."""
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
