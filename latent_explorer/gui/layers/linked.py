"""What a linked map puts on this one: its images, translated hither, and how far off they are."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.session import OpenBundle

NO_LINK = "it needs a second map, and anchors between the two"
_NO_IMAGES = np.zeros(0, np.int64)
_NOWHERE = np.zeros((0, 2), np.float32)


class Linked(QObject):
    """Filled by the link of two maps, read by the layers of one of them; empty while there is no link.

    changed: another map is linked, or none, or there is a translator now, or none. moved: translated images are
    elsewhere. judged: `errors` are others. shown: whether any layer shows where images are.

    other: the bundle of the other map, n images. towards: whether this is the target of the two. ready: whether there
    is a translator. places: float32 (n, 2), where its images are on this map, nan where that is not known yet.
    counterparts: int64 (n,), of each of its images the one of this map that is the same, -1 where there is none.
    held_out: int64 (m,), those of its images that have a counterpart, trained no model, and are no anchors. off:
    float32 (n,), the translation error of each of its images, in units of this space's spread; nan where it is not
    known. errors: the same by the images of this map; None while there are none. origin: float32 (n, 2), its own
    arrangement, laid over this map; share: how far its images have gone from there, 0, to their places, 1.
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
        """Why there is nothing to show of another map, in words; empty where there is."""
        return "" if self.ready else NO_LINK

    def open(self, other: OpenBundle | None, *, towards: bool = False) -> None:
        """Another map is linked, or none: nothing of it is known yet."""
        had = self.errors is not None
        self._empty()
        self.other, self.towards = other, towards
        self._move()
        self.changed.emit()
        if had:
            self.judged.emit()

    def renew(self, held_out: NDArray[np.int64] | None) -> None:
        """There is another translator, with these images held out, or none."""
        ready = held_out is not None and self.other is not None
        if held_out is not None:
            self.held_out = held_out
        if self.ready and not ready:
            self.open(self.other, towards=self.towards)
        elif ready and not self.ready:
            self.ready = True
            self.changed.emit()

    def place(self, fit: int, images: NDArray[np.int64], uv: NDArray[np.float32]) -> None:
        """Some images of the other map (m,) are at plane points (m, 2) of this one.

        fit: the number of the translator's fit; with the first places of another, those before are no longer shown.
        """
        if self.other is None:
            return
        if fit != self._fit or not len(self.places):
            self.places, self._fit = np.full((len(self.other.latents), 2), np.nan, np.float32), fit
        self.places[images] = uv
        self._move()

    def forget_places(self) -> None:
        """This map is another by now: nothing of the other one has a place on it until it is placed anew."""
        if len(self.places):
            self.places = _NOWHERE
            self._move()

    def judge(self, off: NDArray[np.float32] | None, errors: NDArray[np.float32] | None) -> None:
        """The translation errors by the images of the other map, and by those of this one; None: not known."""
        self.off, self.errors = off, errors
        self.judged.emit()

    def glide(self, share: float) -> None:
        """Let images be so far on the way from `origin` to their places."""
        self.share = share
        self._move()

    def seen(self) -> NDArray[np.float32]:
        """Where the translated images are shown (n, 2): at their places, or on the way there."""
        if self.share >= 1 or self.origin is None or len(self.origin) != len(self.places):
            return self.places
        shown: NDArray[np.float32] = self.origin + np.float32(self.share) * (self.places - self.origin)
        return shown

    def _move(self) -> None:
        self.version += 1
        self.moved.emit()
