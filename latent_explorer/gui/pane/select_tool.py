"""The tool that selects points: by a rectangle, or by a lasso."""

from typing import Protocol

from PyQt6.QtCore import QPointF, Qt

_STEP = 3.0  # pixels between the corners of a lasso


class SelectActions(Protocol):
    """What the tool may do. Corners are pixels of the map."""

    def show_outline(self, corners: list[QPointF]) -> None:
        """Show what is being drawn; none for nothing."""
        ...

    def select_inside(self, corners: list[QPointF]) -> None: ...

    def clear(self) -> None: ...


class SelectTool:
    """Drag to select what lies inside; a click selects nothing.

    lasso: whether the outline follows the pointer, rather than being a rectangle.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, actions: SelectActions) -> None:
        self._actions = actions
        self.lasso = False
        self._trail: list[QPointF] = []

    def begin(self, at: QPointF) -> None:
        self._trail = [at]

    def drag(self, at: QPointF) -> None:
        if self._trail and (at - self._trail[-1]).manhattanLength() >= _STEP:
            self._trail.append(at)
        self._actions.show_outline(self._outline(at))

    def drop(self, at: QPointF) -> None:
        outline = self._outline(at)
        self.cancel()
        if outline:
            self._actions.select_inside(outline)

    def click(self, at: QPointF) -> None:
        self._actions.clear()

    def hover(self, at: QPointF) -> None:
        pass

    def cancel(self) -> None:
        self._trail = []
        self._actions.show_outline([])

    @property
    def busy(self) -> bool:
        """Whether an outline is being drawn."""
        return bool(self._trail)

    def _outline(self, at: QPointF) -> list[QPointF]:
        if not self._trail or self.lasso:
            return [*self._trail, at] if self._trail else []
        start = self._trail[0]
        return [start, QPointF(at.x(), start.y()), at, QPointF(start.x(), at.y())]
