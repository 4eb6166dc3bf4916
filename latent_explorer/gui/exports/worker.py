"""One thread that tries orders out and writes them, one after another."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.errors import Cancelled, UserError
from latent_explorer.gui.exports.watched import Watch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Task:
    """Something to do elsewhere: `run` gets the watch, and holds no widget."""

    run: Callable[[Watch], Any]
    watch: Watch


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a task: a result, or an error in words; neither where it was cancelled."""

    task: Task | None = None
    result: Any = None
    error: str = ""


class Worker(QObject):
    """Runs the newest task it was given; one not yet begun when a newer comes is dropped.

    done: the Outcome of each task that was begun. ended: the thread has; the worker then deletes itself.
    """

    done = pyqtSignal(object)
    ended = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._next: Task | None = None
        self._running: Task | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="export", daemon=True)
        self.ended.connect(self.deleteLater)
        self._thread.start()

    def begin(self, run: Callable[[Watch], Any]) -> Task:
        """Run this next; whatever is under way is left undone."""
        with self._changed:
            if self._running is not None:
                self._running.watch.cancel()
            self._next = Task(run, Watch())
            self._changed.notify()
            return self._next

    def stop(self) -> None:
        """Cancel what is under way, and end the thread as soon as that has ended."""
        with self._changed:
            self._closing, self._next = True, None
            if self._running is not None:
                self._running.watch.cancel()
            self._changed.notify()

    def join(self, seconds: float) -> None:
        """Wait, with a bound, until the thread has ended."""
        self._thread.join(seconds)

    def _work(self) -> None:
        while (task := self._take()) is not None:
            self.done.emit(_outcome(task))
        self.ended.emit()

    def _take(self) -> Task | None:
        with self._changed:
            self._running = None
            while self._next is None and not self._closing:
                self._changed.wait()
            self._running, self._next = self._next, None
            return self._running


def _outcome(task: Task) -> Outcome:
    try:
        return Outcome(task, task.run(task.watch))
    except Cancelled:
        return Outcome(task)
    except UserError as error:
        return Outcome(task, error=str(error))
    except MemoryError:
        return Outcome(task, error="There is not enough memory for this. Choose a smaller scale, or fewer pictures.")
    except Exception as error:
        _log.exception("an export failed")
        return Outcome(task, error=f"Something went wrong ({type(error).__name__}: {error}); nothing was written.")
