"""The draggable parts of the path: its ends, its way points and its line."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF

from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.path_frames import PathFrames
from latent_explorer.session import Route, Session
from latent_explorer.session.session import Point

Plane = tuple[float, float]

_PLACE_REACH, _LINE_REACH = 9.0, 6.0  # pixels within which a place or the line can be grabbed


@dataclass(frozen=True)
class Grip:
    """A place of the path that can be dragged. index: among its places. new: whether dragging adds a way point."""

    index: int
    new: bool = False


class PathGrips:
    """Finds and drags parts of the session's path. Positions are pixels of the map.

    session: the owner of the path; None if no bundle is open. latent: returns the latent meant by a pixel.
    """

    def __init__(self, canvas: MapCanvas, path_frames: PathFrames, latent: Callable[[QPointF], Point | None]) -> None:
        self._canvas, self._path_frames, self._latent = canvas, path_frames, latent
        self.session: Session | None = None

    @property
    def route(self) -> Route | None:
        return None if self.session is None or self._canvas.marks.route is None else self.session.state.route

    def at(self, at: QPointF) -> Grip | None:
        """The place of the path near a pixel, otherwise its line, if that is near."""
        route, line = self.route, self._path_frames.line
        if route is None or line is None or len(line.knots) != len(route.places):
            return None
        places = self._pixels(line.uv)
        distances = np.hypot(*(places[line.knots] - (at.x(), at.y())).T)
        nearest = int(distances.argmin())
        if distances[nearest] <= _PLACE_REACH:
            return Grip(nearest)
        distance, segment = nearest_segment(places, at)
        if distance > _LINE_REACH:
            return None
        return Grip(int(np.clip(np.searchsorted(line.knots, segment, "right"), 1, len(route.places) - 1)), new=True)

    def way_point_at(self, at: QPointF) -> int | None:
        """The index among the path's places of the way point near a pixel, if there is one."""
        grip, route = self.at(at), self.route
        if grip is None or route is None or grip.new or not 0 < grip.index < len(route.places) - 1:
            return None
        return grip.index

    def is_end(self, at: QPointF) -> bool:
        """Whether the end of the path is near a pixel."""
        grip, route = self.at(at), self.route
        return grip is not None and route is not None and grip == Grip(len(route.places) - 1)

    def drag(self, grip: Grip, at: QPointF) -> None:
        """Move a place to a pixel and preview the path; the session changes when it is dropped."""
        if (route := self._moved(grip, self._latent(at))) is not None:
            self._path_frames.sketch(route)

    def drop(self, grip: Grip, at: QPointF) -> None:
        route = self._moved(grip, self._latent(at))
        if route is None or self.session is None or route == self.session.state.route:
            self.put_back()
        else:
            self.session.draw(route)

    def put_back(self) -> None:
        """Show the path of the session again."""
        self._path_frames.show_places()

    def add(self, at: QPointF) -> bool:
        """Add a way point at a pixel, where it makes the path least longer. Returns whether there is a path."""
        return self.lead_through(self._latent(at), at)

    def lead_through(self, z: Point | None, at: QPointF) -> bool:
        """Add a way point at a latent whose place is a pixel. Returns whether there is a path."""
        route, line = self.route, self._path_frames.line
        if route is None or line is None or self.session is None or z is None:
            return False
        grip = self.at(at)
        places = self._pixels(line.uv[line.knots])
        index = grip.index if grip is not None and grip.new else least_detour(places, np.array([at.x(), at.y()]))
        moved = self._moved(Grip(index, new=True), z)
        if moved is not None:
            self.session.draw(moved)
        return True

    def delete(self, index: int) -> None:
        """Delete a place of the path."""
        route = self.route
        if route is not None and self.session is not None and 0 < index < len(route.places) - 1:
            self.session.draw(route.leading([*route.places[:index], *route.places[index + 1 :]]))

    def _moved(self, grip: Grip, z: Point | None) -> Route | None:
        """The path with one place moved or added; None if two consecutive places would be the same."""
        route = self.route
        if route is None or z is None:
            return None
        places = list(route.places)
        places[grip.index : grip.index + (not grip.new)] = [z]
        beside = [places[each] for each in (grip.index - 1, grip.index + 1) if 0 <= each < len(places)]
        return None if z in beside else route.leading(places)

    def _pixels(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._canvas.view.to_screen(uv)


def nearest_segment(line: NDArray[np.float64], at: QPointF) -> tuple[float, int]:
    """The distance of a pixel from a line (n, 2), and the index of the first point of the nearest segment."""
    here = np.array([at.x(), at.y()])
    start, along = line[:-1], np.diff(line, axis=0)
    length = np.maximum((along**2).sum(1), 1e-12)
    t = np.clip(((here - start) * along).sum(1) / length, 0, 1)[:, None]
    distances = np.hypot(*(start + t * along - here).T)
    segment = int(distances.argmin())
    return float(distances[segment]), segment


def least_detour(places: NDArray[np.float64], here: NDArray[np.float64]) -> int:
    """The index, from 1, at which inserting a place into places (n, 2) lengthens the line through them least."""
    away = np.hypot(*(places - here).T)
    detour = away[:-1] + away[1:] - np.hypot(*np.diff(places, axis=0).T)
    return int(detour.argmin()) + 1
