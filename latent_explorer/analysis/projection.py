"""How well a map keeps the neighbourhoods of latent space: for the whole map, and for single images.

Venna and Kaski 2001, "Neighborhood preservation in nonlinear projection methods". Of n images, k = 12 neighbours each:

- trustworthiness: 1 − 2 / (n k (2n − 3k − 1)) Σ max(0, r − k) over the k nearest on the map of each image, where r is
  their rank in latent space among all n. High: neighbours on the map are neighbours in latent space.
- continuity: the same with map and latent space exchanged. High: neighbours in latent space are neighbours on the map.

Both are means over images, so they can be estimated on a sample, with each image ranked against all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.neighbourhood import Nearest

NEIGHBOURS = 12
QUERIES = 1_000
"""The number of images in the sample for a whole map."""

NEAR = 50
"""The number of nearest images that count as near for single images."""

_TOGETHER, _AT_ONCE = 64, 1_024  # queries and images per block of distances: half a MiB
_SEARCHED, _SEARCHED_ON_MAP = 2, 50  # queries searched at a time in latent space, and on the map
_TIE = 1e-12  # share of the largest squared distance within which distances are equal

Points = NDArray[np.floating]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class WholeMap:
    """The figures of a map. queries: the size of the sample, each image ranked against all. neighbours: k."""

    trustworthiness: float
    continuity: float
    queries: int
    neighbours: int


class Projection:
    """Images in latent space, float32 (n, d), and on a map, (n, 2), n >= 2."""

    def __init__(self, latents: NDArray[np.float32], uv: Points) -> None:
        self._latents, self._uv = latents, np.asarray(uv, np.float32)
        self._near, self._near_on_map = Nearest(latents), Nearest(self._uv)

    def whole(self, queries: int = QUERIES, neighbours: int = NEIGHBOURS) -> Iterator[WholeMap | None]:
        """The figures of the map, from a reproducible sample of images; yields None after each slice of work.

        With fewer than 2k images, k is reduced to the largest value that sklearn accepts.
        """
        count = len(self._latents)
        k = max(1, min(neighbours, (count - 1) // 2))
        asked = np.sort(np.random.default_rng(0).permutation(count)[:queries])
        found: list[Numbers] = []
        shown: list[Numbers] = []
        for part in np.array_split(asked, -(-len(asked) // _SEARCHED)):
            found.append(self.nearest(part, k))
            yield None
        for part in np.array_split(asked, -(-len(asked) // _SEARCHED_ON_MAP)):
            shown.append(self.nearest_on_map(part, k))
            yield None
        excess = []
        for points, neighboured in ((self._latents, np.concatenate(shown)), (self._uv, np.concatenate(found))):
            total = 0.0
            for ranks in _ranks(points, asked, neighboured):
                total += 0.0 if ranks is None else float(np.maximum(ranks - k, 0).sum())
                yield None
            excess.append(total)
        most = len(asked) * k * max(2 * count - 3 * k - 1, 1) / 2
        trust, continuity = (1 - total / most for total in excess)
        yield WholeMap(trust, continuity, len(asked), k)

    def shares(self, numbers: Numbers, neighbours: int = NEIGHBOURS, near: int = NEAR) -> NDArray[np.float32]:
        """The shares of false and missing neighbours of images (m,), float32 (m, 2).

        False: of the k nearest on the map, those that are not among the `near` nearest in latent space. Missing: of the
        k nearest in latent space, those that are not among the `near` nearest on the map.
        """
        near = min(near, len(self._latents) - 1)
        k = min(neighbours, near)
        true, shown = self.nearest(numbers, near), self.nearest_on_map(numbers, near)
        parted = np.empty((len(numbers), 2), np.float32)
        parted[:, 0] = 1 - _kept(shown[:, :k], true)
        parted[:, 1] = 1 - _kept(true[:, :k], shown)
        return parted

    def nearest(self, numbers: Numbers, count: int) -> Numbers:
        """The images (m, k) nearest to images (m,) in latent space, nearest first, excluding themselves."""
        return _others(self._near, self._latents, numbers, count)

    def nearest_on_map(self, numbers: Numbers, count: int) -> Numbers:
        """As `nearest`, on the map."""
        return _others(self._near_on_map, self._uv, numbers, count)


def _others(near: Nearest, points: Points, numbers: Numbers, count: int) -> Numbers:
    """The nearest points to some of the points (m,), excluding themselves; duplicates in any order."""
    _, found = near.find(points[numbers].astype(np.float32, copy=False), count + 1)
    itself = found == numbers[:, None]
    itself[~itself.any(1), -1] = True  # among more than k in its own place it may not be found
    others: Numbers = found[~itself].reshape(len(numbers), found.shape[1] - 1)
    return others


def _kept(some: Numbers, among: Numbers) -> NDArray[np.float64]:
    """The share of each row of numbers (m, k) that is in the same row of others (m, j)."""
    kept: NDArray[np.float64] = (some[:, :, None] == among[:, None, :]).any(2).mean(1)
    return kept


def _ranks(points: Points, asked: Numbers, neighboured: Numbers) -> Iterator[NDArray[np.int64] | None]:
    """The ranks (m, k) of images `neighboured` (m, k) among all points (n, d) from images (m,); 1 is the nearest.

    Yields some rows at a time, with None after each slice of work in between.
    """
    middle = points.mean(0, np.float64)
    for start in range(0, len(asked), _TOGETHER):
        rows, wanted = asked[start : start + _TOGETHER], neighboured[start : start + _TOGETHER]
        here = points[rows] - middle
        apart = np.square((points[wanted] - middle) - here[:, None]).sum(2) - np.square(here).sum(1)[:, None]
        ranks = np.zeros(wanted.shape, np.int64)  # the image itself is the nearest and counts
        for first in range(0, len(points), _AT_ONCE):
            there = points[first : first + _AT_ONCE] - middle
            distances = np.square(there).sum(1) - 2 * (here @ there.T)  # up to a constant per row
            tie = _TIE * max(float(np.abs(distances).max()), 1e-300)  # duplicates are equally near
            for column in range(wanted.shape[1]):
                ranks[:, column] += (distances < apart[:, column, None] - tie).sum(1)
            yield None
        yield ranks
