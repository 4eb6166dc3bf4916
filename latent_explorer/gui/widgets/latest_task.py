"""Work done in a thread, of which only what was begun last counts, while the window goes on."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal


class _SupersededError(Exception):
    """What is being made is no longer wanted."""


class LatestTask(QObject):
    """Makes what was asked for last; what was asked for before is dropped.

    done: with what was made, in the thread that this belongs to. name: of the threads.
    """

    done = pyqtSignal(object)
    _made = pyqtSignal(int, object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._number = name, 0
        self._threads: list[threading.Thread] = []
        self._made.connect(self._hand_on)

    def begin(self, make: Callable[[Callable[[], None]], object]) -> None:
        """Make this, and nothing begun before. `make` calls its argument at each step, which ends it once dropped."""
        self.drop()
        thread = threading.Thread(target=self._work, args=(self._number, make), name=self._name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def drop(self) -> None:
        """Nothing that was begun is wanted any more."""
        self._number += 1

    def close(self, seconds: float | None = None) -> None:
        """End the threads; each ends at its next step. seconds: after which one that waits for a disk is left."""
        self.drop()
        for thread in self._threads:
            thread.join(seconds)

    def _work(self, number: int, make: Callable[[Callable[[], None]], object]) -> None:
        with contextlib.suppress(_SupersededError):
            self._made.emit(number, make(partial(self._check, number)))

    def _check(self, number: int) -> None:
        if number != self._number:
            raise _SupersededError

    def _hand_on(self, number: int, made: object) -> None:
        if number == self._number:
            self.done.emit(made)
