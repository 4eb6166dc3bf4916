"""Images joined with their neighbours, and the path from place to place along them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.paths.asking import Reals, Steps

MOST_IMAGES = 4000
"""The maximum number of images in a graph, so that the shortest path is found within a turn of the engine."""
NEIGHBOURS = 12
_ROWS = 8  # whose neighbours are found in one turn: a product so small that BLAS begins no threads for it
_MEMBERS = 64  # of a separate part, among which the image to join it by is looked for
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HopGraph:
    """Images as nodes, each joined with its nearest. points: their latents (n, d). costs: sparse (n, n), of the hops.

    power: of the latent distance, which gives the cost of a hop. With 2 or more, many short hops cost less than a long
    one, so the path runs where images are dense (Fermat distances; Groisman, Jonckheere and Sapienza 2022). heavy:
    (n,), an extra cost of hops to and from an image, in units of their cost.
    """

    points: Reals
    costs: Any
    power: float
    heavy: Reals

    def shortest(self, start: Reals, end: Reals) -> Reals:
        """The places (k, d) along the cheapest path between two places, both included."""
        from scipy.sparse.csgraph import dijkstra

        count = len(self.points)
        _, before = dijkstra(self._joined(start, end), directed=False, indices=count, return_predecessors=True)
        nodes = [count + 1]
        while nodes[-1] != count and before[nodes[-1]] >= 0:
            nodes.append(int(before[nodes[-1]]))
        inner = self.points[np.array(nodes[-2:0:-1], np.int64)]
        return np.concatenate([start[None], inner, end[None]])

    def _joined(self, start: Reals, end: Reals) -> Any:
        """The costs with two more places, joined with the images nearest to them."""
        from scipy.sparse import bmat, csr_matrix

        rows = []
        for place in (start, end):
            squares = np.square(self.points - place).sum(1)
            near = np.argpartition(squares, min(NEIGHBOURS, len(squares)) - 1)[:NEIGHBOURS]
            cost = np.maximum(squares[near], 1e-18) ** (self.power / 2) * (1 + self.heavy[near] / 2)
            rows.append(csr_matrix((cost, (np.zeros(len(near), int), near)), shape=(1, len(squares))))
        return bmat(
            [[self.costs, None, None], [rows[0], csr_matrix((1, 1)), None], [rows[1], None, csr_matrix((1, 1))]]
        ).tocsr()


def some_of(numbers: Numbers) -> Numbers:
    """At most the maximum number of images for a graph, always the same ones, in order."""
    chosen = np.random.default_rng(0).permutation(len(numbers))[:MOST_IMAGES]
    return np.sort(numbers[chosen])


def graph_of(points: Reals, power: float, heavy: Reals | None = None) -> Steps[HopGraph]:
    """The connected graph of images at points (n, d), n >= 1; heavy: as in HopGraph, zero if None."""
    weights = np.zeros(len(points)) if heavy is None else heavy
    distances, near = yield from nearest_among(points, points, NEIGHBOURS + 1)
    rows = np.repeat(np.arange(len(points)), near.shape[1])
    hops = [(rows, near.ravel(), distances.ravel())]
    yield None
    costs = _costs(len(points), hops, power, weights)
    yield None
    if bridges := _bridges(points, costs):
        yield None
        costs = _costs(len(points), hops + bridges, power, weights)
    yield None
    return HopGraph(points, costs, power, weights)


def nearest_among(places: Reals, points: Reals, count: int) -> Steps[tuple[Reals, Numbers]]:
    """Distances and numbers (m, k) of the points (n, d) nearest to places (m, d), unordered, k = count at most."""
    count = min(count, len(points))
    own, found = np.square(points).sum(1), []
    for start in range(0, len(places), _ROWS):
        some = places[start : start + _ROWS]
        squares = own - 2 * some @ points.T + np.square(some).sum(1)[:, None]
        near = np.argpartition(squares, count - 1, axis=1)[:, :count].astype(np.int64)
        found.append((np.sqrt(np.maximum(np.take_along_axis(squares, near, 1), 0)), near))
        yield None
    distances, numbers = zip(*found, strict=True)
    return np.concatenate(distances), np.concatenate(numbers)


def _costs(count: int, hops: Sequence[tuple[Numbers, Numbers, Reals]], power: float, heavy: Reals) -> Any:
    from scipy.sparse import coo_matrix

    rows, columns, distances = (np.concatenate(each) for each in zip(*hops, strict=True))
    apart = rows != columns
    rows, columns = rows[apart], columns[apart]
    costs = np.maximum(distances[apart], 1e-9) ** power * (1 + (heavy[rows] + heavy[columns]) / 2)
    matrix = coo_matrix((costs, (rows, columns)), shape=(count, count)).tocsr()
    return matrix.maximum(matrix.T)  # joined is who is a neighbour of the other, either way


def _bridges(points: Reals, costs: Any) -> list[tuple[Numbers, Numbers, Reals]]:
    """Hops that join each separate part with the nearest image of another, until the graph is connected."""
    from scipy.sparse.csgraph import connected_components

    count, part = connected_components(costs, directed=False)
    largest = np.bincount(part).argmax()
    main = np.flatnonzero(part == largest)
    found = []
    for each in range(count):
        members = np.flatnonzero(part == each)[:_MEMBERS]
        if each != largest:
            squares = np.square(points[members][:, None] - points[main]).sum(2)
            one, other = np.unravel_index(squares.argmin(), squares.shape)
            found.append((members[[one]], main[[other]], np.sqrt(squares[one, other])[None]))
    return found
