"""The contents of a linked map on this one: its translated images and their errors."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.session import OpenBundle

NO_LINK = "it needs a second map, and anchors between the two"
_NO_IMAGES = np.zeros(0, np.int64)
_NOWHERE = np.zeros((0, 2), np.float32)


class Linked(QObject):
    """Set by the link of two maps and read by the layers of one of them; empty without a link.

    changed: the linked map or the presence of a translator has changed. moved: translated images have moved. judged:
    `errors` have changed. shown: whether any layer shows translated images.

    other: the bundle of the other map, n images. towards: whether this map is the target. ready: whether there is a
    translator. places: float32 (n, 2), the places of its images on this map; NaN if not known yet. counterparts: int64
    (n,), the same image on this map for each of its images; -1 if there is none. held_out: int64 (m,), its images with
    a counterpart that were not used in training, and are not anchors. off: float32 (n,), the translation error of each
    of its images, in units of this space's spread; NaN if unknown. errors: the same by the images of this map; None if
    there are none. origin: float32 (n, 2), its own arrangement, fitted to this map; share: the progress of its images
    from there, 0, to their places, 1.
    """

    changed = pyqtSignal()
    moved = pyqtSignal()
    judged = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.shown: Callable[[], bool] = lambda: False
        self._empty()

    def _empty(self) -> None:
        self.other: OpenBundle | None = None
        self.towards = self.ready = False
        self.places: NDArray[np.float32] = _NOWHERE
        self.counterparts: NDArray[np.int64] = _NO_IMAGES
        self.held_out: NDArray[np.int64] = _NO_IMAGES
        self.off: NDArray[np.float32] | None = None
        self.errors: NDArray[np.float32] | None = None
        self.origin: NDArray[np.float32] | None = None
        self.share = 1.0
        self._fit = 0

    @property
    def lacks(self) -> str:
        """Why there is nothing to show, as text; empty if there is."""
        return "" if self.ready else NO_LINK

    def open(self, other: OpenBundle | None, *, towards: bool = False) -> None:
        """Set the linked map, or None."""
        had = self.errors is not None
        self._empty()
        self.other, self.towards = other, towards
        self._move()
        self.changed.emit()
        if had:
            self.judged.emit()

    def renew(self, held_out: NDArray[np.int64] | None) -> None:
        """Set a new translator with held-out images, or None."""
        ready = held_out is not None and self.other is not None
        if held_out is not None:
            self.held_out = held_out
        if self.ready and not ready:
            self.open(self.other, towards=self.towards)
        elif ready and not self.ready:
            self.ready = True
            self.changed.emit()

    def place(self, fit: int, images: NDArray[np.int64], uv: NDArray[np.float32]) -> None:
        """Set the places (m, 2) of images (m,) of the other map.

        fit: the number of the translator's fit; the first places of a new fit clear the previous ones.
        """
        if self.other is None:
            return
        if fit != self._fit or not len(self.places):
            self.places, self._fit = np.full((len(self.other.latents), 2), np.nan, np.float32), fit
        self.places[images] = uv
        self._move()

    def forget_places(self) -> None:
        """Clear all places after a change of this map, until images are placed again."""
        if len(self.places):
            self.places = _NOWHERE
            self._move()

    def judge(self, off: NDArray[np.float32] | None, errors: NDArray[np.float32] | None) -> None:
        """Set the translation errors by the images of the other map and of this one; None if unknown."""
        self.off, self.errors = off, errors
        self.judged.emit()

    def glide(self, share: float) -> None:
        """Set the progress of images from `origin` to their places."""
        self.share = share
        self._move()

    def seen(self) -> NDArray[np.float32]:
        """The current places (n, 2) of the translated images, during or after the animation."""
        if self.share >= 1 or self.origin is None or len(self.origin) != len(self.places):
            return self.places
        shown: NDArray[np.float32] = self.origin + np.float32(self.share) * (self.places - self.origin)
        return shown

    def _move(self) -> None:
        self.version += 1
        self.moved.emit()
