"""How far the neighbourhoods of a map are those of latent space: of the whole map, and of single images on it.

Venna and Kaski 2001, "Neighborhood preservation in nonlinear projection methods". Of n images, k = 12 neighbours each:

- trustworthiness: 1 − 2 / (n k (2n − 3k − 1)) Σ max(0, r − k) over the k nearest on the map of each image, r being
  their rank in latent space, among all n. What the map shows beside each other belongs together.
- continuity: the same with map and latent space exchanged. What belongs together the map shows beside each other.

Both are means over images, so a sample of them tells as well, as long as each is ranked against all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.neighbourhood import Nearest

NEIGHBOURS = 12
QUERIES = 1_000
"""Of how many images a whole map is judged."""

NEAR = 50
"""Who is among so many nearest counts as near, where single images are judged."""

_TOGETHER, _AT_ONCE = 64, 1_024  # queries and images between which distances are held: half a MiB
_SEARCHED, _SEARCHED_ON_MAP = 2, 50  # queries whose nearest in latent space, and on the map, are looked for at a time
_TIE = 1e-12  # of the largest squared distance, by which distances are the same

Points = NDArray[np.floating]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class WholeMap:
    """How far a map can be trusted. queries: images that were judged, each ranked against all. neighbours: k."""

    trustworthiness: float
    continuity: float
    queries: int
    neighbours: int


class Projection:
    """Images in latent space, float32 (n, d), and where a map shows them, (n, 2), n >= 2."""

    def __init__(self, latents: NDArray[np.float32], uv: Points) -> None:
        self._latents, self._uv = latents, np.asarray(uv, np.float32)
        self._near, self._near_on_map = Nearest(latents), Nearest(self._uv)

    def whole(self, queries: int = QUERIES, neighbours: int = NEIGHBOURS) -> Iterator[WholeMap | None]:
        """Judge the map by so many of its images, the same every time; yields None after each slice of work.

        Of fewer than 2k images, k is as large as sklearn takes it.
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
        """Of images (m,), the shares of false and of missing neighbours, float32 (m, 2).

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
        """The images (m, k) nearest to images (m,) in latent space, nearest first, themselves not counted."""
        return _others(self._near, self._latents, numbers, count)

    def nearest_on_map(self, numbers: Numbers, count: int) -> Numbers:
        """The same on the map."""
        return _others(self._near_on_map, self._uv, numbers, count)


def _others(near: Nearest, points: Points, numbers: Numbers, count: int) -> Numbers:
    """The nearest of points' own (m,), without themselves; where several lie in one place, in any order."""
    _, found = near.find(points[numbers].astype(np.float32, copy=False), count + 1)
    itself = found == numbers[:, None]
    itself[~itself.any(1), -1] = True  # among more than k in its own place it may not be found
    others: Numbers = found[~itself].reshape(len(numbers), found.shape[1] - 1)
    return others


def _kept(some: Numbers, among: Numbers) -> NDArray[np.float64]:
    """Of each row of numbers (m, k), the share that is in the same row of others (m, j)."""
    kept: NDArray[np.float64] = (some[:, :, None] == among[:, None, :]).any(2).mean(1)
    return kept


def _ranks(points: Points, asked: Numbers, neighboured: Numbers) -> Iterator[NDArray[np.int64] | None]:
    """The ranks (m, k) of images `neighboured` (m, k) among all points (n, d), seen from images (m,); 1 is the nearest.

    Some rows at a time, with None after each slice of work between them.
    """
    middle = points.mean(0, np.float64)
    for start in range(0, len(asked), _TOGETHER):
        rows, wanted = asked[start : start + _TOGETHER], neighboured[start : start + _TOGETHER]
        here = points[rows] - middle
        apart = np.square((points[wanted] - middle) - here[:, None]).sum(2) - np.square(here).sum(1)[:, None]
        ranks = np.zeros(wanted.shape, np.int64)  # an image is nearer to itself than any other, and is counted too
        for first in range(0, len(points), _AT_ONCE):
            there = points[first : first + _AT_ONCE] - middle
            distances = np.square(there).sum(1) - 2 * (here @ there.T)  # but for a number that each row has in common
            tie = _TIE * max(float(np.abs(distances).max()), 1e-300)  # duplicates are equally near
            for column in range(wanted.shape[1]):
                ranks[:, column] += (distances < apart[:, column, None] - tie).sum(1)
            yield None
        yield ranks
