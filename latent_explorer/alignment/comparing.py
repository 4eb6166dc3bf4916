"""Bundles compared with one another: each ordered pair, with translators fitted on several choices of anchors."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from latent_explorer.alignment.anchors import CHOICES, Anchors, check_held_apart, read_anchors
from latent_explorer.alignment.figures import Bench, Figures, HeldOutPairs, averaged
from latent_explorer.alignment.pair import Pair, Side, Way, read_side
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Fitted
from latent_explorer.errors import UserError

USUAL_ANCHORS = 300
_TAUGHT = 0.8  # of known pairs, where there are no common images to take figures over


@dataclass(frozen=True)
class Asked:
    """How bundles are to be compared.

    anchors: how many; None for 300, or all of a file. choose: one of `CHOICES`, or a file. seeds: how often anchors are
    chosen anew.
    """

    translator: str = "affine"
    anchors: int | None = None
    choose: str = "random"
    seeds: int = 3


@dataclass(frozen=True, eq=False)
class Working:
    """What is under way. done, total: of the runs."""

    words: str
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Compared:
    """One way.

    anchors: how many each run had. images: over how many figures are. runs: the figures of each. first: the translator
    of the first. notes: what a person should know.
    """

    source: Side
    target: Side
    anchors: int
    images: int
    runs: tuple[Figures, ...]
    first: Fitted
    notes: tuple[str, ...]

    @property
    def figures(self) -> dict[str, float | None]:
        """The mean of each figure over the runs."""
        return averaged(list(self.runs))[0]

    @property
    def spread(self) -> dict[str, float]:
        """The standard deviation of those figures that vary."""
        return averaged(list(self.runs))[1]


def compare(folders: Sequence[Path], asked: Asked) -> Iterator[Working | Compared]:
    """Compare bundles, each ordered pair; yields what is under way, and each way once it is measured.

    Raises UserError where a bundle is broken, two are the same, or anchors cannot be had as asked.
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
        yield Working(f"{way.here.name} to {way.there.name}", done, len(plans))
        yield _compared(plan, asked, bench)


@dataclass(frozen=True, eq=False)
class _Plan:
    """A way, and for each run its anchors and the images over which its figures are taken, both along the way."""

    pair: Pair
    way: Way
    runs: list[tuple[Anchors, HeldOutPairs]]


def _compared(plan: _Plan, asked: Asked, bench: Bench) -> Compared:
    (here, there), runs, fits = (plan.way.here, plan.way.there), [], []
    for anchors, tested in plan.runs:
        began = time.perf_counter()
        fits.append(_fit(plan.way, anchors, asked.translator))
        seconds = time.perf_counter() - began
        alike = bench.alike(here, there, tested)
        figures = bench.stitched(here, there, tested, fits[-1].translator)
        runs.append(figures.beside(replace(alike, seconds=seconds)))
    notes = filter(None, (plan.pair.note, *bench.notes(here, there)))
    anchors, tested = plan.runs[0]
    return Compared(here, there, len(anchors), len(tested.source), tuple(runs), fits[0], tuple(notes))


def _fit(way: Way, anchors: Anchors, kind: str) -> Fitted:
    return translator_kind(kind).fit(way.here.mean[anchors.source], way.there.mean[anchors.target])


def _chosen(pair: Pair, way: Way, asked: Asked) -> list[tuple[Anchors, HeldOutPairs]]:
    """The anchors of each run. Raises UserError where they cannot be had."""
    if asked.choose in CHOICES:
        choose, _ = CHOICES[asked.choose]
        count = USUAL_ANCHORS if asked.anchors is None else asked.anchors
        runs = [(choose(way, count, seed), HeldOutPairs.common(pair)) for seed in range(asked.seeds)]
        runs = [(anchors, tested if way.forth else tested.back) for anchors, tested in runs]
    else:
        runs = list(_drawn(pair, read_anchors(pair, Path(asked.choose)), asked))
        runs = [(anchors, tested) if way.forth else (anchors.back, tested.back) for anchors, tested in runs]
    translator_kind(asked.translator).check_count(len(runs[0][0]), way.here.mean.shape[1], way.there.mean.shape[1])
    return runs


def _drawn(pair: Pair, known: Anchors, asked: Asked) -> Iterator[tuple[Anchors, HeldOutPairs]]:
    """As many of known pairs as asked for; where there are no common images, figures are over the others."""
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
