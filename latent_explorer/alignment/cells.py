"""Approximate nearest neighbours of latents: searched only in the cells of space around each latent."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.neighbours import one_thread

_CELLS, _DATA = 256, 1200
"""The number of cells, and the minimum number of data searched: of 70,000 in 16 dimensions it finds 7 or 8 of the 10
nearest, and the others are hardly farther away."""

_LEARNT_FROM, _ROUNDS = 20, 3  # data a cell, and rounds of Lloyd's algorithm, that say where the cells are
_BLOCK = 4096

Distances = NDArray[np.float64]
Indices = NDArray[np.int64]


class Cells:
    """Data float32 (n, d) in cells: an inverted file (Sivic and Zisserman 2003), searched cell by cell."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self._points = np.ascontiguousarray(points, np.float32)
        squares = np.square(self._points).sum(1, keepdims=True)
        self._rows = np.hstack([-2 * self._points, squares])

    def near(self, z: NDArray[np.float32], count: int) -> tuple[Distances, Indices]:
        """Distances and indices (m, count) of approximately the nearest to places (m, d), nearest first; or of all
        data."""
        count = min(count, len(self._points))
        indices = np.empty((len(z), count), np.int64)
        with one_thread():
            cells = _cell_of(z, self._centres)
            order = np.argsort(cells, kind="stable")
            ends = np.searchsorted(cells[order], np.arange(len(self._centres) + 1))
            padded = np.hstack([z, np.ones((len(z), 1), np.float32)])
            for cell in np.flatnonzero(np.diff(ends)):
                asked, data = order[ends[cell] : ends[cell + 1]], self._data[cell]
                scores = padded[asked] @ self._rows[data].T
                indices[asked] = data[np.argpartition(scores, count - 1, axis=1)[:, :count]]
        return self.nearest_of(z, indices, count)

    def nearest_of(self, z: NDArray[np.float32], indices: Indices, count: int) -> tuple[Distances, Indices]:
        """The same, searching only these of the data (m, k), at least `count`."""
        apart = self._points[indices]
        apart -= z[:, None]
        squares = np.einsum("mkd,mkd->mk", apart, apart)
        chosen = np.argpartition(squares, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(squares, chosen, 1)
        order = np.argsort(found, axis=1, kind="stable")
        nearest = np.take_along_axis(indices, np.take_along_axis(chosen, order, 1), 1)
        return np.sqrt(np.take_along_axis(found, order, 1), dtype=np.float64), nearest

    @cached_property
    def _centres(self) -> NDArray[np.float32]:
        """The centres (cells, d) of the cells, by k-means on a sample of the data."""
        count = max(1, min(_CELLS, len(self._points) * _CELLS // 2**16))
        draw = np.random.default_rng(0)
        some = self._points[draw.permutation(len(self._points))[: _LEARNT_FROM * count]]
        centres = some[:count].copy()
        for _ in range(_ROUNDS):
            cells = _cell_of(some, centres)
            members = np.bincount(cells, minlength=count)
            for axis in range(some.shape[1]):
                sums = np.bincount(cells, some[:, axis], count)
                centres[:, axis] = np.where(members, sums / np.maximum(members, 1), centres[:, axis])
        return centres

    @cached_property
    def _data(self) -> list[Indices]:
        """The data searched for a latent in each cell: those of the cell, and of the cells around it."""
        with one_thread():
            cells = _cell_of(self._points, self._centres)
        order = np.argsort(cells, kind="stable")
        ends = np.searchsorted(cells[order], np.arange(len(self._centres) + 1))
        members, found = np.diff(ends), []
        for centre in self._centres:
            around = np.argsort(np.square(self._centres - centre).sum(1), kind="stable")
            enough = int(np.searchsorted(np.cumsum(members[around]), min(_DATA, len(order)))) + 1
            found.append(np.concatenate([order[ends[cell] : ends[cell + 1]] for cell in around[:enough]]))
        return found


def _cell_of(z: NDArray[np.float32], centres: NDArray[np.float32]) -> Indices:
    columns, squares = -2 * centres.T, np.square(centres).sum(1)
    blocks = (z[start : start + _BLOCK] for start in range(0, max(len(z), 1), _BLOCK))
    return np.concatenate([(block @ columns + squares).argmin(1) for block in blocks])
