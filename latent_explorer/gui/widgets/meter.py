"""How long it takes from a move of the pointer, or of the map, to what is painted for it."""

from collections import deque

import numpy as np


class Meter:
    """The last 200 times, in milliseconds, of what is called `name`. total: how many there have been."""

    def __init__(self, name: str, size: int = 200) -> None:
        self.name = name
        self.samples: deque[float] = deque(maxlen=size)
        self.total = 0

    def add(self, milliseconds: float) -> None:
        self.samples.append(milliseconds)
        self.total += 1

    def text(self) -> str:
        """Median and 99th percentile, in words."""
        if not self.samples:
            return f"{self.name} –"
        p50, p99 = np.percentile(self.samples, (50, 99))
        return f"{self.name} p50 {p50:.1f}, p99 {p99:.1f} ms"
