"""Arrays that say how far they have been read, and that end their reading when it is cancelled.

The writers of export/ read their frames and rows one after another and know nothing of threads. An array handed to
them in this form lets the window show how far they are, and stop them between two frames: what they were writing is
then removed by them, as after any other error.
"""

import threading
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import Cancelled


class Watch:
    """Looks on while arrays are read, from any thread. fraction: how much of the last one, in [0, 1]."""

    def __init__(self) -> None:
        self.fraction = 0.0
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End the reading at the next opportunity."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise Cancelled if so."""
        if self.cancelled:
            raise Cancelled

    def over(self, content: Any) -> Any:
        """The same content, an array or a dataclass with arrays, watched."""
        if isinstance(content, np.ndarray):
            return _watched(content, self)
        if is_dataclass(content) and not isinstance(content, type):
            arrays = {field.name: getattr(content, field.name) for field in fields(content)}
            return replace(content, **{n: _watched(a, self) for n, a in arrays.items() if isinstance(a, np.ndarray)})
        return content


class _Watched(np.ndarray):
    """Only the array itself is watched, not what is made from it."""

    watch: Watch | None = None

    def __getitem__(self, key: Any) -> Any:
        if self.watch is not None:
            self.watch.check()
            self.watch.fraction = _reached(key, len(self), self.watch.fraction)
        return super().__getitem__(key)


def _watched(array: NDArray[Any], watch: Watch) -> NDArray[Any]:
    view = array.view(_Watched)
    view.watch = watch
    return view


def _reached(key: Any, length: int, before: float) -> float:
    first = key.start if isinstance(key, slice) else key
    return first / length if isinstance(first, int) and length else before
