"""A thread that drafts and writes orders, and arrays that report how far they have been read.

The writers of export/ read frames and rows in order and do not know about threads. Watched arrays let the window show
their progress and cancel them between two frames; the writers then delete partial files, as after any error.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from queue import SimpleQueue
from typing import Any

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.errors import Cancelled, UserError

_log = logging.getLogger(__name__)


class Watch:
    """Observes the reading of arrays, from any thread. fraction: of the last array, in [0, 1]."""

    def __init__(self) -> None:
        self.fraction, self._cancelled = 0.0, False

    def cancel(self) -> None:
        """Cancel the reading at the next access."""
        self._cancelled = True

    def check(self) -> None:
        """Raise Cancelled if cancelled."""
        if self._cancelled:
            raise Cancelled

    def over(self, content: Any) -> Any:
        """The content, an array or a dataclass with arrays, in watched form."""
        if isinstance(content, np.ndarray):
            view = content.view(_Watched)
            view.watch = self
            return view
        if is_dataclass(content) and not isinstance(content, type):
            parts = ((each.name, getattr(content, each.name)) for each in fields(content))
            return replace(content, **{name: self.over(part) for name, part in parts if isinstance(part, np.ndarray)})
        return content


class _Watched(np.ndarray):
    """A watched array; arrays derived from it are not watched."""

    watch: Watch | None = None

    def __getitem__(self, key: Any) -> Any:
        if self.watch is not None:
            self.watch.check()
            first = key.start if isinstance(key, slice) else key
            if isinstance(first, int) and len(self):
                self.watch.fraction = first / len(self)
        return super().__getitem__(key)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The outcome of the task with a watch: a result or an error message; neither if it was cancelled."""

    watch: Watch | None = None
    result: Any = None
    error: str = ""


class Worker(QObject):
    """Runs the newest task; earlier ones are cancelled.

    done: the Outcome of each task. When the thread ends, the worker deletes itself.
    """

    done = pyqtSignal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks: SimpleQueue[tuple[Callable[[Watch], Any], Watch] | None] = SimpleQueue()
        self._newest = Watch()
        self._thread = threading.Thread(target=self._work, name="export", daemon=True)
        self._thread.start()

    def begin(self, run: Callable[[Watch], Any]) -> Watch:
        """Call `run`, which must not use widgets, with the returned watch; cancels the task in progress."""
        self._newest.cancel()
        self._newest = Watch()
        self._tasks.put((run, self._newest))
        return self._newest

    def stop(self) -> None:
        """Cancel the task in progress, and end the thread after it."""
        self._newest.cancel()
        self._tasks.put(None)

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread, with a timeout."""
        self._thread.join(seconds)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            self.done.emit(_outcome(*task))
        self.deleteLater()  # thread-safe


def _outcome(run: Callable[[Watch], Any], watch: Watch) -> Outcome:
    try:
        watch.check()
        return Outcome(watch, run(watch))
    except Cancelled:
        return Outcome(watch)
    except UserError as error:
        return Outcome(watch, error=str(error))
    except MemoryError:
        return Outcome(watch, error="There is not enough memory for this. Choose a smaller scale, or fewer pictures.")
    except Exception as error:
        _log.exception("an export failed")
        return Outcome(watch, error=f"Something went wrong ({type(error).__name__}: {error}); nothing was written.")
