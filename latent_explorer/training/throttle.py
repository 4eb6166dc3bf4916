"""How far something is, told not more often than a person can read."""

import time
from collections.abc import Callable

from latent_explorer.runs.protocol import Progress

_BETWEEN = 0.1  # seconds


class ThrottledProgress:
    """Tells how far reading, writing or drawing is. say: called with the first, the last, and some between.

    watch: called each time before; what it raises passes.
    """

    def __init__(self, doing: str, say: Callable[[Progress], None], watch: Callable[[], None] = lambda: None) -> None:
        self._doing, self._say, self._watch = doing, say, watch
        self._said = -_BETWEEN

    def __call__(self, done: int, total: int) -> None:
        self._watch()
        now = time.monotonic()
        if now - self._said >= _BETWEEN or done == total:
            self._said = now
            self._say(Progress(doing=self._doing, done=done, total=total))
