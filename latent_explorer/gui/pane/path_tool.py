"""The tool that draws a path click by click, and drags the existing one."""

from PyQt6.QtCore import QPointF, Qt

from latent_explorer.gui.pane.gestures import Gestures, Plane, adds
from latent_explorer.gui.pane.path_grips import Grip
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.session.session import MOST_WAY_POINTS, Point

_BEGUN = "Click where the path leads to, or press Esc."
_ON = "Click on to lead the path further; a double click, Enter or a click on its end ends it."
_FULL = f"A path has at most {MOST_WAY_POINTS} way points: this one ends here."


class PathTool(Tool):
    """Draws a path by a drag or by clicks. Pins can be places of the path, and are not moved.

    Each click extends the path and can be undone by itself; a double click, Enter or a click on its end finishes it.
    Its places and its line can be dragged; a click with Shift adds a way point.
    """

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self._start: Plane | None = None
        self._grip: Grip | None = None
        self._drawn: set[tuple[Point, ...]] = set()  # the places of the path being drawn, after each click

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.PointingHandCursor

    @property
    def goes_on(self) -> bool:
        """Whether another click extends the path."""
        route = self._gestures.grips.route
        return route is not None and route.places in self._drawn

    @property
    def busy(self) -> bool:
        return self.goes_on

    def begin_at(self, uv: Plane) -> None:
        """Begin a path at a plane point; clicks extend it."""
        self._drawn.clear()
        self._start = uv
        self._gestures.show_draft(uv, uv)

    def begin(self, at: QPointF) -> None:
        if self._start is None:
            self._grip = self._gestures.grips.at(at)
            if not self.goes_on:
                self._start = self._gestures.snap(at)

    def drag(self, at: QPointF) -> None:
        if self._grip is not None:
            self._gestures.grips.drag(self._grip, at)
        else:
            self._show_draft(at)

    def drop(self, at: QPointF) -> None:
        """End a drag: draw a path from its start to a pixel, or drop the dragged place."""
        if self._grip is not None:
            self._gestures.grips.drop(self._grip, at)
            self._grip = self._start = None
            self._remember()
        elif self._start is None and self.goes_on:
            self._lead_on(self._gestures.snap(at))
        else:
            start, end = self._start, self._gestures.snap(at)
            self.cancel()
            if start is not None:
                self._gestures.draw_route(start, end)

    def click(self, at: QPointF) -> None:
        here, self._grip = self._gestures.snap(at), None
        if adds() and self._gestures.grips.add(at):
            self._start = None
            self._remember()
        elif self.goes_on:
            if self._gestures.grips.is_end(at):
                self.finish()
            else:
                self._lead_on(here)
        elif self._start is None or self._start == here:
            self._start = here
            self._gestures.show_draft(here, here)
            self._gestures.say(_BEGUN)
        else:
            start, self._start = self._start, None
            self._gestures.draw_route(start, here)
            self._drawn.clear()
            self._remember(begins=True)

    def double_click(self, at: QPointF) -> bool:
        if not self.goes_on:
            return False
        self.finish()
        return True

    def enter(self, at: QPointF, shift: bool) -> None:
        """Finish the path; with Shift, or if none is being drawn, act as a click."""
        if self.goes_on and not shift:
            self.finish()
        elif self.goes_on:
            self._lead_on(self._gestures.snap(at))
        else:
            self.click(at)

    def delete(self, at: QPointF) -> None:
        self._gestures.delete_way_point(at)
        self._remember()

    def hover(self, at: QPointF) -> None:
        self._show_draft(at)
        if self._start is None and not self.goes_on:
            self._gestures.show_grip(at, self.cursor)

    def finish(self) -> None:
        """Finish the path."""
        self._drawn.clear()
        self._gestures.show_draft()
        self._gestures.say("The path is drawn. Drag its line, or click with Shift, to lead it through more places.")

    def cancel(self) -> None:
        self._start = None
        self._drawn.clear()
        if self._grip is not None:
            self._grip = None
            self._gestures.grips.put_back()
        self._gestures.show_draft()

    def _lead_on(self, here: Plane) -> None:
        route = self._gestures.grips.route
        if route is not None and len(route.through) == MOST_WAY_POINTS:
            self._gestures.say(_FULL)
            return
        self._gestures.lead_on(here)
        self._remember()

    def _remember(self, *, begins: bool = False) -> None:
        """Take the session's path as the one being drawn, if one is."""
        route = self._gestures.grips.route
        if route is not None and (begins or self._drawn):
            self._drawn.add(route.places)
            self._gestures.say(_ON)

    def _show_draft(self, at: QPointF) -> None:
        start = self._gestures.end if self.goes_on else self._start
        if start is None:
            self._gestures.show_draft()
        else:
            self._gestures.show_draft(start, self._gestures.snap(at))
