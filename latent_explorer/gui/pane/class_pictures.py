"""The place that the inspector shows, under every class: asked for once its exact picture is there, newest wins."""

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
_LATE_MS = 150  # after which the pictures of another place are greyed; at once, each move would make them flicker


class EachClass(QObject):
    """Fills the row of the inspector, for conditional models alone.

    The row never comes before the exact picture, and of several places only the last is asked for: what is wanted
    of the topic is replaced, never queued.
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
        """Be of the classes of a bundle; nothing is shown where its model is given none."""
        names = bundle.class_names[: bundle.config.net.classes] if bundle.config.decodes else ()
        self._classes = min(len(names), MOST)
        self._row.set_classes(names, bundle.label)
        self._row.setVisible(bool(names))

    def close(self) -> None:
        self._late.stop()

    def take(self, answer: Answer) -> None:
        """The pictures of a place under each class; of one that is shown no longer they are dropped."""
        if answer.pictures is None or answer.key != self._asked:
            return
        self._late.stop()
        self._row.show_images([to_qimage(picture) for picture in answer.pictures])

    def again(self) -> None:
        """Ask once more: what was asked for is forgotten."""
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
