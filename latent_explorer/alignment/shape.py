"""The shape of a cloud: groups of points connected in its neighbour graph, and their relations.

The groups are those of normalised spectral clustering (Ng, Jordan and Weiss, On Spectral Clustering, NIPS 2001), with
weights that heed the local scale (Zelnik-Manor and Perona, Self-Tuning Spectral Clustering, NIPS 2004).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from latent_explorer.alignment.clouds import Indices
from latent_explorer.alignment.distances import squared_distances
from latent_explorer.alignment.translator import Floats
from latent_explorer.charts.neighbours import Search

_NEIGHBOURS = 15
_RUNS = 3


@dataclass(frozen=True, eq=False)
class Graph:
    """The neighbour graph of points (n, d), prepared for cutting.

    weights: a sparse matrix (n, n), symmetric. embedding: float64 (n, most), its eigenvectors, the widest first.
    sparseness: (n,), the logarithm of the mean distance of each point's neighbours.
    """

    points: Floats
    weights: Any
    embedding: Floats
    sparseness: Floats


@dataclass(frozen=True, eq=False)
class Shape:
    """Groups of a cloud, in no order. centres: float64 (k, d).

    between: (2, k, k), how strongly the graph connects two groups, and their distance, each standardised over the
    pairs. alone: (k, 3), the logarithms of a group's size, width and sparseness, in units of how much they vary between
    spaces of the same data.
    """

    centres: Floats
    between: Floats
    alone: Floats


def graph_of(points: Floats, most: int, rng: np.random.Generator) -> Graph:
    """The neighbour graph of points (n, d); most: the maximum number of groups. n > most."""
    from scipy.sparse import csr_matrix, diags

    blocks = list(Search(points.astype(np.float32)).of_all(min(_NEIGHBOURS, len(points) - 1)))
    distances = np.concatenate([block.distances for block in blocks])
    indices = np.concatenate([block.indices for block in blocks])
    local = np.maximum(distances[:, -1], 1e-12)
    weights = np.exp(-np.square(distances) / (local[:, None] * local[indices]))
    starts = np.arange(len(points) + 1) * indices.shape[1]
    directed = csr_matrix((weights.ravel(), indices.ravel(), starts), shape=(len(points), len(points)))
    graph = (directed + directed.T) / 2
    scale = diags(1 / np.sqrt(np.asarray(graph.sum(1)).ravel()))
    embedding = _widest(scale @ graph @ scale, most, rng)
    return Graph(points, graph, embedding, np.log(np.maximum(distances.mean(1), 1e-12)))


def _widest(matrix: Any, count: int, rng: np.random.Generator) -> Floats:
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    try:
        values, vectors = eigsh(matrix, count, which="LA", v0=rng.normal(size=matrix.shape[0]), tol=1e-4)
    except ArpackNoConvergence as error:  # those that it has found will do; where there are fewer, no such cut is tried
        values, vectors = error.eigenvalues, error.eigenvectors
    widest: Floats = vectors[:, np.argsort(-values)]
    return widest


def shape_of(graph: Graph, count: int, seed: int) -> Shape | None:
    """The shape of a cloud with this number of groups; None if a group is empty or a single point."""
    from sklearn.cluster import KMeans

    rows = graph.embedding[:, :count]
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    groups: Indices = KMeans(count, n_init=_RUNS, random_state=seed).fit_predict(rows)
    member = np.eye(count)[groups]
    sizes = member.sum(0)
    if sizes.min() < 2:
        return None
    centres = member.T @ graph.points / sizes[:, None]
    width = np.sqrt(member.T @ np.square(graph.points - centres[groups]).sum(1) / sizes)
    alone = np.log(np.maximum(np.stack([sizes, width], 1), 1e-12))
    alone = np.hstack([alone, (member.T @ graph.sparseness / sizes)[:, None]])
    alone -= np.array([np.log(len(groups) / count), *alone[:, 1:].mean(0)])
    return Shape(centres, _between(graph, member, centres), alone / (0.3, 0.1, 0.15))


def _between(graph: Graph, member: Floats, centres: Floats) -> Floats:
    ties = member.T @ (graph.weights @ member)
    total = ties.sum(1)
    tied = np.log(ties / np.sqrt(total[:, None] * total) + 1e-3)
    apart = np.sqrt(squared_distances(centres, centres))
    other = ~np.eye(len(centres), dtype=bool)
    both = np.stack([tied, apart])
    pairs = both[:, other]
    between: Floats = (both - pairs.mean(1)[:, None, None]) / np.maximum(pairs.std(1), 1e-9)[:, None, None]
    between *= other
    return between


def match(a: Shape, b: Shape, rng: np.random.Generator, starts: int = 60) -> list[tuple[float, Indices]]:
    """The group of `b` for each of `a`: the best matchings by two-swap search from many starts, the best first.

    Each has its cost per pair of groups, and int64 (k,), the group of `b` for each of `a`. A quadratic assignment
    (Koopmans and Beckmann 1957): the squared differences of the relations of two groups, and of each group alone.
    """
    count = len(a.centres)
    alone = np.square(a.alone[:, None] - b.alone).sum(2)
    swaps = np.array([(i, j) for i in range(count) for j in range(i)])
    found: dict[tuple[int, ...], float] = {}
    for _ in range(starts):
        order = rng.permutation(count)
        cost = _costs(a, b, alone, order[None])[0]
        while True:
            orders = np.repeat(order[None], len(swaps), 0)
            each = np.arange(len(swaps))
            orders[each, swaps[:, 0]], orders[each, swaps[:, 1]] = order[swaps[:, 1]], order[swaps[:, 0]]
            costs = _costs(a, b, alone, orders)
            best = int(costs.argmin())
            if costs[best] >= cost - 1e-9:
                break
            order, cost = orders[best], costs[best]
        found[tuple(int(group) for group in order)] = float(cost) / count**2
    return sorted(((cost, np.array(order)) for order, cost in found.items()), key=lambda each: each[0])[:3]


def _costs(a: Shape, b: Shape, alone: Floats, orders: Indices) -> Floats:
    """The costs of matchings (m, k): (m,)."""
    there = b.between[:, orders[:, :, None], orders[:, None, :]]
    costs: Floats = np.square(a.between[:, None] - there).sum((0, 2, 3))
    costs += alone[np.arange(len(alone)), orders].sum(1)
    return costs
