"""The probed place decoded under every class: requested once the exact picture is there, newest place first."""

import numpy as np
from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode_as import want_decoded_as
from latent_explorer.gui.pane.prober import Probe, Prober
from latent_explorer.gui.panels.class_row import MOST, ClassPictures
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle

TOPIC = "classes"
_LATE_MS = 150  # until pictures of another place are greyed out; without a delay they would flicker


class EachClass(QObject):
    """Fills the class row of the inspector, for conditional models only.

    The row is requested after the exact picture, and only for the latest place: a new request replaces the old one.
    """

    def __init__(self, client: EngineClient, prober: Prober, row: ClassPictures) -> None:
        super().__init__()
        self._client, self._prober, self._row = client, prober, row
        self._classes, self._asked = 0, 0
        self._late = timer(self, _LATE_MS, row.outdate, once=True)
        prober.pictured.connect(self._ask)
        prober.looked.connect(self._look)
        row.hide()

    def open(self, bundle: OpenBundle) -> None:
        """Show the classes of a bundle; nothing if its model is not conditional."""
        names = bundle.class_names[: bundle.config.net.classes] if bundle.config.decodes else ()
        self._classes = min(len(names), MOST)
        self._row.set_classes(names, bundle.label)
        self._row.setVisible(bool(names))

    def close(self) -> None:
        self._late.stop()

    def take(self, answer: Answer) -> None:
        """Show the pictures of a place under each class; drop them if the place is no longer shown."""
        if answer.pictures is None or answer.key != self._asked:
            return
        self._late.stop()
        self._row.show_images([to_qimage(picture) for picture in answer.pictures])

    def again(self) -> None:
        """Request the pictures again, after the engine has dropped its requests."""
        if self._prober.probe is not None and self._prober.probe.picture is not None:
            self._ask(self._prober.probe)

    def _look(self, probe: Probe | None) -> None:
        if not self._classes:
            return
        if probe is None:
            self._asked += 1
            self._late.stop()
            self._row.show_images(())
        elif probe.picture is not None:
            self._ask(probe)
        elif not self._late.isActive():
            self._late.start()

    def _ask(self, probe: Probe) -> None:
        if not self._classes:
            return
        self._asked += 1
        z = np.repeat(np.asarray(probe.z, np.float32)[None], self._classes, axis=0)
        self._client.request(TOPIC, [want_decoded_as(self._asked, z, np.arange(self._classes))])
