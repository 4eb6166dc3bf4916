"""The route on the map and the filmstrip below it, kept in step."""

import numpy as np
from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.paths import path_latents
from latent_explorer.session import OpenBundle, Route


class PathFrames(QObject):
    """Decodes the session's route and moves its marker."""

    def __init__(self, client: EngineClient, canvas: MapCanvas, filmstrip: Filmstrip) -> None:
        super().__init__()
        self._client, self._canvas, self._filmstrip = client, canvas, filmstrip
        self._bundle: OpenBundle | None = None
        self._route: Route | None = None
        self.latents = np.zeros((0, 0), np.float32)
        filmstrip.moved.connect(self._mark_frame)

    def open(self, bundle: OpenBundle) -> None:
        """Work with another bundle, on which no route is drawn yet."""
        self._bundle = bundle
        self.show(None)

    def exchange(self, bundle: OpenBundle) -> None:
        """Go on with the same route, whose latents lie elsewhere and look otherwise now."""
        self._bundle = bundle
        self.show(self._route)

    def show(self, route: Route | None) -> None:
        assert self._bundle is not None
        self._route = route
        self._filmstrip.show_route(route)
        self.latents = np.zeros((0, 0), np.float32) if route is None else path_latents(route.path)
        places = None if route is None else self._bundle.chart.to_plane(self.latents)
        self._canvas.mark(route=places, frame=None)
        self.ask()

    def ask(self) -> None:
        missing = self._route is not None and not len(self._filmstrip.frames)
        self._client.request("film", [want_pictures(self._route, self.latents)] if missing else [])

    def take(self, answer: Answer) -> None:
        if answer.key == self._route and answer.pictures is not None:
            self._filmstrip.show_frames(answer.pictures)

    def _mark_frame(self, index: int) -> None:
        assert self._bundle is not None
        u, v = self._bundle.chart.to_plane(self.latents[index]).tolist()
        self._canvas.mark(frame=(u, v))
