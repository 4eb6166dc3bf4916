"""Points sorted in a thread, while the window goes on."""

import contextlib
import threading
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.points.index import PointIndex


class _SupersededError(Exception):
    """What is being sorted is no longer wanted."""


class Sorter(QObject):
    """Sorts what was asked for last; what was asked for before is dropped.

    done: with the PointIndex, in the thread that the sorter belongs to.
    """

    done = pyqtSignal(object)
    _made = pyqtSignal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._threads: list[threading.Thread] = []
        self._made.connect(self._hand_on)

    def sort(self, uv: NDArray[np.float32], group: NDArray[np.integer]) -> None:
        """Sort these points float32 (n, 2) of classes (n,), and none asked for before."""
        self.drop()
        thread = threading.Thread(target=self._sort, args=(self._number, uv, group), name="point sorter", daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def drop(self) -> None:
        """Nothing that was asked for is wanted any more."""
        self._number += 1

    def close(self) -> None:
        """End the threads; each ends at its next step."""
        self.drop()
        for thread in self._threads:
            thread.join()

    def _sort(self, number: int, uv: NDArray[np.float32], group: NDArray[np.integer]) -> None:
        with contextlib.suppress(_SupersededError):
            self._made.emit(number, PointIndex(uv, group, partial(self._check, number)))

    def _check(self, number: int) -> None:
        if number != self._number:
            raise _SupersededError

    def _hand_on(self, number: int, index: PointIndex) -> None:
        if number == self._number:
            self.done.emit(index)
