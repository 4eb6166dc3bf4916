"""The tools that pin and draw paths, and what they do to the session; ends snap to what is near."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt

from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.pins_and_path import Pinboard
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.session import Session
from latent_explorer.session.session import Point, as_point

Plane = tuple[float, float]
Choose = Callable[[NDArray[np.float32]], None]

_PIN_REACH, _DATA_REACH = 12.0, 9.0  # pixels within which a pin is meant, or a data point


class Gestures:
    """What tools may do. Positions are pixels of the map. session: what they change; None where no bundle is open.

    choose: called with the latent (d,) of a place that is chosen by it.
    """

    def __init__(
        self, canvas: MapCanvas, points: PointLayer, pinboard: Pinboard, filmstrip: Filmstrip, choose: Choose
    ) -> None:
        self._canvas, self._points, self._pinboard, self._filmstrip = canvas, points, pinboard, filmstrip
        self._choose = choose
        self.session: Session | None = None

    def to_plane(self, at: QPointF) -> Plane:
        return self._canvas.view.to_plane(at.x(), at.y())

    def snap(self, at: QPointF) -> Plane:
        """The pin or the data point near a pixel, else the plane point under it."""
        pin = self.pin_at(at)
        if pin is not None:
            return self._canvas.marks.pins[pin][1]
        nearest = self._points.nearest(self._canvas.view, at.x(), at.y(), _DATA_REACH)
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
            z = self.session.bundle.chart.to_latent(uv)
            self.session.pin(z)
            self._choose(z)

    def choose_pin(self, index: int) -> None:
        if self.session is not None:
            self._choose(self.session.state.pins[index].latent)

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
            session.draw(self._filmstrip.choices(first, last))

    def _latent(self, session: Session, uv: Plane) -> Point:
        """The latent of a plane point: a pin's own where one is marked there, which need not lie on the map."""
        marked = [place for _, place in self._canvas.marks.pins]
        if uv in marked:
            return session.state.pins[marked.index(uv)].z
        return as_point(session.bundle.chart.to_latent(uv))


class ProbeTool(Tool):
    """Click pins; dragging a pin moves it; dragging from anywhere else draws a path."""

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self._pin: int | None = None
        self._start: Plane = (0.0, 0.0)

    def begin(self, at: QPointF) -> None:
        self._pin = self._gestures.pin_at(at)
        self._start = self._gestures.snap(at)

    def drag(self, at: QPointF) -> None:
        if self._pin is not None:
            self._gestures.drag_pin(self._pin, self._gestures.to_plane(at))
        else:
            self._gestures.show_draft(self._start, self._gestures.snap(at))

    def drop(self, at: QPointF) -> None:
        if self._pin is not None:
            self._gestures.drop_pin(self._pin, self._gestures.to_plane(at))
            self._pin = None
        else:
            self._gestures.show_draft(None, None)
            self._gestures.draw_route(self._start, self._gestures.snap(at))

    def click(self, at: QPointF) -> None:
        pin = self._gestures.pin_at(at)
        if pin is None:
            self._gestures.add_pin(self._gestures.to_plane(at))
        else:
            self._gestures.choose_pin(pin)

    def cancel(self) -> None:
        if self._pin is not None:
            self._pin = None
            self._gestures.put_pins_back()
        self._gestures.show_draft(None, None)


class PathTool(Tool):
    """Draw a path by dragging, or by one click at each end; pins are ends, never moved."""

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures
        self._start: Plane | None = None

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.PointingHandCursor

    def begin(self, at: QPointF) -> None:
        if self._start is None:
            self._start = self._gestures.snap(at)

    def drag(self, at: QPointF) -> None:
        self._gestures.show_draft(self._start, self._gestures.snap(at))

    def drop(self, at: QPointF) -> None:
        start, end = self._start, self._gestures.snap(at)
        self.cancel()
        if start is not None:
            self._gestures.draw_route(start, end)

    def click(self, at: QPointF) -> None:
        here = self._gestures.snap(at)
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
        self._gestures.show_draft(None, None)
