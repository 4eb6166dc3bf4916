"""Mutual nearest neighbours between two clouds: by CSLS, after Conneau et al. (2018).

Word Translation Without Parallel Data, ICLR 2018, arXiv 1710.04087.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.clouds import Indices
from latent_explorer.alignment.translator import Floats
from latent_explorer.charts.neighbours import Search

_NEAR = 10  # neighbours whose mean distance is taken off, as in the paper


class Mutual(NamedTuple):
    """pairs: int64 (p, 2), rows of the two clouds. share: the paired share of the smaller cloud, 0 to 1."""

    pairs: Indices
    share: float


def mutual_neighbours(x: Floats, y: Floats) -> Mutual:
    """The mutual nearest neighbours of points (n, d) and (m, d), by 2 |x - y| - r(x) - r(y).

    r is the mean distance of the 10 nearest in the other cloud: without it, points in the middle, which are close to
    many, attract wrong pairs.
    """
    apart = _distances(x, y)
    near = min(_NEAR, len(x), len(y))
    around_x = np.partition(apart, near - 1, 1)[:, :near].mean(1)
    around_y = np.partition(apart, near - 1, 0)[:near].mean(0)
    apart *= 2
    apart -= around_x[:, None]
    apart -= around_y
    return _mutual(apart.argmin(1), apart.argmin(0))


def mutual_of_many(x: Floats, y: Floats, sought: Indices) -> Mutual:
    """The mutual nearest neighbours, by distance alone, of some rows of points (n, d) among all (m, d).

    share: of those rows.
    """
    found = _nearest(x[sought], y)
    mutual = _nearest(y[found], x) == sought
    return Mutual(np.stack([sought, found], 1)[mutual], float(mutual.mean()))


def own_share(points: Floats, rng: np.random.Generator) -> float:
    """The mutual share of two halves of one cloud (n, d): what a perfect translation of different images can reach."""
    order = rng.permutation(len(points))
    half = len(points) // 2
    return mutual_neighbours(points[order[:half]], points[order[half : 2 * half]]).share


def own_share_of_many(points: Floats, count: int, rng: np.random.Generator) -> float:
    """Like `own_share`, for this many points looked up like `mutual_of_many`."""
    order = rng.permutation(len(points))
    half = len(points) // 2
    return mutual_of_many(points[order[:half]], points[order[half:]], np.arange(min(count, half))).share


def _mutual(of_x: Indices, of_y: Indices) -> Mutual:
    rows = np.flatnonzero(of_y[of_x] == np.arange(len(of_x)))
    return Mutual(np.stack([rows, of_x[rows]], 1), len(rows) / min(len(of_x), len(of_y)))


def _nearest(z: Floats, points: Floats) -> Indices:
    return Search(points.astype(np.float32)).of(z.astype(np.float32), 1)[1][:, 0]


def _distances(x: Floats, y: Floats) -> NDArray[np.float32]:
    """(n, m); in float32, which is enough for ranking and takes half the time."""
    x, y = x.astype(np.float32), y.astype(np.float32)
    squares = x @ (-2 * y.T)
    squares += np.square(x).sum(1)[:, None]
    squares += np.square(y).sum(1)
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)
