"""Small images of the dataset by number, for panels that show a few of them."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QImage

from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

TOPIC = "images"
_BATCH = 32
_KEPT = 2000  # images
_SIDE = 96  # pixels at most


class ImageCache(QObject):
    """Fetches images and keeps the most recent ones; without originals, decodes their latents instead.

    came: some of the requested images have arrived.
    """

    came = pyqtSignal()

    def __init__(self, client: EngineClient) -> None:
        super().__init__()
        self._client = client
        self._bundle: OpenBundle | None = None
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._wanted: dict[str, tuple[int, ...]] = {}
        self._original = True

    def open(self, bundle: OpenBundle) -> None:
        """Use the images of another bundle or snapshot."""
        if self._bundle is None or not bundle.continues(self._bundle):
            self._images.clear()
        self._bundle, self._original = bundle, True

    def again(self) -> None:
        """Request again what is missing, after opening a bundle has dropped all requests."""
        self._ask()

    def renew(self) -> None:
        """Drop the cached images: the engine has others now."""
        self._images.clear()
        self._original = True
        self._ask()

    def want(self, by: str, numbers: Sequence[int]) -> None:
        """Set the images that the caller `by` needs now, the most important first."""
        if self._wanted.get(by, ()) != tuple(numbers):
            self._wanted[by] = tuple(numbers)
            self._ask()

    def image(self, number: int) -> QImage | None:
        """The image with a number, in the form that `displayed` takes; None until it has arrived."""
        found = self._images.get(number)
        if found is not None:
            self._images.move_to_end(number)
        return found

    def take(self, answer: Answer) -> None:
        """Keep images from the engine; without originals, request the decoded latents instead."""
        if isinstance(answer.reply, Refused):
            if self._original:
                self._original = False
                self._ask()
        elif answer.pictures is not None and isinstance(answer.key, tuple):
            for number, picture in zip(answer.key, answer.pictures, strict=True):
                self._images[number] = _small(to_qimage(picture))
            while len(self._images) > _KEPT:
                self._images.popitem(last=False)
            self.came.emit()

    def _ask(self) -> None:
        numbers = dict.fromkeys(number for wanted in self._wanted.values() for number in wanted)
        missing = [number for number in numbers if number not in self._images]
        batches = (missing[start : start + _BATCH] for start in range(0, len(missing), _BATCH))
        can = self._bundle is not None and (self._original or self._bundle.config.decodes)
        self._client.request(TOPIC, [self._want(tuple(batch)) for batch in batches] if can else [])

    def _want(self, key: tuple[int, ...]) -> Want:
        assert self._bundle is not None
        numbers: NDArray[np.int64] = np.array(key, np.int64)
        if self._original:
            return want_originals(key, numbers)
        return want_pictures(key, self._bundle.latents.mean[numbers])


def _small(image: QImage) -> QImage:
    if max(image.width(), image.height()) <= _SIDE:
        return image
    return image.scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
