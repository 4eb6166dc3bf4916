"""The session's path: its line on the map, and its frames, decoded for the filmstrip."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, Qt, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.walk import Walk, Walked
from latent_explorer.engine.protocol import Want
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.path_lane import FIGURES_TIP, Lane, figure_words, tints
from latent_explorer.gui.pane.path_line import RouteLine, led_through
from latent_explorer.gui.panels.filmstrip import COMPARED, FIRST, Filmstrip
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle, Route

TOPIC = "walks"
_LINES = {FIRST: Qt.PenStyle.SolidLine, COMPARED: Qt.PenStyle.DashLine}
_NOWHERE = np.zeros((0, 0), np.float32)


class PathFrames(QObject):
    """Decodes the curves of the session's route, one or two, and moves the marker of the current frame.

    latents: the latents (n, d) of the frames of the first curve. line: its line on the map, or None. laid_out: the
    latents have changed.
    """

    laid_out = pyqtSignal()

    def __init__(self, client: EngineClient, canvas: MapCanvas, filmstrip: Filmstrip) -> None:
        super().__init__()
        self._client, self._canvas, self._filmstrip, self._theme = client, canvas, filmstrip, DARK
        self._bundle: OpenBundle | None = None
        self._route: Route | None = None
        self._lanes: dict[str, Lane] = {}
        self.line: RouteLine | None = None
        filmstrip.moved.connect(self._mark_frame)

    @property
    def latents(self) -> NDArray[np.float32]:
        return self._lanes[FIRST].latents if FIRST in self._lanes else _NOWHERE

    @property
    def compared(self) -> NDArray[np.float32] | None:
        """The latents (n, d) of the second curve, if there is one."""
        return self._lanes[COMPARED].latents if COMPARED in self._lanes else None

    @property
    def work(self) -> tuple[Work, ...]:
        """The curves that are being computed."""
        return tuple(
            Work(f"Computing the {lane.title.lower()} path") for lane in self._lanes.values() if lane.computing
        )

    @property
    def settled(self) -> bool:
        """Whether all curves and their pictures have arrived."""
        decodes = self._bundle is None or self._bundle.config.decodes
        return all(lane.refused or (not lane.waits and (lane.pictured or not decodes)) for lane in self._lanes.values())

    def open(self, bundle: OpenBundle) -> None:
        """Start with another bundle, which has no route yet."""
        self._bundle = bundle
        self._filmstrip.strip.explain(bundle.config.undecoded)
        self._offer()
        self.show(None)

    def exchange(self, bundle: OpenBundle) -> None:
        """Keep the route on another chart or decoder: update its places and pictures."""
        self._bundle = bundle
        self._offer()
        self.show(self._route)

    def _offer(self) -> None:
        assert self._bundle is not None
        latents = self._bundle.latents
        decodes, labels = self._bundle.config.decodes, latents.label is not None
        self._filmstrip.offer(decodes=decodes, data=len(latents) > 0, labels=labels)

    def dress(self, theme: Theme) -> None:
        """Use the class colours of a theme."""
        self._theme = theme
        for lane in self._lanes.values():
            self._describe(lane)

    def show(self, route: Route | None) -> None:
        self._route = route
        self._filmstrip.show_route(route)
        self._lanes = {} if route is None else _lanes(route)
        for lane in self._lanes.values():
            self._describe(lane)
        self.show_places()
        self.ask()

    # -- on the map

    def show_places(self) -> None:
        """Show the route and its current frame on the map."""
        self._mark(self._route, self._lanes)
        if len(self._filmstrip.frames):
            self._mark_frame(self._filmstrip.index)

    def sketch(self, route: Route) -> None:
        """Preview a route while it is being drawn."""
        self._mark(route, {FIRST: Lane.of(FIRST, route.path)})

    def _mark(self, route: Route | None, lanes: dict[str, Lane]) -> None:
        assert self._bundle is not None
        chart, self.line = self._bundle.chart, None
        if route is None:
            self._canvas.mark(route=None, compared=None, way=None, frame=None, draft=None)
            return
        latents, knots = led_through(lanes[FIRST].latents, route.places)
        line = self.line = RouteLine(chart.to_plane(latents), knots)
        compared = None
        if COMPARED in lanes:
            compared = chart.to_plane(led_through(lanes[COMPARED].latents, route.places)[0])
        way = line.uv[knots[1:-1]] if route.through else None
        self._canvas.mark(route=line.uv, compared=compared, way=way, frame=None, draft=None)

    def _mark_frame(self, index: int) -> None:
        assert self._bundle is not None
        if index < len(self.latents):
            u, v = self._bundle.chart.to_plane(self.latents[index]).tolist()
            self._canvas.mark(frame=(u, v))

    # -- what the engine is asked

    def ask(self) -> None:
        """Request what is missing: curves with figures, and pictures."""
        lanes, decodes = self._lanes.values(), self._bundle is None or self._bundle.config.decodes
        unwalked = [lane for lane in lanes if lane.walked is None and not lane.refused]
        self._client.request(TOPIC, [_want_walk(lane) for lane in unwalked])
        missing = [lane for lane in lanes if decodes and not lane.pictured]
        self._client.request("film", [want_pictures((lane, lane.version), lane.wanted) for lane in missing])

    def again(self) -> None:
        """Request everything again: the engine has dropped its requests, or has another model."""
        for lane in self._lanes.values():
            lane.refused = ""
        self.ask()

    def take_walk(self, answer: Answer) -> None:
        """Take a computed curve with its figures, or the reason for a refusal."""
        lane = answer.key
        if not isinstance(lane, Lane) or self._lanes.get(lane.row) is not lane:
            return
        if isinstance(answer.reply, Refused):
            lane.refused = answer.reply.reason
        elif isinstance(answer.reply, Walked):
            lane.take(answer.reply)
            if lane.wanted is not lane.latents and self._bundle is not None and not self._bundle.config.decodes:
                self._adopt(lane)
        self._describe(lane)
        self.ask()

    def take(self, answer: Answer) -> None:
        """Take the pictures of a curve."""
        if answer.pictures is None or not isinstance(answer.key, tuple):
            return
        wanted, version = answer.key
        lane = self._lanes.get(wanted.row)
        if lane is not None and lane is wanted and version == lane.version and not lane.pictured:
            self._adopt(lane)
            self._filmstrip.show_frames(answer.pictures, lane.row)

    def _adopt(self, lane: Lane) -> None:
        """Show a curve in place of its stand-in."""
        moved = lane.latents is not lane.wanted
        lane.show_wanted()
        self._describe(lane)
        if moved:
            self.show_places()
        if moved and lane.row == FIRST:
            self.laid_out.emit()

    def _describe(self, lane: Lane) -> None:
        """Set the title, the figures and the class colours of a filmstrip row."""
        assert self._bundle is not None
        line = _LINES[lane.row] if len(self._lanes) > 1 else Qt.PenStyle.NoPen
        row = {"curve": lane.title, "model": self._bundle.name, "waits": lane.waits, "line": line}
        if lane.walked is None:
            self._filmstrip.change_row(lane.row, **row)
            return
        names = self._bundle.class_names
        words = figure_words(lane.walked, lane.path.curve)
        band = tints(lane.walked.figures, names, self._theme)
        self._filmstrip.change_row(lane.row, **row, figures=words, tip=FIGURES_TIP if words else "", band=band)

    def at(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """The latent (d,) and the picture (h, w, c) of a frame."""
        return self.latents[index], self._filmstrip.frames[index]


def _lanes(route: Route) -> dict[str, Lane]:
    paths = {FIRST: route.path, COMPARED: route.compared}
    return {row: Lane.of(row, path) for row, path in paths.items() if path is not None}


def _want_walk(lane: Lane) -> Want:
    path = lane.path
    make = partial(Walk, z=path.places, curve=path.curve, frames=path.frames, easing=path.easing, beside=path.beside)
    return Want(lane, Walk, 1, make)
