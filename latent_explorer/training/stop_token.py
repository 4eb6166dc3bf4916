"""What a run is told from outside while it goes on: stand still, go on, stop."""

import time
from collections.abc import Callable
from threading import Event


class StopToken(Event):
    """Set when the run is to end, as any Event; besides, it can be told to stand still.

    The run asks `is_set` before each step, and there it waits while it is to stand still.
    on_pause: called by the run, with True when it begins to stand still and with False when it goes on.
    keep: after a stop, whether what was trained is to be kept.
    """

    def __init__(self, on_pause: Callable[[bool], None] = lambda _: None) -> None:
        super().__init__()
        self.keep = True
        self._on_pause = on_pause
        self._asked, self._may_go = Event(), Event()
        self._may_go.set()
        self._idle = 0.0

    def pause(self) -> None:
        """Let the run stand still before its next step."""
        self._may_go.clear()
        self._asked.set()

    def go_on(self) -> None:
        """Let it go on."""
        self._may_go.set()

    def stop(self, keep: bool = True) -> None:
        """Let it end before its next step, also from a pause."""
        self.keep = keep
        self.set()
        self._may_go.set()

    def is_set(self) -> bool:
        """Whether the run is to end; asked by the run, it waits for the end of a pause."""
        while self._asked.is_set() and not super().is_set():
            self._stand_still()
        return super().is_set()

    def now(self) -> float:
        """Seconds on a clock that stands still in pauses."""
        return time.perf_counter() - self._idle

    def _stand_still(self) -> None:
        self._asked.clear()
        begin = time.perf_counter()
        self._on_pause(True)
        self._may_go.wait()
        self._idle += time.perf_counter() - begin
        if not super().is_set():
            self._on_pause(False)


def now(token: Event) -> float:
    """Seconds on the clock of a run that `token` ends: pauses do not count."""
    return token.now() if isinstance(token, StopToken) else time.perf_counter()
