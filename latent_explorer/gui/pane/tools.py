"""What a tool in hand is: what it makes of clicks and drags on the map."""

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QCursor

from latent_explorer.atlas.view import View

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
"""Where the keys lead, in pixels to the right and down."""


def within(view: View, at: QPointF) -> QPointF:
    """The pixel of a map that is nearest to a place."""
    return QPointF(min(max(at.x(), 0), view.width - 1), min(max(at.y(), 0), view.height - 1))


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
