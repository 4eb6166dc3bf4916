"""The pins of the session, on the map and in their panel, with their pictures."""

import numpy as np
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
from latent_explorer.session import Session
from latent_explorer.session.session import Point


class Pinboard(QObject):
    """Keeps list, map and session in sync."""

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
        """Show the pins and request missing pictures."""
        pins, chart = self._session.state.pins, self._session.bundle.chart
        places = chart.to_plane(np.stack([pin.latent for pin in pins])).tolist() if pins else []
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
        """Edit the name of a pin: on the map if it is in view, otherwise in the list."""
        canvas, pin = self._canvas, self._session.state.pins[index]
        at = canvas.to_widget(*canvas.marks.pins[index][1])
        if canvas.viewport().rect().adjusted(60, 10, -20, -40).contains(at.toPoint()):
            self._editor.begin(index, pin.name, at.x(), at.y())
        else:
            self._panel.list.editItem(self._panel.list.item(index))

    def _rename(self, index: int, name: str) -> None:
        if index >= len(self._session.state.pins):
            return  # it was deleted while its name was edited
        try:
            self._session.rename_pin(index, name)
        except UserError as error:
            self._shared.say(str(error))
            self.show()

    def draw_between(self, start: Point, end: Point) -> None:
        """Draw a path between two latents, with the settings of the filmstrip."""
        self._session.draw(self._filmstrip.choices(start, end))

    def lead_on(self, z: Point) -> None:
        """Extend the path to a latent; its old end becomes a way point."""
        route = self._session.state.route
        if route is not None and z != route.end:
            self._session.draw(route.leading([*route.places, z]))
