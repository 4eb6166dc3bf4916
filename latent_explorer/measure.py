"""A measured time, beside that of a plain way of doing the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measure:
    """Times of one thing done `n` times: their median, and the 95th and 99th percentile.

    baseline_median: of the plain way, in the same unit; ratio: median / baseline_median; None without a baseline.
    """

    unit: str
    median: float
    p95: float
    p99: float
    n: int
    baseline_median: float | None = None
    ratio: float | None = None

    @classmethod
    def of(cls, samples: Sequence[float], baseline: Sequence[float] | None = None, unit: str = "ms") -> "Measure":
        """The measure of some times in a unit. Raises ValueError where there are none, or one is not finite."""
        median, p95, p99 = _percentiles(samples)
        usual = None if baseline is None else _percentiles(baseline)[0]
        ratio = median / usual if usual else None
        return cls(unit, median, p95, p99, len(samples), usual, ratio)


def _percentiles(samples: Sequence[float]) -> tuple[float, float, float]:
    if not len(samples) or not np.isfinite(samples).all():
        raise ValueError(f"expected finite times, at least one, found {list(samples)}")
    median, p95, p99 = np.percentile(samples, (50, 95, 99)).tolist()
    return median, p95, p99
