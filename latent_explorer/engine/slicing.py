"""Work on many latents or images cut into slices, so that a hover never waits long."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray

from latent_explorer.engine.choice import LARGEST_SLICE, SLICE_SECONDS
from latent_explorer.engine.decoder import REPEATABLE_PIECE
from latent_explorer.nets.threads import threads

PICTURES = "pictures"
"""The kind of work that decodes."""


@dataclass
class Pace:
    """The size of the next slice of one kind of work, adapted to the duration of the last ones."""

    per_slice: int = 64

    def learn(self, count: int, seconds: float, most: int = LARGEST_SLICE) -> None:
        """Adapt the size to the last slice, in powers of two, as oneDNN compiles for each new size."""
        if count < self.per_slice:
            return  # the last, smaller slice says little
        fitting = count * SLICE_SECONDS / max(seconds, 1e-6)
        if fitting >= 2 * self.per_slice:
            self.per_slice = min(2 * self.per_slice, most)
        elif fitting < self.per_slice:
            self.per_slice = max(self.per_slice // 2, 1)


class Slicing:
    """Cuts work into slices; each kind of work has a pace of its own.

    batch: the number of pictures that decode in one slice.
    """

    def __init__(self, batch: int = 4 * Pace.per_slice) -> None:
        self._first = max(1, min(Pace.per_slice, batch // 4))  # most work costs more than decoding alone
        self._paces = defaultdict(partial(Pace, self._first), {PICTURES: Pace(batch)})

    def in_slices(
        self, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]], *, even: bool = True
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """The results of `work` on latents or indices, slice by slice in order, each with its start.

        even: whether each place costs about as much as another; otherwise a quick slice says little about the next.
        """
        pace, start, most = self._paces[kind], 0, LARGEST_SLICE if even else self._first
        while start < len(asked):
            began = time.perf_counter()
            piece = asked[start : start + pace.per_slice]
            made = work(piece)
            pace.learn(len(piece), time.perf_counter() - began, most)
            yield start, made
            start += len(piece)


def in_pieces(
    asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]], size: int = REPEATABLE_PIECE
) -> Iterator[tuple[int, NDArray[Any]]]:
    """As `Slicing.in_slices`, but of a fixed size and on one thread: the results do not depend on the clock."""
    for start in range(0, len(asked), size):
        with threads(1):
            made = work(asked[start : start + size])
        yield start, made
