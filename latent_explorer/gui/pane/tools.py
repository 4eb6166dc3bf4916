"""What a tool in hand is: what it makes of clicks and drags on the map."""

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QCursor


class Tool:
    """Does nothing; a subclass says what is different. Positions are pixels of the map."""

    @property
    def cursor(self) -> Qt.CursorShape | QCursor:
        return Qt.CursorShape.CrossCursor

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way that `cancel` would end."""
        return False

    def begin(self, at: QPointF) -> None:
        """The button went down."""

    def drag(self, at: QPointF) -> None:
        """The pointer moved with the button down, far enough not to be a click."""

    def drop(self, at: QPointF) -> None:
        """The button came up after a drag."""

    def click(self, at: QPointF) -> None:
        """The button came up where it went down."""

    def double_click(self, at: QPointF) -> bool:
        """The button went down for the second time soon after the first; whether that was all that is meant by it."""
        return False

    def begin_at(self, uv: tuple[float, float]) -> None:
        """A path begins at a plane point, wherever that was chosen."""

    def enter(self, at: QPointF, shift: bool) -> None:
        """The Enter key was pressed, with the probe there: a click, unless the tool knows better."""
        self.click(at)

    def delete(self, at: QPointF) -> None:
        """The Delete key was pressed, with the probe there."""

    def hover(self, at: QPointF) -> None:
        """The pointer moved with no button down."""

    def cancel(self) -> None:
        """Cancel the gesture under way."""
