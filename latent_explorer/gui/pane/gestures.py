"""The tools that pin and draw paths, and what they do to the session; ends snap to what is near."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QCursor

from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.pins_and_path import PathFrames, Pinboard
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.paths import path_latents
from latent_explorer.session import Route, Session
from latent_explorer.session.session import Point, as_point

Plane = tuple[float, float]
Choose = Callable[[NDArray[np.float32]], None]

DATA_REACH = 9.0
"""Pixels within which a data point is meant."""
_PIN_REACH, _END_REACH = 12.0, 9.0  # pixels within which a pin is meant, or an end of the path


class Gestures:
    """What tools may do. Positions are pixels of the map. session: what they change; None where no bundle is open.

    choose: called with the latent (d,) of a place that is chosen by it. through: the latent of a place where something
    else than the map is seen.
    """

    def __init__(
        self, canvas: MapCanvas, points: PointLayer, pinboard: Pinboard, path_frames: PathFrames, choose: Choose
    ) -> None:
        self._canvas, self._points, self._pinboard, self._path_frames = canvas, points, pinboard, path_frames
        self._choose = choose
        self.session: Session | None = None
        self.through: Callable[[Plane], NDArray[np.float32] | None] = lambda _: None
        self._grips = False  # whether the pointer shows that something can be dragged
        self._begun: tuple[Plane, Point] | None = None  # where a path begins, that is not on the map itself

    def to_plane(self, at: QPointF) -> Plane:
        return self._canvas.view.to_plane(at.x(), at.y())

    def snap(self, at: QPointF) -> Plane:
        """The pin or the data point near a pixel, else the plane point under it."""
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

    def end_at(self, at: QPointF) -> int | None:
        """Which end of the path is near a pixel: 0 for its start, 1 for its end."""
        route = self._canvas.marks.route
        if route is None or self.session is None or self.session.state.route is None:
            return None
        distances = np.hypot(*(self._canvas.view.to_screen(route[[0, -1]]) - (at.x(), at.y())).T)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _END_REACH else None

    def drag_end(self, end: int, at: QPointF) -> None:
        """An end of the path follows the pointer, and the path with it; the session learns of it when it is dropped."""
        route = self._moved(end, at)
        if route is not None and self.session is not None:
            self._canvas.mark(route=self.session.bundle.chart.to_plane(path_latents(route.path)))

    def drop_end(self, end: int, at: QPointF) -> None:
        route = self._moved(end, at)
        if route is None or self.session is None or route == self.session.state.route:
            self.put_path_back()
        else:
            self.session.draw(route)

    def put_path_back(self) -> None:
        self._path_frames.show_places()

    def _moved(self, end: int, at: QPointF) -> Route | None:
        """The path with one end at a pixel, or at what is near; None where it would have no length."""
        session = self.session
        if session is None or session.state.route is None:
            return None
        route, z = session.state.route, self._latent(session, self.snap(at))
        other = (route.end, route.start)[end]
        return None if z == other else replace(route, end=z) if end else replace(route, start=z)

    def show_grip(self, at: QPointF, cursor: Qt.CursorShape | QCursor) -> None:
        """Have the pointer show that something can be dragged, or else as the tool has it."""
        grips = self.pin_at(at) is not None or self.end_at(at) is not None
        if grips != self._grips:
            self._grips = grips
            self._canvas.setCursor(Qt.CursorShape.SizeAllCursor if grips else cursor)

    def begin_path(self, uv: NDArray[np.float64], z: NDArray[np.float32]) -> None:
        """Begin a path at a latent (d,), wherever it is marked; the tool in hand ends it."""
        u, v = uv.tolist()
        self._begun = (u, v), as_point(z)
        if isinstance(self._canvas.tool, PathTool):
            self._canvas.tool.begin_at((u, v))

    def drag_pin(self, index: int, uv: Plane) -> None:
        """The pin follows the pointer; the session learns of it when it is dropped."""
        places = list(self._canvas.marks.pins)
        places[index] = places[index][0], uv
        self._canvas.mark(pins=tuple(places))

    def drop_pin(self, index: int, uv: Plane) -> None:
        if self.session is not None:
            self.session.move_pin(index, self.session.bundle.chart.to_latent(uv))
            self.choose_pin(index)

    def put_pins_back(self) -> None:
        self._pinboard.show()

    def show_draft(self, start: Plane | None, end: Plane | None) -> None:
        self._canvas.mark(draft=None if start is None or end is None else (start, end))

    def draw_route(self, start: Plane, end: Plane) -> None:
        """Draw a route between two plane points, with the choices of the filmstrip."""
        session = self.session
        if session is not None and start != end:
            first, last = self._latent(session, start), self._latent(session, end)
            self._pinboard.draw_between(first, last)

    def _latent(self, session: Session, uv: Plane) -> Point:
        """The latent of a plane point: a pin's own where one is marked there, which need not lie on the map."""
        if self._begun is not None and self._begun[0] == uv:
            return self._begun[1]
        marked = [place for _, place in self._canvas.marks.pins]
        if uv in marked:
            return session.state.pins[marked.index(uv)].z
        return as_point(session.bundle.chart.to_latent(uv))


class ProbeTool(Tool):
    """A click pins, or chooses a pin; dragging a pin or an end of the path moves it, and else draws a path.

    A double click on a pin renames it.
    """

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self._pin: int | None = None
        self._end: int | None = None
        self._clicked: int | None = None  # the pin that was clicked last
        self._start: Plane = (0.0, 0.0)

    def begin(self, at: QPointF) -> None:
        self._pin = self._gestures.pin_at(at)
        self._end = self._gestures.end_at(at) if self._pin is None else None
        self._start = self._gestures.snap(at)

    def hover(self, at: QPointF) -> None:
        self._gestures.show_grip(at, self.cursor)

    def drag(self, at: QPointF) -> None:
        if self._pin is not None:
            self._gestures.drag_pin(self._pin, self._gestures.to_plane(at))
        elif self._end is not None:
            self._gestures.drag_end(self._end, at)
        else:
            self._gestures.show_draft(self._start, self._gestures.snap(at))

    def drop(self, at: QPointF) -> None:
        if self._pin is not None:
            self._gestures.drop_pin(self._pin, self._gestures.to_plane(at))
            self._pin = None
        elif self._end is not None:
            self._gestures.drop_end(self._end, at)
            self._end = None
        else:
            self._gestures.show_draft(None, None)
            self._gestures.draw_route(self._start, self._gestures.snap(at))

    def click(self, at: QPointF) -> None:
        self._clicked = self._gestures.pin_at(at)
        if self._clicked is None:
            self._gestures.add_pin(self._gestures.to_plane(at))
        else:
            self._gestures.choose_pin(self._clicked)

    def double_click(self, at: QPointF) -> bool:
        pin = self._gestures.pin_at(at)
        if pin is None or pin != self._clicked:  # the first click has made it
            return False
        self._gestures.rename_pin(pin)
        return True

    def cancel(self) -> None:
        if self._pin is not None:
            self._pin = None
            self._gestures.put_pins_back()
        if self._end is not None:
            self._end = None
            self._gestures.put_path_back()
        self._gestures.show_draft(None, None)


class PathTool(Tool):
    """Draw a path by dragging, or by one click at each end; pins are ends, never moved. An end of the path is."""

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self._start: Plane | None = None
        self._end: int | None = None

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.PointingHandCursor

    def begin_at(self, uv: Plane) -> None:
        """Begin a path at a plane point; a click ends it."""
        self._start = uv
        self._gestures.show_draft(uv, uv)

    def begin(self, at: QPointF) -> None:
        if self._start is None:
            self._end = self._gestures.end_at(at)
            self._start = self._gestures.snap(at)

    def drag(self, at: QPointF) -> None:
        if self._end is not None:
            self._gestures.drag_end(self._end, at)
            return
        self._gestures.show_draft(self._start, self._gestures.snap(at))

    def drop(self, at: QPointF) -> None:
        if self._end is not None:
            self._gestures.drop_end(self._end, at)
            self._start = self._end = None
            return
        start, end = self._start, self._gestures.snap(at)
        self.cancel()
        if start is not None:
            self._gestures.draw_route(start, end)

    def click(self, at: QPointF) -> None:
        here, self._end = self._gestures.snap(at), None
        if self._start is None or self._start == here:
            self._start = here
            self._gestures.show_draft(here, here)
        else:
            self.drop(at)

    def hover(self, at: QPointF) -> None:
        if self._start is not None:
            self.drag(at)

    def cancel(self) -> None:
        self._start = None
        if self._end is not None:
            self._end = None
            self._gestures.put_path_back()
        self._gestures.show_draft(None, None)
