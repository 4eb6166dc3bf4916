"""The pins and the path of the session, on the map and in their panels, with their pictures."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QImage

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.pin_editor import PinEditor
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.gui.panels.pins import PinPanel
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.paths import path_latents
from latent_explorer.session import OpenBundle, Route, Session
from latent_explorer.session.session import Point


class Pinboard(QObject):
    """Keeps list, map and session in step."""

    def __init__(
        self,
        client: EngineClient,
        canvas: MapCanvas,
        panel: PinPanel,
        prober: Prober,
        filmstrip: Filmstrip,
        shared: Shared,
    ) -> None:
        super().__init__(panel)
        self._client, self._canvas, self._panel = client, canvas, panel
        self._filmstrip, self._shared = filmstrip, shared
        self._pictures: dict[tuple[float, ...], QImage] = {}
        listed = panel.list
        self._editor = PinEditor(canvas.viewport())
        self._editor.entered.connect(self._rename)
        listed.renamed.connect(self._rename)
        listed.delete_wanted.connect(lambda indices: self._session.delete_pins(indices))
        listed.gone_to.connect(lambda index: prober.go_to(self._session.state.pins[index].latent))
        listed.chosen.connect(lambda index: prober.explore(self._session.state.pins[index].latent))
        listed.words = prober.text

    def open(self, session: Session) -> None:
        self._session = session
        self._pictures.clear()
        self.show()

    def show(self) -> None:
        """Show the pins there are, and want the pictures that are missing."""
        pins, chart = self._session.state.pins, self._session.bundle.chart
        places = [chart.to_plane(pin.latent).tolist() for pin in pins]
        self._canvas.mark(pins=tuple((pin.name, (u, v)) for pin, (u, v) in zip(pins, places, strict=True)))
        self._panel.show_pins(pins, self._pictures)
        self.ask()

    def ask(self) -> None:
        decodes = self._session.bundle.config.decodes
        missing = dict.fromkeys(pin.z for pin in self._session.state.pins if decodes and pin.z not in self._pictures)
        self._client.request("pins", [want_pictures(z, np.array([z], np.float32)) for z in missing])

    def take(self, answer: Answer) -> None:
        if answer.pictures is not None and isinstance(answer.key, tuple):
            self._pictures[answer.key] = to_qimage(answer.pictures[0])
            self._panel.show_pins(self._session.state.pins, self._pictures)

    def rename(self, index: int) -> None:
        """Have the name of a pin typed, over it on the map where it is in sight, else in the list."""
        canvas, pin = self._canvas, self._session.state.pins[index]
        at = canvas.to_widget(*canvas.marks.pins[index][1])
        if canvas.viewport().rect().adjusted(60, 10, -20, -40).contains(at.toPoint()):
            self._editor.begin(index, pin.name, at.x(), at.y())
        else:
            self._panel.list.editItem(self._panel.list.item(index))

    def _rename(self, index: int, name: str) -> None:
        if index >= len(self._session.state.pins):
            return  # it was deleted while its name was typed
        try:
            self._session.rename_pin(index, name)
        except UserError as error:
            self._shared.say(str(error))
            self.show()

    def draw_between(self, start: Point, end: Point) -> None:
        """Draw a path between two latents, with the choices of the filmstrip."""
        self._session.draw(self._filmstrip.choices(start, end))


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
        self._filmstrip.strip.explain(bundle.config.undecoded)
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
        self.show_places()
        self.ask()

    def show_places(self) -> None:
        """Show where the route lies on the map."""
        assert self._bundle is not None
        self._canvas.mark(route=None if self._route is None else self._bundle.chart.to_plane(self.latents), frame=None)

    def ask(self) -> None:
        decodes = self._bundle is None or self._bundle.config.decodes
        missing = decodes and self._route is not None and not len(self._filmstrip.frames)
        self._client.request("film", [want_pictures(self._route, self.latents)] if missing else [])

    def take(self, answer: Answer) -> None:
        if answer.key == self._route and answer.pictures is not None:
            self._filmstrip.show_frames(answer.pictures)

    def at(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """The latent (d,) and the picture (h, w, c) of a frame."""
        return self.latents[index], self._filmstrip.frames[index]

    def _mark_frame(self, index: int) -> None:
        assert self._bundle is not None
        u, v = self._bundle.chart.to_plane(self.latents[index]).tolist()
        self._canvas.mark(frame=(u, v))
