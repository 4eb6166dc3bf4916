"""Compares bundles: each ordered pair, with translators fitted on several choices of anchors."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from latent_explorer.alignment.anchors import CHOICES, Anchors, check_held_apart, read_anchors
from latent_explorer.alignment.figures import Bench, Figures, HeldOutPairs, averaged, relative_rank
from latent_explorer.alignment.growing import FoundPairs, find, pools
from latent_explorer.alignment.pair import Pair, Side, Way, read_side
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.protocol import Growth
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Fitted
from latent_explorer.charts.relative import Measure
from latent_explorer.errors import UserError
from latent_explorer.steps import relayed

USUAL_ANCHORS = 300
_TAUGHT = 0.8  # of known pairs, where there are no common images to take figures over


@dataclass(frozen=True)
class Asked:
    """The settings of a comparison.

    anchors: their number; None for 300, or all of a file. choose: one of `CHOICES`, or a file. seeds: the number of
    anchor choices. growth: how further pairs are found, among training images in unknown order; disjoint: with
    different images for each bundle. relative: the measure of the coordinates relative to the anchors by which images
    are ranked, or None to rank by translated latents.
    """

    translator: str = "affine"
    anchors: int | None = None
    choose: str = "random"
    seeds: int = 3
    growth: Growth = ""
    disjoint: bool = False
    relative: Measure | None = None


@dataclass(frozen=True, eq=False)
class Working:
    """The current work. done, total: of the runs."""

    words: str
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Compared:
    """One direction.

    anchors: how many each run had. images: the number of images behind the figures. runs: the figures of each. first:
    the translator of the first, None if no pairs were found. trusted: for each run, whether the pairs appear right.
    notes: for a person.
    """

    source: Side
    target: Side
    anchors: int
    images: int
    runs: tuple[Figures, ...]
    first: Fitted | None
    trusted: tuple[bool, ...]
    notes: tuple[str, ...]

    @property
    def figures(self) -> dict[str, float | None]:
        """The mean of each figure over the runs."""
        return averaged(list(self.runs))[0]

    @property
    def spread(self) -> dict[str, float]:
        """The standard deviation of the varying figures."""
        return averaged(list(self.runs))[1]


def compare(folders: Sequence[Path], asked: Asked) -> Iterator[Working | Compared]:
    """Compare bundles, each ordered pair; yields the current work, and each direction once it is measured.

    Raises UserError if a bundle is broken, two are the same, or the requested anchors are not available.
    """
    translator_kind(asked.translator)
    if len(folders) < 2 or len(set(folders)) < len(folders):
        raise UserError(
            f"align: expected two or more different bundles, found {', '.join(each.name for each in folders)}"
        )
    sides, bench = [read_side(folder) for folder in folders], Bench()
    pairs = [Pair.of(*both) for both in combinations(sides, 2)]
    plans = [_Plan(pair, way, _chosen(pair, way, asked)) for pair in pairs for way in pair.ways]
    for done, plan in enumerate(plans):
        way = plan.way
        words = f"{way.here.name} to {way.there.name}"
        yield Working(words, done, len(plans))
        measuring = _compared(plan, asked, bench)
        yield (yield from relayed(measuring, partial(_part_of, Working(words, done, len(plans)))))


def _part_of(working: Working, step: FitProgress) -> Working:
    return replace(working, words=f"{working.words}: {step.words}")


@dataclass(frozen=True, eq=False)
class _Plan:
    """A direction, and for each run its anchors and the images for its figures, both along the direction."""

    pair: Pair
    way: Way
    runs: list[tuple[Anchors, HeldOutPairs]]


def _compared(plan: _Plan, asked: Asked, bench: Bench) -> Generator[FitProgress, None, Compared]:
    here, there = plan.way.here, plan.way.there
    runs, fits, trusted = [], [], []
    notes = [plan.pair.note, *bench.notes(here, there)]
    for seed, (anchors, tested) in enumerate(plan.runs):
        began = time.perf_counter()
        found = yield from _pairs(plan, anchors, seed, asked)
        fits.append(_fit(plan.way, found.anchors, asked.translator))
        seconds = time.perf_counter() - began
        figures = replace(bench.alike(here, there, tested), seconds=seconds)
        if asked.relative:
            figures = replace(figures, mrr=relative_rank(here, there, tested, anchors, asked.relative))
        if (fitted := fits[-1]) is not None:
            figures = figures.beside(bench.stitched(here, there, tested, fitted.translator))
        runs.append(figures)
        trusted.append(found.trusted)
        notes += [f"{here.name} to {there.name}, run {seed + 1}: {found.note}"] if found.note else []
    anchors, tested = plan.runs[0]
    return Compared(
        here, there, len(anchors), len(tested.source), tuple(runs), fits[0], tuple(trusted), tuple(filter(None, notes))
    )


def _pairs(plan: _Plan, anchors: Anchors, seed: int, asked: Asked) -> Generator[FitProgress, None, FoundPairs]:
    if not asked.growth:
        return FoundPairs(anchors)
    sides = plan.way.here, plan.way.there
    found = yield from find(sides, pools(sides, anchors, seed, disjoint=asked.disjoint), anchors, asked.growth, seed)
    return found


def _fit(way: Way, anchors: Anchors, kind: str) -> Fitted | None:
    """The translator; None if hardly any pair was found."""
    x, y = way.here.mean[anchors.source], way.there.mean[anchors.target]
    if len(x) < translator_kind(kind).least(x.shape[1], y.shape[1]):
        return None
    return translator_kind(kind).fit(x, y)


def _chosen(pair: Pair, way: Way, asked: Asked) -> list[tuple[Anchors, HeldOutPairs]]:
    """The anchors of each run. Raises UserError if they are not available."""
    if asked.growth == "blind":
        none = np.zeros(0, np.int64)
        tested = HeldOutPairs.common(pair)
        return [(Anchors(none, none), tested if way.forth else tested.back)] * asked.seeds
    if asked.choose in CHOICES:
        choose, _ = CHOICES[asked.choose]
        count = USUAL_ANCHORS if asked.anchors is None else asked.anchors
        runs = [(choose(way, count, seed), HeldOutPairs.common(pair)) for seed in range(asked.seeds)]
        runs = [(anchors, tested if way.forth else tested.back) for anchors, tested in runs]
    else:
        runs = list(_drawn(pair, read_anchors(pair, Path(asked.choose)), asked))
        runs = [(anchors, tested) if way.forth else (anchors.back, tested.back) for anchors, tested in runs]
    if not asked.growth:
        translator_kind(asked.translator).check_count(len(runs[0][0]), way.here.mean.shape[1], way.there.mean.shape[1])
    return runs


def _drawn(pair: Pair, known: Anchors, asked: Asked) -> Iterator[tuple[Anchors, HeldOutPairs]]:
    """The requested number of known pairs; without common images, figures are over the others."""
    apart = (pair.counterparts >= 0).any()
    if apart:
        check_held_apart(pair, known)
    count = asked.anchors or (len(known) if apart else int(_TAUGHT * len(known)))
    if count > len(known) - (not apart):
        rest = "" if apart else ", one of which at least is no anchor: figures are taken over the others"
        raise UserError(f"--anchors {count}: expected at most {len(known)}, as many as the file has{rest}")
    for seed in range(asked.seeds if count < len(known) else 1):
        chosen = np.zeros(len(known), bool)
        chosen[np.random.default_rng(seed).permutation(len(known))[:count]] = True
        tested = HeldOutPairs.common(pair) if apart else HeldOutPairs.others(known, chosen)
        yield Anchors(known.source[chosen], known.target[chosen]), tested
