"""The nearest of many points, in few dimensions and in many."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

TREE_DIMENSIONS = 6  # in more, a tree visits most of its leaves, and one product of matrices is many times as fast
_DISTANCES = 1 << 22  # how many are held at a time: 16 MiB


class Nearest:
    """Answers which of the points (n, d), n >= 1, are nearest to places: by a tree, or in many dimensions by all."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self._points = points
        self._tree = KDTree(points) if points.shape[1] <= TREE_DIMENSIONS else None
        self._squares: NDArray[np.float32] = np.square(points).sum(1)

    def __len__(self) -> int:
        return len(self._points)

    def find(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and indices (m, k) of the nearest of latents (m, d), nearest first, k = count or all there are."""
        count = min(count, len(self._points))
        if self._tree is not None:
            distances, indices = self._tree.query(z, k=np.arange(1, count + 1))
            return distances, indices.astype(np.int64)
        parts = np.array_split(z, max(1, -(-len(z) * len(self._points) // _DISTANCES)))
        found = [self._search(part, count) for part in parts]
        return np.concatenate([distances for distances, _ in found]), np.concatenate([where for _, where in found])

    def _search(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        # |x - z|^2 - |z|^2 picks them, but loses digits where x is close to z: the distances are taken anew.
        scores = self._squares - 2 * (z @ self._points.T)
        indices = np.argpartition(scores, count - 1, axis=1)[:, :count].astype(np.int64)
        apart = self._points[indices].astype(np.float64) - z[:, None]
        distances = np.sqrt(np.square(apart).sum(2))
        order = np.argsort(distances, axis=1, kind="stable")
        return np.take_along_axis(distances, order, 1), np.take_along_axis(indices, order, 1)
