"""Tasks in threads, of which only the latest counts."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal


class _SupersededError(Exception):
    """The task was superseded by a newer one."""


class LatestTask(QObject):
    """Runs the latest task in a thread; earlier tasks are dropped.

    done: emitted with the result, in the thread that this object belongs to. name: of the threads.
    """

    done = pyqtSignal(object)
    _made = pyqtSignal(int, object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._number = name, 0
        self._threads: list[threading.Thread] = []
        self._made.connect(self._hand_on)

    def begin(self, make: Callable[[Callable[[], None]], object]) -> None:
        """Start a task and drop earlier ones. `make` calls its argument at each step, which raises once dropped."""
        self.drop()
        thread = threading.Thread(target=self._work, args=(self._number, make), name=self._name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def drop(self) -> None:
        """Drop all tasks."""
        self._number += 1

    def close(self, seconds: float | None = None) -> None:
        """Stop the threads, each at its next step. seconds: the time to wait for a thread that is blocked by a disk."""
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
