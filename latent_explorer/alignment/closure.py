"""The closure of a kind of translator against the number of anchors."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from latent_explorer.alignment.anchors import TEST, choose_random
from latent_explorer.alignment.pair import Indices, Pair, Way
from latent_explorer.alignment.protocol import ClosureMeasured, MeasureClosure, Reply
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.stitching import Drawer, closed, fitted_to
from latent_explorer.alignment.translator import TranslatorKind
from latent_explorer.errors import UserError
from latent_explorer.service.background_task import aside

COUNTS = (5, 10, 20, 50, 100, 200, 300, 500, 1000)
"""The numbers of anchors that are tried; each set contains the one before."""

_TESTED, _FEW = 500, 20  # images on which it is measured; with fewer, training images are kept from the anchors for it
_SEED = 0


class ClosureMeasurer:
    """Measures closures from the source of a pair to its target; keeps what takes seconds to load."""

    def __init__(self, pair: Pair) -> None:
        self._pair, self._way = pair, pair.ways[0]
        self._measured: _Measure | None = None

    def measure(self, request: MeasureClosure) -> Iterator[Reply | None]:
        """The replies to a request: the closure with its own anchors, then with more and more random ones.

        Each None gives others a turn. Raises UserError if it cannot be measured.
        """
        kind, way = translator_kind(request.kind), self._way
        self._pair.check(request.source, request.target)
        if not way.there.config.decodes:
            raise UserError(f"closure: {way.there.config.undecoded}")
        tested, anchors = _parted(way, request.source)
        least = kind.least(way.here.mean.shape[1], way.there.mean.shape[1])
        counts = [count for count in COUNTS if least <= count <= len(anchors)]
        if not counts:
            raise UserError(f"closure: {kind.name} needs at least {least} anchors, and there are {len(anchors)} images")
        by = self._measured
        if by is None or not np.array_equal(by.tested, tested):
            self._measured = by = yield from _measure(way, tested)
        if len(request.source) >= least:
            own = yield from by.closure(kind, request.source, request.target)
            yield ClosureMeasured(request.number, len(request.source), own, True, False, by.note)
        for count in counts:
            some = anchors[:count]
            found = yield from by.closure(kind, some, way.counterparts[some])
            yield ClosureMeasured(request.number, count, found, False, count == counts[-1], by.note)


@dataclass(frozen=True, eq=False)
class _Measure:
    """The material of the measurement. tested: images here. naive, own: errors without translator, and of the
    target."""

    way: Way
    tested: Indices
    drawer: Drawer
    naive: float
    own: float
    note: str

    def closure(self, kind: TranslatorKind, here: Indices, there: Indices) -> Generator[None, None, float]:
        """The closure of a translator fitted on some anchors."""

        def stitched() -> float:
            x, y = self.way.here.mean[here].astype(np.float64), self.way.there.mean[there].astype(np.float64)
            z = kind.fit(x, y).translator.to(self.way.here.mean[self.tested])
            return self.drawer.error(z, self.way.counterparts[self.tested])

        found = closed(self.naive, (yield from aside(stitched, "closure")), self.own)
        if found is None:
            raise UserError(f"closure: latents of {self.way.here.name} need no translator for {self.way.there.name}")
        return found


def _measure(way: Way, tested: Indices) -> Generator[None, None, _Measure]:
    """Load the target's decoder and the images, which takes seconds, and compute what all closures share."""
    drawer, there = Drawer(way.there), way.counterparts[tested]

    def errors() -> tuple[float, float, str]:
        missing = drawer.missing
        note = f"Measured against the pictures of {way.there.name}: {missing}." if missing else ""
        naive = drawer.error(fitted_to(way.here.mean[tested], way.there.mean.shape[1]), there)
        return naive, drawer.own_error(there), note

    naive, own, note = yield from aside(errors, "closure")
    return _Measure(way, tested, drawer, naive, own, note)


def _parted(way: Way, taken: Indices) -> tuple[Indices, Indices]:
    """The images here that closure is measured on, and the possible anchors, in the order in which they are taken.

    Test images of both or, if there are hardly any, some others; without a person's anchors.
    """
    known = np.flatnonzero(way.counterparts >= 0)
    if not len(known):
        raise UserError("closure: it is measured on images that both models have encoded, and there are none")
    here, there = way.here.latents.split[known] == TEST, way.there.latents.split[way.counterparts[known]] == TEST
    training = known[~here & ~there]
    if not len(training):
        raise UserError("closure: all images that both have encoded are test images, and none of them may be an anchor")
    anchors = choose_random(way, len(training), _SEED).source
    draw = np.random.default_rng(_SEED)
    tested = draw.permutation(np.setdiff1d(known[here & there], taken))[:_TESTED]
    if len(tested) < _FEW:
        tested = draw.permutation(np.setdiff1d(training, taken))[: min(_TESTED, len(training) // 4)]
    return np.sort(tested), anchors[~np.isin(anchors, tested)]
