"""Pairs grown from few anchors, by mutual nearest neighbours: rotation, then affine, then a final kernel map.

After Conneau et al. (2018), arXiv 1710.04087, who refine a dictionary this way; and Moschella, Maiorca et al., Latent
Communication in Artificial Neural Networks (arXiv 2406.11014), who grow few parallel anchors.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.clouds import Cloud, Indices, sampled
from latent_explorer.alignment.maps import Map, affine, kernel, rotation
from latent_explorer.alignment.mutual import mutual_neighbours, mutual_of_many, own_share, own_share_of_many
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.translator import Floats
from latent_explorer.errors import UserError

Fit = Callable[[Floats, Floats], Map]
"""From pairs, points (n, d) and (n, e), to a map between them."""

LEAST_ANCHORS = 3
_MOST = 3_000
"""Points of each cloud that are compared with all of the other's."""
_SOUGHT = 2_000
"""Points of the source that are looked up among all of the target, if there are more."""
_MORE = 8_000
"""The same in the final step for different images: far fewer of these have a mutual neighbour."""
_TURNS, _BENDS, _SEARCHES = 12, 5, 6
"""The maximum number of maps of one kind, with a kernel, and on pairs found among all."""
_STEADY = 0.002
"""A mutual share that grows by less than this has converged."""
_SAME_IMAGES = 1.15
"""From this multiple of the mutual share of two halves of one cloud on, both clouds hold the same images."""


@dataclass(frozen=True, eq=False)
class Grown:
    """Pairs that were found, and their reliability.

    pairs: int64 (p, 2), rows of the source and the target, without repetition. share: mutual share, of the smaller of
    the compared clouds, 0 to 1. reachable: the mutual share of two halves of the target: different images can reach it,
    and the same images exceed it.
    """

    pairs: Indices
    share: float
    reachable: float

    @property
    def same_images(self) -> bool:
        """Whether the mutual share shows that both clouds hold the same images."""
        return self.share > _SAME_IMAGES * self.reachable


def grow(
    source: NDArray[np.floating], target: NDArray[np.floating], anchors: NDArray[np.integer], seed: int = 0
) -> Generator[FitProgress, None, Grown]:
    """Grow anchors int (k, 2), rows of latents (n, d) and (m, e), into pairs; the rows need not correspond otherwise.

    The pairs include the anchors. Close the generator to cancel. Raises UserError if there are too few latents or
    anchors, anchors are out of range, or latents are not finite or all equal.
    """
    anchors = _checked(np.asarray(anchors), len(source), len(target))
    clouds = Cloud.of(source, "source"), Cloud.of(target, "target")
    known = clouds[0].points[anchors[:, 0]], clouds[1].points[anchors[:, 1]]
    for side, points in zip(("source", "target"), known, strict=True):
        if np.square(points - points.mean(0)).sum(1).mean() < 1e-12:
            raise UserError(f"anchors: all have the same latent in the {side} space; choose images that differ")
    grown = yield from refine(*clouds, rotation(*known), np.random.default_rng(seed), anchors)
    free = ~(np.isin(grown.pairs[:, 0], anchors[:, 0]) | np.isin(grown.pairs[:, 1], anchors[:, 1]))
    return Grown(np.concatenate([anchors, grown.pairs[free]]), grown.share, grown.reachable)


def refine(
    source: Cloud, target: Cloud, begin: Map, rng: np.random.Generator, anchors: Indices | None = None
) -> Generator[FitProgress, None, Grown]:
    """Pairs of two clouds, from an approximately right map; from a sample of each if they are large."""
    keep = np.zeros((0, 2), np.int64) if anchors is None else anchors
    rows = [sampled(len(cloud), _MOST, rng, keep[:, side]) for side, cloud in enumerate((source, target))]
    x, y = source.points[rows[0]], target.points[rows[1]]
    reachable = own_share(y, rng)
    growth = PairGrowth(x, y, begin)
    turn = held_rotation(source.points[keep[:, 0]], target.points[keep[:, 1]])
    for step, fit in enumerate((turn, affine)):
        for done in growth.turns(fit, _TURNS):
            yield FitProgress(0.3 * (step + done), growth.words)
    if growth.found.share > _SAME_IMAGES * reachable:  # of other images, neighbours are too rough for a curved map
        for done in growth.turns(lambda a, b: kernel(a, b, rng), _BENDS):
            yield FitProgress(0.6 + 0.2 * done, growth.words)
    if max(len(source), len(target)) > _MOST:
        return (yield from _among_all(source, target, growth.to, turn, rng))
    found = growth.found
    return Grown(np.stack([rows[0][found.pairs[:, 0]], rows[1][found.pairs[:, 1]]], 1), found.share, reachable)


def held_rotation(known_x: Floats, known_y: Floats) -> Fit:
    """A function that fits a rotation on pairs, held by anchors (k, d) and (k, e) that weigh as much as all of the
    pairs.

    Found pairs confirm the map that produced them: if it exchanges two classes, they never let go of it. The anchors
    are right. Closure from ten anchors among different images, `mnist-ae-16d` to its twin: .93, without .88.
    """

    def fit(x: Floats, y: Floats) -> Map:
        times = len(x) // max(1, len(known_x))
        return rotation(np.concatenate([x, *[known_x] * times]), np.concatenate([y, *[known_y] * times]))

    return fit if len(known_x) else rotation


class PairGrowth:
    """A map between points (n, d) and (m, e), the pairs that it produces, and the map fitted on these."""

    def __init__(self, x: Floats, y: Floats, begin: Map) -> None:
        self.x, self.y, self.to = x, y, begin
        self.found = mutual_neighbours(begin(x), y)

    @property
    def words(self) -> str:
        """Its progress, for a person to read."""
        return f"{len(self.found.pairs):,} pairs, mutual share {self.found.share:.2f}"

    def turns(self, fit: Fit, most: int) -> Iterator[float]:
        """Fit a map on the pairs and find pairs with it, while their share grows: yields the part of the turns done.

        A map that gives fewer pairs than the one before is discarded: imprecise neighbours, like those of different
        images, flatten a flexible map, more with each turn.
        """
        for turn in range(most):
            pairs = self.found.pairs
            if len(pairs) < LEAST_ANCHORS:
                return
            to = fit(self.x[pairs[:, 0]], self.y[pairs[:, 1]])
            found = mutual_neighbours(to(self.x), self.y)
            yield (turn + 1) / most
            if found.share < self.found.share:
                return
            grown, self.to, self.found = found.share - self.found.share, to, found
            if grown < _STEADY:
                return


def _among_all(
    source: Cloud, target: Cloud, to: Map, turn: Fit, rng: np.random.Generator
) -> Generator[FitProgress, None, Grown]:
    """Look up part of the source among all of the target, and the other way round: more points have closer neighbours.

    If both hold the same images, samples of them hardly do, and only this step shows it. With different images,
    neighbours determine no more than a rotation without flattening.
    """
    x, y, before = source.points, target.points, 0.0
    words = f"looking among all {max(len(x), len(y)):,} latents"
    yield FitProgress(0.8, words)
    reachable = own_share_of_many(y, _SOUGHT, rng)
    for step in range(_SEARCHES):
        yield FitProgress(0.8 + 0.2 * step / _SEARCHES, words)
        found = mutual_of_many(to(x), y, sampled(len(x), _SOUGHT, rng))
        grown = Grown(found.pairs, found.share, reachable)
        if len(found.pairs) < LEAST_ANCHORS or (grown.same_images and abs(found.share - before) < 0.01):
            break
        pairs = x[found.pairs[:, 0]], y[found.pairs[:, 1]]
        to, before = kernel(*pairs, rng) if grown.same_images else turn(*pairs), found.share
    if grown.same_images:
        return grown
    found = mutual_of_many(to(x), y, sampled(len(x), _MORE, rng))
    return Grown(found.pairs, found.share, reachable)


def _checked(anchors: Indices, *counts: int) -> Indices:
    """Anchors int64 (k, 2). Raises UserError if there are too few, or one is repeated or out of range."""
    if anchors.ndim != 2 or anchors.shape[1] != 2 or anchors.dtype.kind not in "iu" or len(anchors) < LEAST_ANCHORS:
        raise UserError(
            f"anchors: expected at least {LEAST_ANCHORS} pairs of indices (k, 2) to grow from, found "
            f"{anchors.shape}; add anchors, best one of each class"
        )
    for side, count, column in zip(("source", "target"), counts, anchors.T, strict=True):
        if column.min() < 0 or column.max() >= count:
            wrong = int(column[(column < 0) | (column >= count)][0])
            raise UserError(f"anchors: the {side} has no latent {wrong}; expected 0 to {count - 1}")
        values, times = np.unique(column, return_counts=True)
        if (times > 1).any():
            raise UserError(f"anchors: latent {int(values[times > 1][0])} of the {side} is in two pairs; delete one")
    return anchors.astype(np.int64)
