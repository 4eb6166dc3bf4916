"""What the tools for pins and paths do to the session, and the probe tool. Positions snap to points nearby."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QCursor, QGuiApplication

from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.path_frames import PathFrames
from latent_explorer.gui.pane.path_grips import Grip, PathGrips
from latent_explorer.gui.pane.pins_and_path import Pinboard
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.session import Session
from latent_explorer.session.session import Point, as_point

Plane = tuple[float, float]
Choose = Callable[[NDArray[np.float32]], None]

DATA_REACH = 9.0
"""Pixels within which a position snaps to a data point."""
_PIN_REACH = 12.0  # pixels within which a position snaps to a pin


class Gestures:
    """The actions of tools. Positions are pixels of the map. session: what they change; None if no bundle is open.

    choose: called with the latent (d,) of a chosen place. through: the latent of a place that shows something else than
    the map. takers: called in turn with a click before a pin is made; one that handles it returns True. grips: the
    parts of the path that can be dragged. say: shows a temporary message.
    """

    def __init__(
        self,
        canvas: MapCanvas,
        points: PointLayer,
        pinboard: Pinboard,
        path_frames: PathFrames,
        choose: Choose,
        say: Callable[[str], None],
    ) -> None:
        self._canvas, self._points, self._pinboard = canvas, points, pinboard
        self._choose, self.say = choose, say
        self.grips = PathGrips(canvas, path_frames, self.latent_at)
        self.through: Callable[[Plane], NDArray[np.float32] | None] = lambda _: None
        self.takers: list[Callable[[QPointF], bool]] = []
        self._begun: tuple[Plane, Point] | None = None  # the start of a path that is not on the map itself

    @property
    def session(self) -> Session | None:
        return self.grips.session

    @session.setter
    def session(self, session: Session | None) -> None:
        self.grips.session = session

    def to_plane(self, at: QPointF) -> Plane:
        return self._canvas.view.to_plane(at.x(), at.y())

    def snap(self, at: QPointF) -> Plane:
        """The pin or data point near a pixel, otherwise the plane point under it."""
        pin = self.pin_at(at)
        if pin is not None:
            return self._canvas.marks.pins[pin][1]
        nearest = self._points.nearest(self._canvas.view, at.x(), at.y(), DATA_REACH)
        return self.to_plane(at) if nearest is None else (float(nearest[0]), float(nearest[1]))

    def pin_at(self, at: QPointF) -> int | None:
        """The index of the pin near a pixel."""
        if not self._canvas.marks.pins:
            return None
        places = self._canvas.view.to_screen(np.array([uv for _, uv in self._canvas.marks.pins]))
        distances = np.hypot(*(places - (at.x(), at.y())).T)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _PIN_REACH else None

    def add_pin(self, uv: Plane) -> None:
        if self.session is not None:
            through = self.through(uv)
            z = self.session.bundle.chart.to_latent(uv) if through is None else through
            self.session.pin(z)
            self._choose(z)

    def choose_pin(self, index: int) -> None:
        if self.session is not None:
            self._choose(self.session.state.pins[index].latent)

    def rename_pin(self, index: int) -> None:
        self._pinboard.rename(index)

    def show_grip(self, at: QPointF, cursor: Qt.CursorShape | QCursor) -> None:
        """Set the cursor while something near a pixel can be dragged, otherwise restore that of the tool."""
        grips = self.pin_at(at) is not None or self.grips.at(at) is not None
        shown = QCursor(Qt.CursorShape.SizeAllCursor if grips else cursor)
        if shown.shape() != self._canvas.cursor().shape():  # which a tool that is taken in hand changes too
            self._canvas.setCursor(shown)

    def begin_path(self, uv: NDArray[np.float64], z: NDArray[np.float32]) -> None:
        """Begin a path at a latent (d,) that is marked at a plane point; the current tool ends it."""
        u, v = uv.tolist()
        self._begun = (u, v), as_point(z)
        if self._canvas.tool is not None:
            self._canvas.tool.begin_at((u, v))

    def drag_pin(self, index: int, uv: Plane) -> None:
        """Move the marker of a pin; the session changes when it is dropped."""
        places = list(self._canvas.marks.pins)
        places[index] = places[index][0], uv
        self._canvas.mark(pins=tuple(places))

    def drop_pin(self, index: int, uv: Plane) -> None:
        if self.session is not None:
            self.session.move_pin(index, self.session.bundle.chart.to_latent(uv))
            self.choose_pin(index)

    def put_pins_back(self) -> None:
        self._pinboard.show()

    def show_draft(self, *places: Plane) -> None:
        """Show a line through plane points; without any, hide it."""
        self._canvas.mark(draft=places or None)

    def draw_route(self, start: Plane, end: Plane) -> None:
        """Draw a route between two plane points, with the settings of the filmstrip."""
        session = self.session
        if session is not None and start != end:
            first, last = self._latent(session, start), self._latent(session, end)
            self._pinboard.draw_between(first, last)

    @property
    def end(self) -> Plane | None:
        """The end of the route on the map."""
        line = self._canvas.marks.route
        return None if line is None else (float(line[-1, 0]), float(line[-1, 1]))

    def lead_on(self, uv: Plane) -> None:
        """Extend the route to a plane point."""
        if self.session is not None:
            self._pinboard.lead_on(self._latent(self.session, uv))

    def latent_at(self, at: QPointF) -> Point | None:
        """The latent at a pixel, or of the pin or point nearby."""
        return None if self.session is None else self._latent(self.session, self.snap(at))

    def choose_way_point(self, index: int) -> None:
        """Choose a place of the path."""
        if (route := self.grips.route) is not None:
            self._choose(np.array(route.places[index], np.float32))

    def delete_way_point(self, at: QPointF) -> None:
        """Delete the way point at a pixel, otherwise the chosen one."""
        route, session = self.grips.route, self.session
        if route is None or session is None:
            return
        index = self.grips.way_point_at(at)
        if index is None and session.state.chosen in route.through:
            index = 1 + route.through.index(session.state.chosen)
        if index is not None:
            self.grips.delete(index)

    def _latent(self, session: Session, uv: Plane) -> Point:
        """The latent of a plane point: that of a pin marked there, which may lie off the map, else the chart's."""
        if self._begun is not None and self._begun[0] == uv:
            return self._begun[1]
        marked = [place for _, place in self._canvas.marks.pins]
        if uv in marked:
            return session.state.pins[marked.index(uv)].z
        return as_point(session.bundle.chart.to_latent(uv))


def adds() -> bool:
    """Whether a click adds a way point: if Shift is held."""
    return bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)


class ProbeTool(Tool):
    """Pins by clicks and draws paths by drags; dragging a pin, a place of the path or its line moves it.

    A double click on a pin renames it; a click with Shift adds a way point to the path.
    """

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self._pin: int | None = None
        self._grip: Grip | None = None
        self._clicked: int | None = None  # the pin that was clicked last
        self._start: Plane = (0.0, 0.0)

    def begin(self, at: QPointF) -> None:
        self._pin = self._gestures.pin_at(at)
        self._grip = self._gestures.grips.at(at) if self._pin is None else None
        self._start = self._gestures.snap(at)

    def hover(self, at: QPointF) -> None:
        self._gestures.show_grip(at, self.cursor)

    def drag(self, at: QPointF) -> None:
        if self._pin is not None:
            self._gestures.drag_pin(self._pin, self._gestures.to_plane(at))
        elif self._grip is not None:
            self._gestures.grips.drag(self._grip, at)
        else:
            self._gestures.show_draft(self._start, self._gestures.snap(at))

    def drop(self, at: QPointF) -> None:
        if self._pin is not None:
            self._gestures.drop_pin(self._pin, self._gestures.to_plane(at))
            self._pin = None
        elif self._grip is not None:
            self._gestures.grips.drop(self._grip, at)
            self._grip = None
        else:
            self._gestures.show_draft()
            self._gestures.draw_route(self._start, self._gestures.snap(at))

    def click(self, at: QPointF) -> None:
        if adds() and self._gestures.grips.add(at):
            return
        self._clicked = self._gestures.pin_at(at)
        way_point = self._gestures.grips.way_point_at(at)
        if self._clicked is not None:
            self._gestures.choose_pin(self._clicked)
        elif way_point is not None:
            self._gestures.choose_way_point(way_point)
        elif not any(take(at) for take in self._gestures.takers):
            self._gestures.add_pin(self._gestures.to_plane(at))

    def double_click(self, at: QPointF) -> bool:
        pin = self._gestures.pin_at(at)
        if pin is None or pin != self._clicked:  # the first click made the pin
            return False
        self._gestures.rename_pin(pin)
        return True

    def delete(self, at: QPointF) -> None:
        self._gestures.delete_way_point(at)

    def cancel(self) -> None:
        if self._pin is not None:
            self._pin = None
            self._gestures.put_pins_back()
        if self._grip is not None:
            self._grip = None
            self._gestures.grips.put_back()
        self._gestures.show_draft()
