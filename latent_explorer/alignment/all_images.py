"""All images of one bundle, translated to the other: their places on its map, and the errors."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.pair import Indices, Way
from latent_explorer.alignment.placing import Placer, Places
from latent_explorer.alignment.protocol import Placed
from latent_explorer.alignment.translator import Translator

FIRST = 2000
"""The number of images, spread over all, that are placed first, and between two turns."""

_MESSAGE = 4 * FIRST


class AllImages:
    """All images translated in one direction. placer: of the other's map, if they should be placed.

    anchors: of the images here. number: of the answered request.
    errors: float32 (n,), as in `ErrorsMeasured`, of the images translated so far.
    """

    def __init__(self, number: int, way: Way, translator: Translator, anchors: Indices, placer: Placer | None) -> None:
        self._number, self._way, self._translator, self._placer = number, way, translator, placer
        self._judged = way.counterparts >= 0
        self._judged[anchors] = False
        self.errors = np.full(len(way.here), np.nan, np.float32)

    def steps(self) -> Iterator[Placed | None]:
        """Translate them all; each None gives others a turn. The first ones are placed without a pause."""
        if self._placer is None and not self._judged.any():
            return
        order, count = np.random.default_rng(0).permutation(len(self._way.here)), len(self._way.here)
        uv: list[Places] = []
        begin = 0
        for start, end in pairwise([*range(0, count, FIRST), count]):
            uv.append(self._place(order[start:end], start == 0))
            if start == 0 or end - begin >= _MESSAGE or end == count:
                yield from self._said(order[begin:end], uv, end == count)
                begin, uv = end, []
            if end < count:
                yield None

    def _place(self, images: Indices, first: bool) -> Places:
        """The places of some of them, (m, 2), or (0, 2) without a map."""
        z = self._translator.to(self._way.here.mean[images])
        self._judge(images, z)
        if self._placer is None:
            return np.empty((0, 2), np.float32)
        return self._placer.place_again(z) if first else self._placer.place(z)

    def _judge(self, images: Indices, z: NDArray[np.float32]) -> None:
        judged = np.flatnonzero(self._judged[images])
        apart = z[judged] - self._way.there.mean[self._way.counterparts[images[judged]]]
        self.errors[images[judged]] = np.linalg.norm(apart, axis=1) / self._way.there.spread

    def _said(self, images: Indices, uv: list[Places], last: bool) -> Iterator[Placed]:
        if self._placer is not None:
            yield Placed(self._number, self._way.forth, images, np.concatenate(uv), last)
