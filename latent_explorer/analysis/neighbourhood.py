"""The data around a place: its nearest images, their classes and distances."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TREE_DIMENSIONS = 6  # in more, a tree visits most of its leaves, and a matrix product is many times as fast
_DISTANCES = 1 << 22  # distances in memory at a time: 16 MiB
_BY_TREE, _BY_ALL, _OVERHEAD = 2e-5, 1.7e-10, 16
"""Seconds per place in a tree; and per number of all points, with extra numbers that account for sorting."""
SHOWN, COUNTED, REACH = 8, 50, 10
"""The numbers of neighbours that are shown, counted for class shares, and used for the distance to the data."""


class Nearest:
    """Finds the nearest of points (n, d), n >= 1: with a tree, or in many dimensions by all distances."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        from scipy.spatial import KDTree  # takes 0.2 s, which would delay the first picture

        self._points = points
        self._tree = KDTree(points) if points.shape[1] <= TREE_DIMENSIONS else None
        self._squares: NDArray[np.float32] = np.square(points).sum(1)

    def find(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and indices (m, k) of the nearest of latents (m, d), nearest first, k = count or all there are."""
        count = min(count, len(self._points))
        if self._tree is not None:
            distances, indices = self._tree.query(z, k=np.arange(1, count + 1))
            return distances, indices.astype(np.int64)
        rows = max(1, _DISTANCES // len(self._points))
        found = [self._search(z[start : start + rows], count) for start in range(0, max(1, len(z)), rows)]
        return np.concatenate([distances for distances, _ in found]), np.concatenate([where for _, where in found])

    def _search(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        # |x - z|^2 - |z|^2 selects them, but loses digits if x is close to z: the distances are recomputed.
        scores = self._squares - 2 * (z @ self._points.T)
        indices = np.argpartition(scores, count - 1, axis=1)[:, :count].astype(np.int64)
        apart = self._points[indices].astype(np.float64) - z[:, None]
        distances = np.sqrt(np.square(apart).sum(2))
        order = np.argsort(distances, axis=1, kind="stable")
        return np.take_along_axis(distances, order, 1), np.take_along_axis(indices, order, 1)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The neighbourhood of one place.

    indices: int64 (k,), the nearest images, nearest first, k <= 8; for a generator the 4 nearest images, then the 4
    nearest draws; distances: float64 (k,), of these.
    shares: float64 (classes,), of each class among the 50 nearest, adding up to 1; empty without labels.
    reach: the distance to the 10th nearest image.
    """

    indices: NDArray[np.int64]
    distances: NDArray[np.float64]
    shares: NDArray[np.float64]
    reach: float


class Neighbourhood:
    """Finds the neighbours of places.

    means: float32 (n, d), n >= 1. labels: int64 (n,) in 0..classes-1, or None. count: n. draws: the number of leading
    points that are draws, not images: they count for density and distance, but not as the nearest image.
    """

    def __init__(
        self, means: NDArray[np.float32], labels: NDArray[np.int64] | None, classes: int, draws: int = 0
    ) -> None:
        self._nearest = Nearest(means).find
        self.count, self._dimensions = means.shape
        self._draws = draws if draws < len(means) else 0  # without images, draws stand in for them
        self._of_draws = Nearest(means[: self._draws]).find if self._draws else self._nearest
        self._of_images = Nearest(means[self._draws :]).find if self._draws else self._nearest
        self._labels = labels
        self._classes = classes if labels is not None else 0

    def around(self, z: NDArray[np.float32]) -> Surroundings:
        """The neighbourhood of a latent `z` (d,)."""
        (distances,), (indices,) = self._nearest(z[None], COUNTED)
        near = [indices[:SHOWN]], [distances[:SHOWN]]
        if self._draws:
            half = SHOWN // 2
            images, draws = self.nearest_images(z[None], half), self._of_draws(z[None], half)
            near = [images[1][0], draws[1][0]], [images[0][0], draws[0][0]]
        return Surroundings(
            indices=np.concatenate(near[0]),
            distances=np.concatenate(near[1]),
            shares=self._shares(indices),
            reach=float(distances[:REACH][-1]),
        )

    def rows_at_once(self, seconds: float) -> int:
        """The approximate number of places that can be searched in a number of seconds."""
        by_all = self.count * (_OVERHEAD + self._dimensions) * _BY_ALL
        return max(1, int(seconds / (_BY_TREE if self._dimensions <= TREE_DIMENSIONS else by_all)))

    def nearest(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and numbers (n, k) of the points nearest to latents (n, d), nearest first, k <= count."""
        return self._nearest(z, count)

    def nearest_images(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """As `nearest`, among the images only; among the draws if there are no images."""
        distances, indices = self._of_images(z, count)
        return distances, indices.astype(np.int64) + self._draws

    def reach(self, z: NDArray[np.float32], of_images: bool = False) -> NDArray[np.float64]:
        """The distance (n,) of latents (n, d) to the 10th nearest image; of_images: excludes the image itself."""
        reach: NDArray[np.float64] = self._nearest(z, REACH + of_images)[0][:, -1]
        return reach

    def log_density(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """log10 of the share of the data per unit of volume at latents (n, d), (n,).

        The k-nearest-neighbour estimate k / (n V r^d) with k = 50, r the distance to the k-th, V the volume of the
        unit ball (Loftsgaarden and Quesenberry, 1965).
        """
        distances, _ = self._nearest(z, COUNTED)
        d = z.shape[1]
        log_ball = d / 2 * math.log10(math.pi) - math.lgamma(d / 2 + 1) / math.log(10)
        share = math.log10(distances.shape[1] / self.count)
        density: NDArray[np.float64] = share - log_ball - d * np.log10(np.maximum(distances[:, -1], 1e-12))
        return density

    def vote(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        """The most frequent class among the 50 nearest to latents (n, d), and its share; (n, 2)."""
        assert self._labels is not None
        _, indices = self._nearest(z, COUNTED)
        rows = np.arange(len(z))
        cells = rows[:, None] * self._classes + self._labels[indices]
        counts = np.bincount(cells.ravel(), minlength=len(z) * self._classes).reshape(len(z), self._classes)
        winner = counts.argmax(1)
        return np.stack([winner, counts[rows, winner] / indices.shape[1]], axis=1)

    def interpolated(self, values: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.float64]:
        """Interpolates `values` (images,) at latents (n, d): the mean of the 10 nearest, weighted by 1 / distance^2."""
        distances, indices = self.nearest_images(z, REACH)
        softening = 1e-6 * distances[:, -1:] ** 2 + 1e-24  # an image at the place dominates, without division by zero
        weights = 1 / (distances**2 + softening)
        means: NDArray[np.float64] = (weights * values[indices]).sum(1) / weights.sum(1)
        return means

    def _shares(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._labels is None:
            return np.zeros(0)
        counts = np.bincount(self._labels[indices], minlength=self._classes)
        shares: NDArray[np.float64] = counts / counts.sum()
        return shares
