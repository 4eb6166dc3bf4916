"""The controller of compression: requests the rounded image at the probe, and the curve."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject

from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.compress import (
    CompressionMeasured,
    ImageRounded,
    RoundImage,
    want_compression,
)
from latent_explorer.gui.studies.compression.panel import CompressionPanel
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle, Session

TOPIC = "compression"
_REST_MS = 80  # of rest before the image at the pointer is requested


class Compressing(Study):
    """Follows the probe while its panel is visible. rounded: the current image, or None."""

    def __init__(self, uses: StudyUses) -> None:
        self.view = CompressionPanel()
        super().__init__(uses, self.view)
        self.rounded: ImageRounded | None = None
        self._z: NDArray[np.float32] | None = None
        self._number = self._run = 0
        self._share: float | None = None
        self._rest = timer(self, _REST_MS, self._ask, once=True)
        uses.client.subscribe(TOPIC, self._take)
        uses.client.subscribe(RoundImage, self._take_rounded)
        uses.prober.looked.connect(self._look)
        self.view.chosen.connect(lambda _: self._ask())
        self.view.pressed.connect(self._press)
        self.view.installEventFilter(self)

    def open(self, session: Session) -> None:
        super().open(session)
        self._cancel()
        self._show_nothing()
        self._look(self.uses.prober.probe)

    def exchange(self, bundle: OpenBundle) -> None:
        """Drop the measurements for another snapshot."""
        self._cancel()
        self._ask()

    def dress(self, theme: Theme) -> None:
        self.view.plot.dress(theme)

    def again(self) -> None:
        self._ask()
        if self._share is not None:
            self._measure()

    def stop(self) -> None:
        self._rest.stop()
        self.session = None
        self.view.plot.end()

    @property
    def work(self) -> Iterator[Work]:
        if self._share is not None:
            yield Work("Measuring compression", self._share)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Update the panel when it becomes visible."""
        if event is not None and event.type() == QEvent.Type.Show:
            self._rest.start()
        return False

    # -- the image at the probe

    def _look(self, probe: object) -> None:
        z = getattr(probe, "z", None)
        self._z = None if z is None else z
        if self._z is not None and self.view.isVisible():
            self._rest.start()

    def _ask(self) -> None:
        if self.session is not None and self._z is not None and self.view.isVisible():
            self._number = self.uses.client.ask(RoundImage, self._z, self.view.bits.value())

    def _take_rounded(self, answer: Answer) -> None:
        reply = answer.reply
        if self.session is None or reply.number != self._number:
            return
        if isinstance(reply, Refused):
            self.view.say(reply.reason)
        elif isinstance(reply, ImageRounded):
            self.rounded = reply
            self.view.show_rounded(reply)

    def _show_nothing(self) -> None:
        self.rounded = self._z = None
        self._number = 0
        self.view.show_nothing()

    # -- the curve

    def _press(self) -> None:
        if self._share is not None:
            self._cancel()
        elif self.session is not None:
            self.view.forget_curves()
            self._measure()

    def _measure(self) -> None:
        self._share = 0.0
        self._run += 1
        self.view.show_state("Measuring…", busy=True)
        self.uses.client.request(TOPIC, [want_compression(self._run)])

    def _cancel(self) -> None:
        """Cancel the measurement and drop its results."""
        self._share = None
        self.uses.client.request(TOPIC, [])
        self.view.forget_curves()

    def _take(self, answer: Answer) -> None:
        reply = answer.reply
        if self._share is None or answer.key != self._run:
            return
        if isinstance(reply, Refused):
            self._share = None
            self.view.show_state(reply.reason, busy=False)
        elif isinstance(reply, CompressionMeasured):
            self._share = reply.share if reply.more else None
            self.view.show_measured(reply)
