"""Translators in both directions between a pair, and the translation of all its images."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.all_images import AllImages
from latent_explorer.alignment.pair import Indices, Pair, Way
from latent_explorer.alignment.pairing import Pairing, Pairs
from latent_explorer.alignment.placing import Placer, placer_for
from latent_explorer.alignment.protocol import BothFitted, ErrorsMeasured, FitBoth, Fitting, Reply
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Fitted, Translator
from latent_explorer.errors import UserError
from latent_explorer.service.background_task import Aside

_KEPT = 4  # maps that are kept ready
_PATIENCE = 0.25
"""Seconds of a fit before others get a turn: a shorter one is always completed."""

Steps = Iterator[Reply | None]


@dataclass(frozen=True, eq=False)
class _LastFit:
    """The last fit: its pairs of images, and its kind."""

    images: Indices
    kind: str
    fitted: Fitted


class Fitter:
    """Answers requests about a pair, and keeps what the next one probably needs."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._pairing = Pairing(pair)
        self._placers: dict[tuple[bool, str], Placer] = {}
        self._last: dict[bool, _LastFit] = {}  # by whether forth
        self._aside = Aside("fit")

    def fit(self, request: FitBoth) -> Steps:
        """All replies to a request. Raises UserError if it cannot be served."""
        began = time.perf_counter()
        self.pair.check(request.source, request.target)
        (there, lacking), (home, also_lacking) = self._placer(True, request), self._placer(False, request)
        pairs = yield from self._pairing.pairs(request)
        ways, anchors = self.pair.ways, (request.source, request.target)
        forth = yield from self._fitted(request, pairs, True)
        translated = AllImages(request.number, ways[0], forth.translator, anchors[0], there)
        steps = translated.steps()
        yield from _until_pause(steps)  # a map waits for the first of them
        back = yield from self._fitted(request, pairs, False)
        missed = [
            fit.leave_one_out[: pairs.anchors] if pairs.anchors else _missed(way, fit.translator, *images)
            for way, fit, images in zip(ways, (forth, back), (anchors, anchors[::-1]), strict=True)
        ]
        arrays = dict(forth.translator.arrays), dict(back.translator.arrays)
        seconds, note = time.perf_counter() - began, " ".join(filter(None, (pairs.note, lacking, also_lacking)))
        yield BothFitted(request.number, request.kind, *arrays, np.stack(missed), pairs.grown, seconds, note)
        yield None
        yield from steps
        others = AllImages(request.number, ways[1], back.translator, anchors[1], home)
        yield from others.steps()
        yield ErrorsMeasured(request.number, translated.errors, others.errors)

    def _fitted(self, request: FitBoth, pairs: Pairs, forth: bool) -> Generator[Reply | None, None, Fitted]:
        """A fit of the requested kind of translator; the last one, if it was the same."""
        known, kind = self._last.get(forth), translator_kind(request.kind)
        if known is None or known.kind != kind.name or not np.array_equal(known.images, pairs.images):
            x, y = self.pair.latents(pairs.images[:, 0], pairs.images[:, 1])
            ends = (x, y) if forth else (y, x)
            told = Fitting(request.number, 0.0 if forth else 0.5, f"fitting a translator {kind.name}")
            found = yield from _telling(told, self._aside.run(lambda: kind.fit(*ends), _PATIENCE))
            self._last[forth] = known = _LastFit(pairs.images, kind.name, found)
        return known.fitted

    def _placer(self, forth: bool, request: FitBoth) -> tuple[Placer | None, str]:
        """The placer of images on a map, if requested; or why that is not possible."""
        if not request.places[forth]:
            return None, ""
        key = forth, request.charts[forth]
        side = self.pair.ways[not forth].there
        try:
            placer = self._placers.pop(key, None) or placer_for(side, request.charts[forth])
        except UserError as error:
            return None, f"Nothing is placed on the map of {side.name}: {error}."
        self._placers[key] = placer
        for before in list(self._placers)[:-_KEPT]:
            del self._placers[before]
        return placer, ""


def _telling(words: Fitting, work: Generator[None, None, Fitted]) -> Generator[Reply | None, None, Fitted]:
    """The results of some work; its first pause is reported as running."""
    told = False
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: Fitted = end.value
            return found
        if not told:
            yield words
        told = True
        yield None


def _until_pause(steps: Steps) -> Steps:
    """The results of steps until others get a turn; they can be continued."""
    for reply in steps:
        if reply is None:
            return
        yield reply


def _missed(way: Way, translator: Translator, here: Indices, there: Indices) -> NDArray[np.float64]:
    """The error at the anchors of a translator that does not know them, as in `Fitted`."""
    apart = translator.to(way.here.mean[here]) - way.there.mean[there]
    missed: NDArray[np.float64] = np.linalg.norm(apart, axis=1).astype(np.float64) / way.there.spread
    return missed
