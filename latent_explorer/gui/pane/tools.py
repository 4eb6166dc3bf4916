"""The tools: what a click and a drag on the map mean."""

from typing import Protocol

from PyQt6.QtCore import QPointF, Qt

Plane = tuple[float, float]


class MapActions(Protocol):
    """What tools may do. Positions are pixels of the map."""

    def to_plane(self, at: QPointF) -> Plane: ...

    def snap(self, at: QPointF) -> Plane:
        """The plane point meant: a pin or a data point where one is near."""
        ...

    def pin_at(self, at: QPointF) -> int | None:
        """The index of the pin there."""
        ...

    def add_pin(self, uv: Plane) -> None: ...

    def drag_pin(self, index: int, uv: Plane) -> None: ...

    def drop_pin(self, index: int, uv: Plane) -> None: ...

    def put_pins_back(self) -> None:
        """Undo what was dragged and not dropped."""
        ...

    def show_draft(self, start: Plane | None, end: Plane | None) -> None: ...

    def draw_route(self, start: Plane, end: Plane) -> None: ...


class Tool(Protocol):
    """A tool in hand. Positions are pixels of the map."""

    cursor: Qt.CursorShape

    def begin(self, at: QPointF) -> None:
        """The button went down."""
        ...

    def drag(self, at: QPointF) -> None:
        """The pointer moved with the button down, far enough not to be a click."""
        ...

    def drop(self, at: QPointF) -> None:
        """The button came up after a drag."""
        ...

    def click(self, at: QPointF) -> None:
        """The button came up where it went down; also the Enter key."""
        ...

    def hover(self, at: QPointF) -> None:
        """The pointer moved with no button down."""
        ...

    def cancel(self) -> None:
        """Drop what was begun."""
        ...


class ProbeTool:
    """Click pins; dragging a pin moves it; dragging from anywhere else draws a path."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, actions: MapActions) -> None:
        self._actions = actions
        self._pin: int | None = None
        self._start: Plane = (0.0, 0.0)

    def begin(self, at: QPointF) -> None:
        self._pin = self._actions.pin_at(at)
        self._start = self._actions.snap(at)

    def drag(self, at: QPointF) -> None:
        if self._pin is not None:
            self._actions.drag_pin(self._pin, self._actions.to_plane(at))
        else:
            self._actions.show_draft(self._start, self._actions.snap(at))

    def drop(self, at: QPointF) -> None:
        if self._pin is not None:
            self._actions.drop_pin(self._pin, self._actions.to_plane(at))
            self._pin = None
        else:
            self._actions.show_draft(None, None)
            self._actions.draw_route(self._start, self._actions.snap(at))

    def click(self, at: QPointF) -> None:
        if self._actions.pin_at(at) is None:
            self._actions.add_pin(self._actions.to_plane(at))

    def hover(self, at: QPointF) -> None:
        pass

    def cancel(self) -> None:
        if self._pin is not None:
            self._pin = None
            self._actions.put_pins_back()
        self._actions.show_draft(None, None)


class PathTool:
    """Draw a path by dragging, or by one click at each end; pins are ends, never moved."""

    cursor = Qt.CursorShape.PointingHandCursor

    def __init__(self, actions: MapActions) -> None:
        self._actions = actions
        self._start: Plane | None = None

    def begin(self, at: QPointF) -> None:
        if self._start is None:
            self._start = self._actions.snap(at)

    def drag(self, at: QPointF) -> None:
        self._actions.show_draft(self._start, self._actions.snap(at))

    def drop(self, at: QPointF) -> None:
        self._finish(at)

    def click(self, at: QPointF) -> None:
        here = self._actions.snap(at)
        if self._start is None or self._start == here:
            self._start = here
            self._actions.show_draft(here, here)
        else:
            self._finish(at)

    def hover(self, at: QPointF) -> None:
        if self._start is not None:
            self._actions.show_draft(self._start, self._actions.snap(at))

    def cancel(self) -> None:
        self._start = None
        self._actions.show_draft(None, None)

    def _finish(self, at: QPointF) -> None:
        start, end = self._start, self._actions.snap(at)
        self.cancel()
        if start is not None and start != end:
            self._actions.draw_route(start, end)
