"""Translators both ways between a pair, and what they do to all its images."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import numpy as np

from latent_explorer.alignment.all_images import AllImages
from latent_explorer.alignment.pair import Indices, Pair
from latent_explorer.alignment.placing import Placer, placer_for
from latent_explorer.alignment.protocol import BothFitted, ErrorsMeasured, FitBoth, Reply
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Fitted
from latent_explorer.errors import UserError

_KEPT = 4  # maps that are kept ready

Steps = Iterator[Reply | None]


@dataclass(frozen=True, eq=False)
class _Pairs:
    """What translators are fitted on: images of the two bundles, one for one, the anchors first.

    grown: those that are none, int64 (m, 2). note: on them.
    """

    source: Indices
    target: Indices
    grown: Indices = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    note: str = ""


class Fitter:
    """Answers what is asked of a pair, and keeps what the next question is likely to need again."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._placers: dict[tuple[bool, str], Placer] = {}

    def fit(self, request: FitBoth) -> Steps:
        """All replies to a request. Raises UserError where it cannot be served."""
        began, kind = time.perf_counter(), translator_kind(request.kind)
        self.pair.check(request.source, request.target)
        (there, lacking), (home, also_lacking) = self._placer(True, request), self._placer(False, request)
        pairs = yield from self._pairs(request)
        x, y = self.pair.latents(pairs.source, pairs.target)
        forth = kind.fit(x, y)
        translated = AllImages(request.number, self.pair.ways[0], forth.translator, request.source, there)
        steps = translated.steps()
        yield from _until_pause(steps)  # a map waits for the first of them
        back = kind.fit(y, x)
        seconds, note = time.perf_counter() - began, " ".join(filter(None, (pairs.note, lacking, also_lacking)))
        yield _fitted(request, forth, back, pairs, seconds, note)
        yield None
        yield from steps
        others = AllImages(request.number, self.pair.ways[1], back.translator, request.target, home)
        yield from others.steps()
        yield ErrorsMeasured(request.number, translated.errors, others.errors)

    def _pairs(self, request: FitBoth) -> Generator[Reply | None, None, _Pairs]:
        if request.growth:
            raise UserError(f"pairs cannot be found {request.growth} yet; choose anchors")
        return _Pairs(request.source, request.target)
        yield None

    def _placer(self, forth: bool, request: FitBoth) -> tuple[Placer | None, str]:
        """What puts images on a map, if that is asked for; or why it cannot be done."""
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


def _until_pause(steps: Steps) -> Steps:
    """What comes of steps until something else may go first; they can be gone on with."""
    for reply in steps:
        if reply is None:
            return
        yield reply


def _fitted(request: FitBoth, forth: Fitted, back: Fitted, pairs: _Pairs, seconds: float, note: str) -> BothFitted:
    count = len(request.source)
    return BothFitted(
        request.number,
        request.kind,
        dict(forth.translator.arrays),
        dict(back.translator.arrays),
        np.stack([forth.leave_one_out[:count], back.leave_one_out[:count]]),
        pairs.grown,
        seconds,
        note,
    )
