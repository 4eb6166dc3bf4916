"""The base class of tools: they respond to clicks and drags on the map."""

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QCursor

from latent_explorer.atlas.view import View

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
"""The directions of the arrow keys, to the right and down."""


def within(view: View, at: QPointF) -> QPointF:
    """The pixel of the map nearest to a position."""
    return QPointF(min(max(at.x(), 0), view.width - 1), min(max(at.y(), 0), view.height - 1))


class Tool:
    """A tool that does nothing; subclasses override its handlers. Positions are pixels of the map."""

    @property
    def cursor(self) -> Qt.CursorShape | QCursor:
        return Qt.CursorShape.CrossCursor

    @property
    def busy(self) -> bool:
        """Whether a gesture is in progress that `cancel` would end."""
        return False

    def begin(self, at: QPointF) -> None:
        """Called when the button is pressed."""

    def drag(self, at: QPointF) -> None:
        """Called when the pointer moves with the button down, too far for a click."""

    def drop(self, at: QPointF) -> None:
        """Called when the button is released after a drag."""

    def click(self, at: QPointF) -> None:
        """Called when the button is released where it was pressed."""

    def double_click(self, at: QPointF) -> bool:
        """Called on a double click. Returns whether it is handled, so that no gesture begins."""
        return False

    def begin_at(self, uv: tuple[float, float]) -> None:
        """Begin a path at a plane point."""

    def enter(self, at: QPointF, shift: bool) -> None:
        """Called when Enter is pressed with the probe at a position; by default a click."""
        self.click(at)

    def delete(self, at: QPointF) -> None:
        """Called when Delete is pressed with the probe at a position."""

    def hover(self, at: QPointF) -> None:
        """Called when the pointer moves without a button down."""

    def cancel(self) -> None:
        """Cancel the gesture in progress."""
