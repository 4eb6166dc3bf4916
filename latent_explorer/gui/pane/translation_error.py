"""Gives the engine the translation errors of the images each time the translator has changed."""

import hashlib

from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.give_values import GiveValues
from latent_explorer.fields.translation import TRANSLATION
from latent_explorer.gui.layers.linked import Linked
from latent_explorer.gui.pane.tile_feed import FieldLayers
from latent_explorer.gui.widgets.parts import timer

_REST_MS = 300  # while an anchor is dragged, errors change many times a second


class TranslationError(QObject):
    """Keeps the field in sync with the errors of the linked map; its tiles carry a digest of them."""

    def __init__(self, client: EngineClient, linked: Linked, fields: FieldLayers) -> None:
        super().__init__()
        self._client, self._linked, self._fields = client, linked, fields
        self._soon = timer(self, _REST_MS, self._give, once=True)
        linked.judged.connect(self._soon.start)

    def again(self) -> None:
        """Give the errors again: the engine has restarted or opened a bundle."""
        if self._linked.errors is not None:
            self._client.ask(GiveValues, TRANSLATION.name, self._linked.errors)

    def take(self, answer: Answer) -> None:
        """Ignore the engine's confirmation."""

    def stop(self) -> None:
        self._soon.stop()

    def _give(self) -> None:
        errors = self._linked.errors
        self.again()
        digest = "" if errors is None else hashlib.sha256(errors.tobytes()).hexdigest()[:16]
        self._fields.renew_given(TRANSLATION.title, digest)
