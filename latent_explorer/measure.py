"""A measured time, beside that of a plain way of doing the same."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

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
    def of(cls, samples_ms: Sequence[float], baseline_ms: Sequence[float] | None = None) -> "Measure":
        """The measure of some times in milliseconds. Raises ValueError where there are none, or one is not finite."""
        median, p95, p99 = _percentiles(samples_ms)
        baseline = None if baseline_ms is None else _percentiles(baseline_ms)[0]
        ratio = median / baseline if baseline else None
        return cls("ms", median, p95, p99, len(samples_ms), baseline, ratio)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values by name."""
        return asdict(self)


def _percentiles(samples: Sequence[float]) -> tuple[float, float, float]:
    if not len(samples) or not np.isfinite(samples).all():
        raise ValueError(f"expected finite times, at least one, found {list(samples)}")
    median, p95, p99 = np.percentile(samples, (50, 95, 99)).tolist()
    return median, p95, p99
