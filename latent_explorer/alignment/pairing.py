"""The pairs for translators: anchors, pairs grown from them, or pairs found without any."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from latent_explorer.alignment.blind import Blind, find_pairs
from latent_explorer.alignment.bootstrap import Grown, grow
from latent_explorer.alignment.pair import Indices, Pair
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.protocol import FitBoth, Fitting, Reply
from latent_explorer.errors import UserError

MOST = 2000
"""The maximum number of found pairs in a fit: with twice as many, some translators take eight times as long."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Images of source and target, int64 (p, 2). anchors: how many of the first are anchors. note: on the others."""

    images: Indices
    anchors: int
    note: str = ""

    @property
    def grown(self) -> Indices:
        """The pairs that are not anchors."""
        return self.images[self.anchors :]


class Pairing:
    """Finds pairs between the images of two bundles, and caches those that took long."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._key: tuple[str, bytes] | None = None
        self._kept: Pairs | None = None

    def pairs(self, request: FitBoth) -> Generator[Reply | None, None, Pairs]:
        """The pairs for a request, and the progress; each None gives others a turn.

        Raises UserError if none can be found.
        """
        anchors = np.stack([request.source, request.target], axis=1)
        if not request.growth:
            return Pairs(anchors, len(anchors))
        key = request.growth, b"" if request.growth == "blind" else anchors.tobytes()
        if self._kept is None or self._key != key:
            self._kept = yield from self._found(request, anchors)
            self._key = key
        return self._kept

    def _found(self, request: FitBoth, anchors: Indices) -> Generator[Reply | None, None, Pairs]:
        means = self._pair.source.mean, self._pair.target.mean
        yield from (Fitting(request.number, 0.0, "finding pairs"), None)
        if request.growth == "blind":
            return _without_anchors((yield from _told(request, find_pairs(*means))))
        return _from_anchors((yield from _told(request, grow(*means, anchors))), len(anchors))


def _told(request: FitBoth, finding: Generator[FitProgress, None, Any]) -> Generator[Reply | None, None, Any]:
    """The result of finding pairs, with progress."""
    while True:
        try:
            progress = next(finding)
        except StopIteration as end:
            return end.value
        yield from (Fitting(request.number, progress.share, progress.words), None)


def _from_anchors(grown: Grown, anchors: int) -> Pairs:
    found = len(grown.pairs) - anchors
    note = f"{anchors} anchors have grown by {found:,} pairs, mutual share {grown.share:.2f}."
    return Pairs(_fewer(grown.pairs, anchors), anchors, note)


def _without_anchors(blind: Blind) -> Pairs:
    note = f"{blind.note[:1].upper()}{blind.note[1:]}."
    if not len(blind.grown.pairs):
        raise UserError(note)
    return Pairs(_fewer(blind.grown.pairs, 0), 0, note)


def _fewer(images: Indices, anchors: int) -> Indices:
    """At most the maximum number for a fit, including all anchors."""
    some = np.random.default_rng(0).permutation(np.arange(anchors, len(images)))[: max(0, MOST - anchors)]
    return np.concatenate([images[:anchors], images[np.sort(some)]])
