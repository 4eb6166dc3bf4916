"""Controlling a run from outside: pause, resume, stop; and its clock, which excludes pauses."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from latent_explorer.runs.report import Report


class StopToken(Event):
    """An Event that is set when the run should end, and that can also pause the run.

    The run calls `is_set` before each step, which blocks during a pause. on_pause: called in the run's thread, with
    True when a pause begins and False when it ends. keep: after a stop, whether to keep the result.
    """

    def __init__(self, on_pause: Callable[[bool], None] = lambda _: None) -> None:
        super().__init__()
        self.keep = True
        self._on_pause = on_pause
        self._asked, self._may_go = Event(), Event()
        self._may_go.set()
        self._idle = 0.0

    def pause(self) -> None:
        """Pause the run before its next step."""
        self._may_go.clear()
        self._asked.set()

    def go_on(self) -> None:
        """Resume the run."""
        self._may_go.set()

    def stop(self, keep: bool = True) -> None:
        """End the run before its next step, also during a pause."""
        self.keep = keep
        self.set()
        self._may_go.set()

    def is_set(self) -> bool:
        """Whether the run should end; called by the run, it waits for the end of a pause."""
        while self._asked.is_set() and not super().is_set():
            self._stand_still()
        return super().is_set()

    def now(self) -> float:
        """Seconds on a clock that stops during pauses."""
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
    """Seconds on the clock of the run that `token` ends, without pauses."""
    return token.now() if isinstance(token, StopToken) else time.perf_counter()


class Clock:
    """Adds speed and remaining time to the reports of a run that starts now at step `begin` of `steps`.

    now: returns the time in seconds, without pauses.
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
    """A context in which the first Ctrl-C sets `token`, and a second one interrupts. For the main thread only."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        if token.is_set():
            raise KeyboardInterrupt
        token.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
