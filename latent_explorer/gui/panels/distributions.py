"""The distribution of the data along each latent dimension."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 48

_ENOUGH = 20_000  # points for the histogram; range, mean and spread use all
_NOTHING = 0.05  # share of the largest spread below which a dimension is unused


@dataclass(frozen=True, eq=False)
class Distributions:
    """Statistics of the data's means along each dimension, float (d,) each.

    low, high: the range, never empty. mean, spread: mean and standard deviation. heights: (d, BINS) in [0, 1], the
    histogram over the range, with the highest bin at 1.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    heights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.low)

    @property
    def by_spread(self) -> NDArray[np.int64]:
        """The dimensions, the widest first."""
        return np.argsort(-self.spread, kind="stable")

    @property
    def carries_nothing(self) -> NDArray[np.bool_]:
        """Which dimensions hardly vary between images, like unused dimensions of a VAE; bool (d,)."""
        nothing: NDArray[np.bool_] = self.spread < _NOTHING * self.spread.max()
        return nothing


def distributions(means: NDArray[np.float32]) -> Distributions:
    """The distributions of means (n, d), n at least 1."""
    low, high = means.min(0).astype(np.float64), means.max(0).astype(np.float64)
    empty = high <= low
    low, high = np.where(empty, low - 0.5, low), np.where(empty, high + 0.5, high)
    mean, spread = means.mean(0, dtype=np.float64), means.std(0, dtype=np.float64)
    sample = means[:: -(-len(means) // _ENOUGH)]
    bins = np.minimum((BINS * (sample - low) / (high - low)).astype(np.int64), BINS - 1)
    dimensions = means.shape[1]
    counts = np.bincount((bins + BINS * np.arange(dimensions)).ravel(), minlength=BINS * dimensions)
    counted = counts.reshape(dimensions, BINS)
    return Distributions(low, high, mean, spread, counted / counted.max(1, keepdims=True))
