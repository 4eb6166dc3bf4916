"""Long work cut into slices, so that a hover never waits long."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

SLICE_SECONDS = 0.0035
"""Aim for one slice of a batch; with its overhead it stays under 4 ms."""

LARGEST_SLICE = 1024

Begin = Callable[[NDArray[Any]], Callable[[], NDArray[Any]]]
"""Begins work on latents (n, d) or indices (n,); what it returns waits for the end, and hands out the result."""


@dataclass
class Pace:
    """The size of the next slice of one kind of work, learnt from how long the last ones took."""

    per_slice: int = 64

    def learn(self, count: int, seconds: float) -> None:
        """Size the next slices by what the last took, in powers of two: each new size costs oneDNN a compilation."""
        if count < self.per_slice:
            return  # a last, smaller piece says little
        fitting = count * SLICE_SECONDS / max(seconds, 1e-6)
        if fitting >= 2 * self.per_slice:
            self.per_slice = min(2 * self.per_slice, LARGEST_SLICE)
        elif fitting < self.per_slice:
            self.per_slice = max(self.per_slice // 2, 1)


def in_slices(asked: NDArray[Any], pace: Pace, begin: Begin, ahead: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """What is made of latents (n, d) or indices (n,), slice by slice in order, each with where it starts.

    ahead: how many more slices are begun before the first is waited for: 0 where beginning is all the work, 1 where
    the device computes the next slice while the copy of the last one is under way.
    """
    under_way: deque[tuple[int, int, Callable[[], NDArray[Any]]]] = deque()
    start = 0
    while start < len(asked) or under_way:
        began = time.perf_counter()
        while start < len(asked) and len(under_way) <= ahead:
            piece = asked[start : start + pace.per_slice]
            under_way.append((start, len(piece), begin(piece)))
            start += len(piece)
        first, count, finish = under_way.popleft()
        made = finish()
        pace.learn(count, time.perf_counter() - began)
        yield first, made
