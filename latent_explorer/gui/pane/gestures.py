"""What the tools do to the session: pins set and moved, routes drawn, ends snapped to what is near."""

from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QPointF

from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.pinboard import Pinboard
from latent_explorer.gui.pane.tools import Plane
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.session import Session
from latent_explorer.session.session import Point, as_point

_PIN_REACH, _DATA_REACH = 12.0, 9.0  # pixels within which a pin is meant, or a data point


class Gestures:
    """The MapActions of a pane. session: what they change; None where no bundle is open."""

    def __init__(self, canvas: MapCanvas, points: PointLayer, pinboard: Pinboard, filmstrip: Filmstrip) -> None:
        self._canvas, self._points, self._pinboard, self._filmstrip = canvas, points, pinboard, filmstrip
        self.session: Session | None = None

    def to_plane(self, at: QPointF) -> Plane:
        """The plane point under a pixel."""
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
        """Pin a plane point."""
        if self.session is not None:
            self.session.pin(self.session.bundle.chart.to_latent(uv))

    def drag_pin(self, index: int, uv: Plane) -> None:
        """The pin follows the pointer; the session learns of it when it is dropped."""
        places = list(self._canvas.marks.pins)
        places[index] = places[index][0], uv
        self._canvas.set_marks(replace(self._canvas.marks, pins=tuple(places)))

    def drop_pin(self, index: int, uv: Plane) -> None:
        """The pin stays at a plane point."""
        if self.session is not None:
            self.session.move_pin(index, self.session.bundle.chart.to_latent(uv))

    def put_pins_back(self) -> None:
        """Show the pins where the session has them."""
        self._pinboard.show()

    def show_draft(self, start: Plane | None, end: Plane | None) -> None:
        """Show the line of a route that is being dragged, or none."""
        draft = None if start is None or end is None else (start, end)
        self._canvas.set_marks(replace(self._canvas.marks, draft=draft))

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
