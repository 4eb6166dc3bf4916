"""A smooth surface over the plane: values at the nodes of a grid, and a quadratic B-spline between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Surface:
    """Values (d,) over the plane; constant beyond the edge of the grid.

    corner: (2,) the first node. step: (2,) between nodes. nodes: (columns, rows, d), at least 3 each way.
    """

    corner: NDArray[np.float64]
    step: NDArray[np.float64]
    nodes: NDArray[np.float32]

    def at(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values (..., d) at plane points (..., 2)."""
        around, offset, _ = self._around(uv)
        weights = _quadratic(offset)
        return self._mixed(around, weights[..., 0, :], weights[..., 1, :])

    def slopes(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """The derivatives of the values (..., 2, d) with respect to u and v at plane points (..., 2); zero beyond the
        grid."""
        around, offset, inside = self._around(uv)
        weights = _quadratic(offset)
        rates = _rates(offset) * (inside / self.step)[..., None]
        along_u = self._mixed(around, rates[..., 0, :], weights[..., 1, :])
        along_v = self._mixed(around, weights[..., 0, :], rates[..., 1, :])
        return np.stack([along_u, along_v], axis=-2)

    def widths(self) -> NDArray[np.float32]:
        """The distance of each node (columns, rows) from the farthest of the eight around it.

        Where a node is the nearest, the surface is a mean of it and these, so it is no farther from it.
        """
        columns, rows = self.nodes.shape[:2]
        found = np.zeros((columns, rows), np.float32)
        for right, up in ((1, 0), (0, 1), (1, 1), (1, -1)):
            here = slice(0, columns - right), slice(max(0, -up), rows - max(0, up))
            there = slice(right, None), slice(max(0, up), rows - max(0, -up))
            off = self.nodes[here] - self.nodes[there]
            apart = np.sqrt(np.einsum("ijd,ijd->ij", off, off))
            for end in (here, there):
                np.maximum(found[end], apart, out=found[end])
        return found

    def _around(self, uv: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
        """The three nodes around each point in both directions (..., 2, 3), its offset from the middle one, if it is
        inside."""
        sides = np.array(self.nodes.shape[:2])
        free = (uv - self.corner) / self.step
        place = np.clip(free, 1, sides - 2)
        middle = np.clip(np.rint(place).astype(np.int64), 1, sides - 2)
        return middle[..., None] + np.array([-1, 0, 1]), place - middle, free == place

    def _mixed(
        self, around: NDArray[np.int64], across: NDArray[np.float64], up: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        nodes = self.nodes[around[..., 0, :, None], around[..., 1, None, :]]
        mixed: NDArray[np.float64] = np.einsum("...i,...j,...ijd->...d", across, up, nodes, optimize=False)
        return mixed


def _quadratic(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights (..., 3) of three neighbouring nodes at distance t, at most half a step, from the middle one."""
    return np.stack([(0.5 - t) ** 2 / 2, 0.75 - t**2, (0.5 + t) ** 2 / 2], axis=-1)


def _rates(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """The derivatives of these weights with respect to t."""
    return np.stack([t - 0.5, -2 * t, t + 0.5], axis=-1)
