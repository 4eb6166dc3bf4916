"""Frame by frame: what a window needs for each, and how long it stalls."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from PyQt6.QtWidgets import QApplication

FRAME = 1 / 60
_NAP = 0.0005


@dataclass
class FrameTimes:
    """Milliseconds from when each frame was due until its inputs were taken and all that followed was painted.

    stall: the longest time for which the program did not come back to its events.
    """

    frames: list[float] = field(default_factory=list)
    stall: float = 0.0

    def over(self, milliseconds: float) -> float:
        """The share of frames that took longer, in percent; one that took the time of several counts as so many."""
        times = np.array(self.frames)
        slots = np.maximum(np.ceil(times / (1000 * FRAME)), 1)
        return 100 * float(slots[times > milliseconds].sum() / slots.sum())


def play(inputs: Iterator[None], seconds: float) -> FrameTimes:
    """Give the inputs of one frame after the other, sixty times a second, and time each.

    A frame that is late makes the next late too, as it would for a person; the time lost counts for both.
    """
    times = FrameTimes()
    due = time.perf_counter()
    end = due + seconds
    while due < end:
        began = time.perf_counter()
        next(inputs)
        QApplication.processEvents()
        done = time.perf_counter()
        times.frames.append(1000 * (done - due))
        times.stall = max(times.stall, 1000 * (done - began))
        due = max(due + FRAME, done - FRAME)
        times.stall = max(times.stall, _until(due))
    return times


def _until(due: float) -> float:
    """Let the program run until then; the milliseconds of the longest stretch in which it did not come back."""
    longest = 0.0
    while (now := time.perf_counter()) < due:
        QApplication.processEvents()
        longest = max(longest, 1000 * (time.perf_counter() - now))
        time.sleep(_NAP)
    return longest
