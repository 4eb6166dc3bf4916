"""The data around a place: its nearest images, their classes, and how far away they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

INSIDE, EDGE, NOWHERE = "inside the data", "at the edge", "no data here"
SHOWN, COUNTED, REACH = 8, 50, 10
"""How many neighbours are shown, are counted for the class shares, and span the distance to the data."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What the data say about one place.

    indices: int64 (k,), the nearest images, nearest first, k <= 8; distances: float64 (k,), theirs.
    shares: float64 (classes,), of each class among the 50 nearest, adding up to 1; empty without labels.
    reach: the distance to the 10th nearest image, in units of what 95 % of the data have to theirs.
    word: "inside the data", "at the edge" or "no data here".
    """

    indices: NDArray[np.int64]
    distances: NDArray[np.float64]
    shares: NDArray[np.float64]
    reach: float
    word: str


class Neighbourhood:
    """Answers what is near a place.

    means: float32 (n, d), n >= 1. labels: int64 (n,) in 0..classes-1, or None.
    A place is inside the data where its 10th nearest image is no farther than for 95 % of the images themselves,
    at the edge up to 99.9 %, and beyond that there is no data.
    """

    def __init__(self, means: NDArray[np.float32], labels: NDArray[np.int64] | None, classes: int) -> None:
        self._tree = KDTree(means)
        self._labels = labels
        self._classes = classes if labels is not None else 0
        self._inside, self._edge = self._usual_reach(means)

    def _usual_reach(self, means: NDArray[np.float32]) -> tuple[float, float]:
        sample = means[np.random.default_rng(0).permutation(len(means))[:10_000]]
        rank = min(REACH + 1, len(means))  # the nearest of an image is itself
        distances, _ = self._tree.query(sample, k=[rank])
        inside, edge = np.quantile(distances, (0.95, 0.999))
        return max(float(inside), 1e-12), max(float(edge), 1e-12)

    def around(self, z: NDArray[np.float32]) -> Surroundings:
        """What the data say about the latent `z` (d,)."""
        count = min(COUNTED, self._tree.n)
        distances, indices = self._tree.query(z, k=np.arange(1, count + 1))
        reach = float(distances[min(REACH, count) - 1])
        return Surroundings(
            indices=indices[:SHOWN].astype(np.int64),
            distances=distances[:SHOWN],
            shares=self._shares(indices),
            reach=reach / self._inside,
            word=INSIDE if reach <= self._inside else EDGE if reach <= self._edge else NOWHERE,
        )

    def _shares(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._labels is None:
            return np.zeros(0)
        counts = np.bincount(self._labels[indices], minlength=self._classes)
        shares: NDArray[np.float64] = counts / counts.sum()
        return shares
