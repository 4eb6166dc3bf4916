"""What a run is told from outside while it goes on: stand still, go on, stop; and its clock, which heeds that."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from latent_explorer.runs.report import Report


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


class Clock:
    """Fills in the speed and the time left of the reports of a run that begins now at step `begin` of `steps`.

    now: the time in seconds, without what is not to count.
    """

    def __init__(self, begin: int, steps: int, batch_size: int, now: Callable[[], float] = time.perf_counter) -> None:
        self._begin, self._steps, self._batch_size = begin, steps, batch_size
        self._now, self._time = now, now()

    def report(
        self, epoch: int, step: int, losses: dict[str, float], test_losses: dict[str, float] | None = None
    ) -> Report:
        """The report after `step`."""
        seconds_per_step = (self._now() - self._time) / (step - self._begin)
        return Report(
            epoch=epoch,
            step=step,
            steps=self._steps,
            losses=losses,
            test_losses=test_losses,
            images_per_second=self._batch_size / seconds_per_step,
            seconds_left=seconds_per_step * (self._steps - step),
        )


@contextmanager
def stop_on_interrupt(token: Event) -> Iterator[None]:
    """While inside, the first Ctrl-C sets `token`; a second one interrupts at once. For the main thread only."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        if token.is_set():
            raise KeyboardInterrupt
        token.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
