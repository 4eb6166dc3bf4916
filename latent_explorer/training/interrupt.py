"""Ctrl-C as a wish to stop, not a crash."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


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
