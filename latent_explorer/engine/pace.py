"""How much work fits into one slice."""

from dataclasses import dataclass

SLICE_SECONDS = 0.0035
"""Aim for one slice of a batch; with its overhead it stays under 4 ms."""

LARGEST_SLICE = 1024


@dataclass
class Pace:
    """The size of the next slice of one kind of work, learnt from how long the last ones took; at most `largest`."""

    per_slice: int = 64
    largest: int = LARGEST_SLICE

    def learn(self, count: int, seconds: float) -> None:
        """Size the next slices by what the last took, in powers of two: each new size costs oneDNN a compilation."""
        if count < self.per_slice:
            return  # a last, smaller piece says little
        fitting = count * SLICE_SECONDS / max(seconds, 1e-6)
        if fitting >= 2 * self.per_slice:
            self.per_slice = min(2 * self.per_slice, self.largest)
        elif fitting < self.per_slice:
            self.per_slice = max(self.per_slice // 2, 1)
