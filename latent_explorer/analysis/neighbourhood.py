"""The data around a place: its nearest images, their classes, and how far away they are."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

INSIDE, EDGE, NOWHERE = "inside the data", "at the edge", "no data here"
SHOWN, COUNTED, REACH = 8, 50, 10
"""How many neighbours are shown, are counted for the class shares, and span the distance to the data."""

_SURVEYED, _FEWER, _FEW = 10_000, 2_000, 3
"""Images asked for how far their neighbours are; fewer in more than three dimensions, where a k-d tree takes long."""


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
        sample = means[
            np.random.default_rng(0).permutation(len(means))[: _SURVEYED if means.shape[1] <= _FEW else _FEWER]
        ]
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

    def nearest_images(self, z: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """The images nearest to latents (n, d), int64 (n, k), nearest first, k <= count."""
        return self._nearest(z, count)[1].astype(np.int64)

    @property
    def labelled(self) -> bool:
        """Whether the data have labels."""
        return self._labels is not None

    def remoteness(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """How far latents (n, d) are from the data: 0 inside, 1 where there is none, smooth at the edge; (n,)."""
        reach = self._nearest(z, REACH)[0][:, -1]
        outside = np.log(np.maximum(reach, 1e-12) / self._inside) / max(math.log(self._edge / self._inside), 1e-6)
        share = np.clip(outside, 0, 1)
        smooth: NDArray[np.float64] = share * share * (3 - 2 * share)
        return smooth

    def log_density(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """log10 of the share of the data per unit of volume at latents (n, d), (n,).

        The k-nearest-neighbour estimate k / (n V r^d) with k = 50, r the distance to the k-th, V the volume of the
        unit ball (Loftsgaarden and Quesenberry, 1965).
        """
        distances, _ = self._nearest(z, COUNTED)
        d = z.shape[1]
        log_ball = d / 2 * math.log10(math.pi) - math.lgamma(d / 2 + 1) / math.log(10)
        share = math.log10(distances.shape[1] / self._tree.n)
        density: NDArray[np.float64] = share - log_ball - d * np.log10(np.maximum(distances[:, -1], 1e-12))
        return density

    def vote(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """The class most frequent among the 50 nearest of latents (n, d), and its share of them; (n, 2)."""
        assert self._labels is not None
        _, indices = self._nearest(z, COUNTED)
        rows = np.arange(len(z))
        cells = rows[:, None] * self._classes + self._labels[indices]
        counts = np.bincount(cells.ravel(), minlength=len(z) * self._classes).reshape(len(z), self._classes)
        winner = counts.argmax(1)
        return np.stack([winner, counts[rows, winner] / indices.shape[1]], axis=1)

    def interpolated(self, values: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.float64]:
        """What `values` (images,) are at latents (n, d): the mean of the 10 nearest, weighted by 1 / distance^2."""
        distances, indices = self._nearest(z, REACH)
        softening = 1e-6 * self._inside**2  # on an image, it alone counts, and nothing is divided by zero
        weights = 1 / (distances**2 + softening)
        means: NDArray[np.float64] = (weights * values[indices]).sum(1) / weights.sum(1)
        return means

    def _nearest(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and indices (n, k) of the nearest images, nearest first, k <= count."""
        distances, indices = self._tree.query(z, k=np.arange(1, min(count, self._tree.n) + 1))
        return distances, indices

    def _shares(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._labels is None:
            return np.zeros(0)
        counts = np.bincount(self._labels[indices], minlength=self._classes)
        shares: NDArray[np.float64] = counts / counts.sum()
        return shares
