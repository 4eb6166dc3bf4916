"""Exact nearest neighbours by matrix products in blocks, which are faster than a tree beyond a few dimensions."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 21  # distances held at a time: 8 MiB, which stay near the processor
_GROUP = 64  # distances of which first only the least is looked at


class Neighbours(NamedTuple):
    """For rows beginning at `start`: distances (k, count), float64, nearest first, and the neighbours' indices (k,
    count)."""

    start: int
    distances: NDArray[np.float64]
    indices: NDArray[np.int64]


class Search:
    """Finds the nearest of points float32 (n, d)."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self.points = np.ascontiguousarray(points, np.float32)
        squares = np.square(self.points).sum(1, keepdims=True)
        self._columns = np.ascontiguousarray(np.hstack([-2 * self.points, squares]).T)
        self._rows = max(1, _BLOCK // len(points))

    def of_all(self, count: int) -> Iterator[Neighbours]:
        """The `count` nearest of each point, without itself, a block of rows at a time. count < n."""
        for start in range(0, len(self.points), self._rows):
            block = self.points[start : start + self._rows]
            scores = self._scores(block)
            scores[np.arange(len(block)), start + np.arange(len(block))] = np.inf
            yield Neighbours(start, *self._nearest(block, scores, count))

    def of(self, z: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and indices (m, count) of the nearest to places (m, d), nearest first; or all."""
        count = min(count, len(self.points))
        z = np.asarray(z, np.float32)
        blocks = [z[start : start + self._rows] for start in range(0, max(len(z), 1), self._rows)]
        with one_thread():
            found = [self._nearest(block, self._scores(block), count) for block in blocks]
        return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])

    def _scores(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """|x - z|^2 - |z|^2 of places (m, d): (m, n)."""
        scores: NDArray[np.float32] = np.hstack([z, np.ones((len(z), 1), np.float32)]) @ self._columns
        return scores

    def _nearest(
        self, z: NDArray[np.float32], scores: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        indices = least(scores, count)
        apart = self.points[indices].astype(np.float64) - z[:, None]  # the scores lose digits where x is close to z
        distances = np.sqrt(np.square(apart).sum(2))
        order = np.argsort(distances, axis=1, kind="stable")
        return np.take_along_axis(distances, order, 1), np.take_along_axis(indices, order, 1)


def one_thread() -> AbstractContextManager[object]:
    """Matrix products in one thread meanwhile: with narrow matrices, threads wait far longer than they work.

    With other busy programs on two cores the search took a quarter of the processor time, and a tenth of the wall-clock
    time.
    """
    return _libraries().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController  # which scikit-learn brings along

    return ThreadpoolController()


def least(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The positions of the `count` smallest of each row (m, n), (m, count), unordered.

    First takes the smallest of each group of 64. The count-th of these is an upper bound, and hardly more than `count`
    values are below it.
    """
    rows, columns = scores.shape
    groups = columns // _GROUP
    if groups <= count:
        return np.argpartition(scores, count - 1, axis=1)[:, :count].astype(np.int64)
    lowest = scores[:, : groups * _GROUP].reshape(rows, _GROUP, groups).min(1)
    bound = np.partition(lowest, count - 1, axis=1)[:, count - 1]
    row, column = np.divmod(np.flatnonzero(scores <= bound[:, None]), columns)
    order = np.lexsort((scores[row, column], row))
    first = np.searchsorted(row, np.arange(rows))
    found: NDArray[np.int64] = column[order[first[:, None] + np.arange(count)]]
    return found
