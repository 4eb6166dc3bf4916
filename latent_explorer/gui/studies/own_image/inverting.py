"""The search for the place of an image, by optimising the latent: asked for, shown as it converges, given up."""

from collections.abc import Callable, Iterator
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.engine.client import Answer, EngineClient, Urgency
from latent_explorer.engine.handlers.invert import Inverted, want_inverted
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import button, filled, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused

TOPIC = "inversion"
_FIND, _BETTER = "Find its place", "Search for a better place"
_TIP = (
    "Look for the place whose decoded picture is nearest to the image, from several starts; leaving the data has its "
    "price, so the place found is one of images like it"
)
_LITTLE = 0.01  # by which share the error has to fall for the search to have found anything better


class _Way(Enum):
    """What has become of the search for the image at hand."""

    NONE = auto()
    UNDER_WAY = auto()
    GIVEN_UP = auto()
    DONE = auto()
    REFUSED = auto()


class Inverting(QWidget):
    """A button; while the search goes on the picture found so far, its error and Cancel; then how far it came.

    chart: that of the map, as its spec is written. moved: where the best latent so far is on the map, (2,), while it
    converges. found: the latent at the end, where it is better
    than the encoder's, or there is no encoder. left: the search ended without one, so the image is where it was.
    """

    moved = pyqtSignal(object)
    found = pyqtSignal(object)
    left = pyqtSignal()

    def __init__(self, client: EngineClient, chart: Callable[[], str]) -> None:
        super().__init__()
        self._client, self._chart = client, chart
        self._image: NDArray[np.uint8] | None = None
        self._encodes, self._way, self._share, self._number = False, _Way.NONE, 0.0, 0
        self.start = button(_FIND, _TIP, self.search)
        self.cancel = button("Cancel", "Cancel the search; the image stays where it was", self.give_up)
        self.picture, self.progress, self.sentence = PictureView(96), QProgressBar(), words("faint")
        self.picture.limit_height(140)
        self.picture.setAccessibleName("Picture found so far")
        self.progress.setTextVisible(False)
        row = filled(QHBoxLayout(), self.progress, self.cancel)
        filled(QVBoxLayout(self), self.start, row, self.sentence, self.picture)
        client.subscribe(TOPIC, self._take, Urgency.PATH)
        self._show()

    @property
    def running(self) -> bool:
        return self._way is _Way.UNDER_WAY

    @property
    def work(self) -> Iterator[Work]:
        """What is under way, for the status bar."""
        if self.running:
            yield Work("Searching for the image's place", self._share)

    def offer(self, image: NDArray[np.uint8] | None, *, encodes: bool) -> None:
        """There is another image, uint8 (h, w, c) as the model takes it, or none; a search for another is given up.

        encodes: whether the model has an encoder, so that there is a place already.
        """
        if image is not None and self._image is not None and np.array_equal(image, self._image):
            return
        self._withdraw()
        self._image, self._encodes, self._way = image, encodes, _Way.NONE
        self.picture.show_image(None)
        self._say("")

    def search(self) -> None:
        """Begin to look for the image that was offered."""
        if self._image is None:
            return
        self._number += 1
        self._way, self._share = _Way.UNDER_WAY, 0.0
        self.picture.show_image(None)
        self._say("Decoding pictures to begin from…")
        self._client.request(TOPIC, [want_inverted(self._number, self._image, self._chart())])

    def give_up(self) -> None:
        """Leave the search; what it has found is not used."""
        if self.running:
            self._withdraw()
            self._way = _Way.GIVEN_UP
            self._say("The search was cancelled; the image stays where it was.")
            self.left.emit()

    def _withdraw(self) -> None:
        self._client.request(TOPIC, [])

    def _take(self, answer: Answer) -> None:
        if answer.key != self._number or not self.running:
            return
        reply = answer.reply
        if isinstance(reply, Refused):
            self._way = _Way.REFUSED
            self._say(f"The image could not be searched for: {reply.reason}.")
            self.left.emit()
        elif isinstance(reply, Inverted):
            self._share = reply.share
            if len(reply.z):
                self.picture.show_image(to_qimage(reply.picture))
                (self._end if not reply.more else self._go_on)(reply)
            self.progress.setValue(round(100 * reply.share))

    def _go_on(self, reply: Inverted) -> None:
        self._say(f"MSE {reply.error:.4f} so far, from {reply.begun:.4f}")
        self.moved.emit(reply.uv)

    def _end(self, reply: Inverted) -> None:
        self._way = _Way.DONE
        better = reply.encoded is None or reply.error < (1 - _LITTLE) * reply.encoded
        self._say(f"MSE {reply.error:.4f}; {_begun(reply)}" + ("" if better else " No better place was found."))
        if better:
            self.found.emit(reply.z)
        else:
            self.left.emit()

    def _say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self._show()

    def _show(self) -> None:
        self.start.setText(_BETTER if self._encodes else _FIND)
        self.start.setVisible(not self.running)
        self.start.setEnabled(self._image is not None)
        for part in (self.progress, self.cancel):
            part.setVisible(self.running)
        self.picture.setVisible(self.running)
        self.sentence.setVisible(bool(self.sentence.text()))


def _begun(reply: Inverted) -> str:
    """What it began from, in words."""
    alone = "" if reply.encoded is None else f" the encoder alone gives {reply.encoded:.4f}."
    return f"the best start had {reply.begun:.4f}{';' if alone else '.'}{alone}"
