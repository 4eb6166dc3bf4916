"""A plane of latents decoded once on a grid, and the shortest path across it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from latent_explorer.paths.asking import Pixels, Reals, Steps, nearest_of, pictures_of
from latent_explorer.paths.local_data import REACH
from latent_explorer.paths.space import Space

SIDE = 100
_KEPT = "grid"
_MARGIN = 0.05  # beyond the data, of their extent
_PRICE = 4.0  # of a step where the data are as far again as is usual, in units of its length


@dataclass(frozen=True, eq=False)
class DecodedGrid:
    """Nodes on a grid, SIDE by SIDE, over the box of the data in two dimensions, and the costs of the steps between
    them.

    low, high: the corners (2,). costs: a sparse matrix (n, n) of the steps to the right and down, n = SIDE², of decoded
    lengths, raised off the data.
    """

    low: Reals
    high: Reals
    costs: Any

    def shortest(self, start: Reals, end: Reals) -> Reals:
        """The places (k, 2) along the cheapest path between two places, both included."""
        from scipy.sparse.csgraph import dijkstra

        first, last = self._node(start), self._node(end)
        _, before = dijkstra(self.costs, directed=False, indices=first, return_predecessors=True)
        nodes = [last]
        while nodes[-1] != first:
            nodes.append(int(before[nodes[-1]]))
        inner = self._places(np.array(nodes[::-1][1:-1], np.int64))
        return np.concatenate([start[None], inner, end[None]])

    def _node(self, z: Reals) -> int:
        cell = np.rint((z - self.low) / (self.high - self.low) * (SIDE - 1)).clip(0, SIDE - 1).astype(int)
        return int(cell[1] * SIDE + cell[0])

    def _places(self, nodes: Any) -> Reals:
        cells = np.stack([nodes % SIDE, nodes // SIDE], axis=1)
        places: Reals = self.low + cells / (SIDE - 1) * (self.high - self.low)
        return places


def decoded_grid(space: Space) -> Steps[DecodedGrid]:
    """The grid over the data of a two-dimensional space, decoded on first use and kept with the space."""
    if _KEPT not in space.kept:
        space.kept[_KEPT] = yield from _made(space)
    kept: DecodedGrid = space.kept[_KEPT]
    return kept


def _made(space: Space) -> Steps[DecodedGrid]:
    low, high = space.data.min(0).astype(np.float64), space.data.max(0).astype(np.float64)
    margin = _MARGIN * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    steps: list[Any] = []
    above: tuple[Pixels, Reals] | None = None
    for row in range(SIDE):
        z = np.stack(
            [np.linspace(low[0], high[0], SIDE), np.full(SIDE, low[1] + row / (SIDE - 1) * (high[1] - low[1]))], 1
        )
        pixels = yield from pictures_of(z)
        distances, _ = yield from nearest_of(z, min(REACH, len(space.data)))
        over = np.maximum(distances[:, -1] / space.usual_reach - 1, 0)
        steps += _steps_of(row, pixels, over, above)
        above = pixels, over
        yield None
    from scipy.sparse import coo_matrix

    rows, columns, costs = (np.concatenate(each) for each in zip(*steps, strict=True))
    return DecodedGrid(low, high, coo_matrix((costs, (rows, columns)), shape=(SIDE**2, SIDE**2)).tocsr())


def _steps_of(
    row: int, pixels: Pixels, over: Reals, above: tuple[Pixels, Reals] | None
) -> Iterator[tuple[Any, Any, Reals]]:
    """The steps within a row, and those to it from the row above, straight and diagonal: (from, to, cost)."""
    here = row * SIDE + np.arange(SIDE)
    yield here[:-1], here[1:], _cost(pixels[:-1], pixels[1:], over[:-1], over[1:])
    if above is not None:
        before, over_before = above
        yield here - SIDE, here, _cost(before, pixels, over_before, over)
        yield here[:-1] - SIDE, here[1:], _cost(before[:-1], pixels[1:], over_before[:-1], over[1:])
        yield here[1:] - SIDE, here[:-1], _cost(before[1:], pixels[:-1], over_before[1:], over[:-1])


def _cost(one: Pixels, other: Pixels, over: Reals, over_other: Reals) -> Reals:
    apart = np.linalg.norm(one - other, axis=1).astype(np.float64)
    cost: Reals = np.maximum(apart, 1e-9) * (1 + _PRICE * (over + over_other) / 2)
    return cost
