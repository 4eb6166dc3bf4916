"""Pairs between two clouds without any known pair, from their shapes alone.

The neighbour graph of each is cut into groups, the groups of one are matched with those of the other, and the matching
is refined by mutual nearest neighbours. The result is checked without ground truth: a right one has about as many
mutual neighbours as two halves of one cloud, a wrong one far fewer.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.bootstrap import Grown, PairGrowth, refine
from latent_explorer.alignment.clouds import Cloud, Indices, sampled
from latent_explorer.alignment.maps import Map, affine, rotation
from latent_explorer.alignment.mutual import own_share
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.shape import Graph, Shape, graph_of, match, shape_of
from latent_explorer.alignment.translator import Floats
from latent_explorer.errors import UserError
from latent_explorer.steps import relayed

_POINTS = 3_000
"""Points of a cloud that determine its shape."""
_TRIED = 1_500
"""Points on which a matching is tried."""
_GROUPS = range(6, 15)
_MATCHINGS = 4
"""Matchings tried at each attempt, those with the lowest cost."""
RIGHT = 0.83
"""A matching counts as right from this mutual share on, relative to two halves of one cloud; wrong ones had at most
0.81."""
_RIVAL, _APART = 0.05, 0.5
"""Another matching is equally good if its share is this close, and different if its map is this far off in mean square:
then neither can be trusted. Clouds with symmetries have such matchings."""


@dataclass(frozen=True, eq=False)
class Blind:
    """The result of a search without any known pair.

    grown: the pairs, which mean nothing if it failed. found: whether the pairs are right according to the measure: the
    mutual share is one that only the same images reach, or that of different images while no other matching is as good.
    attempts: how many were made. groups: the number of groups; 0 if none could be matched.
    """

    grown: Grown
    found: bool
    attempts: int
    groups: int

    @property
    def ratio(self) -> float:
        """The mutual share relative to that of two halves of one cloud."""
        return self.grown.share / max(self.grown.reachable, 1e-9)

    @property
    def note(self) -> str:
        """The result, in a sentence."""
        share, needed = f"{self.grown.share:.2f}", f"{RIGHT * self.grown.reachable:.2f}"
        tries = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        if self.found:
            return f"found without anchors after {tries}: mutual share {share}, {needed} needed"
        why = f"a mutual share of {share}, {needed} needed"
        if self.ratio >= RIGHT:
            why = f"a mutual share of {share}, but other matchings are as good"
        return f"failed after {tries}: {why}; do not trust what it shows; add a few anchors and let them grow instead"


@dataclass(frozen=True, eq=False)
class _Trial:
    """A matching of groups as tried on some points. to: the resulting map. ratio: its mutual share relative to the
    reachable one. groups: the number of groups in each cloud."""

    to: Map
    ratio: float
    groups: int


def find_pairs(
    source: NDArray[np.floating], target: NDArray[np.floating], seed: int = 0, attempts: int = 5
) -> Generator[FitProgress, None, Blind]:
    """Pairs of latents (n, d) and (m, e) without any known pair; starts over while the mutual share is too low.

    Close the generator to cancel. Raises UserError if there are too few latents, or they are not finite or all equal.
    If it does not succeed within this many attempts, the result says so.
    """
    if attempts < 1:
        raise UserError(f"blind: expected at least 1 attempt, found {attempts}")
    clouds = Cloud.of(source, "source"), Cloud.of(target, "target")
    trials: list[_Trial] = []
    results: list[Blind] = []
    for attempt in range(attempts):
        rng, known = np.random.default_rng((seed, attempt)), len(trials)
        for done, trial in _trials(*clouds, rng):
            yield FitProgress((attempt + 0.8 * done) / attempts, _words(attempt, attempts, trial))
            trials += [trial] if trial else []
        chosen = max(trials[known:], key=lambda each: each.ratio, default=None)
        if chosen and (chosen.ratio >= RIGHT or (attempt == attempts - 1 and not results)):
            alone = _stands_out(chosen, trials, clouds[0].points)
            results.append((yield from _finish(*clouds, chosen, alone, rng, attempt, attempts)))
            if results[-1].found:
                return results[-1]
    nothing = Blind(Grown(np.zeros((0, 2), np.int64), 0.0, 1.0), False, attempts, 0)
    return replace(max(results, key=lambda each: each.ratio, default=nothing), attempts=attempts)


def _stands_out(chosen: _Trial, trials: list[_Trial], points: Floats) -> bool:
    """Whether no contradicting trial is nearly as good."""
    there = chosen.to(points[:_TRIED])
    rivals = (each for each in trials if each.ratio > chosen.ratio - _RIVAL)
    return all(np.square(each.to(points[:_TRIED]) - there).sum(1).mean() < _APART for each in rivals)


def _finish(
    source: Cloud, target: Cloud, trial: _Trial, alone: bool, rng: np.random.Generator, attempt: int, attempts: int
) -> Generator[FitProgress, None, Blind]:
    """Refine the result of a trial, on as many points as there are. alone: whether it stands out."""
    grown = yield from relayed(
        refine(source, target, trial.to, rng),
        lambda step: FitProgress((attempt + 0.8 + 0.2 * step.share) / attempts, step.words),
    )
    blind = Blind(grown, False, attempt + 1, trial.groups)
    return replace(blind, found=grown.same_images or (alone and blind.ratio >= RIGHT))


def _trials(source: Cloud, target: Cloud, rng: np.random.Generator) -> Iterator[tuple[float, _Trial | None]]:
    """The trials of one attempt, in order of increasing cost: the progress, and the last trial."""
    graphs: list[Graph] = []
    for step, cloud in enumerate((source, target)):
        yield 0.1 * step, None
        points = cloud.points[sampled(len(cloud), _POINTS, rng)]
        graphs.append(graph_of(points, _GROUPS[-1], rng))
    matchings: list[tuple[float, Shape, Shape, Indices]] = []
    for step, count in enumerate(_GROUPS):
        yield 0.2 + 0.4 * step / len(_GROUPS), None
        matchings += _matchings(graphs[0], graphs[1], count, rng)
    matchings.sort(key=lambda each: each[0])
    x, y = (graph.points[sampled(len(graph.points), _TRIED, rng)] for graph in graphs)
    reachable = own_share(y, rng)
    for step, (_, a, b, order) in enumerate(matchings[:_MATCHINGS]):
        yield 0.6 + 0.4 * (step + 1) / _MATCHINGS, _tried(x, y, a.centres, b.centres[order], reachable)


def _matchings(a: Graph, b: Graph, count: int, rng: np.random.Generator) -> list[tuple[float, Shape, Shape, Indices]]:
    """The cost, the shapes of the two clouds with this number of groups, and the matching of the groups."""
    seed = int(rng.integers(1 << 31))
    if min(each.embedding.shape[1] for each in (a, b)) < count:
        return []
    one, other = shape_of(a, count, seed), shape_of(b, count, seed)
    if one is None or other is None:
        return []
    return [(cost, one, other, order) for cost, order in match(one, other, rng)]


def _tried(x: Floats, y: Floats, source: Floats, target: Floats, reachable: float) -> _Trial:
    """The trial that results from the centres of matched groups (k, d) and (k, e), tested on points of the two
    clouds."""
    growth = PairGrowth(x, y, rotation(source, target))
    for fit in (rotation, affine):
        for _ in growth.turns(fit, 8):
            pass
    return _Trial(growth.to, growth.found.share / reachable, len(source))


def _words(attempt: int, attempts: int, trial: _Trial | None) -> str:
    words = f"attempt {attempt + 1} of {attempts}"
    if trial is None:
        return f"{words}: cutting the neighbour graphs into groups"
    return f"{words}: {trial.groups} groups matched, {trial.ratio:.0%} of the mutual neighbours they could have"
