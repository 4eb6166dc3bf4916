"""Walks through latent space on which one attribute of the picture changes and the others stay.

The measures' Jacobian by finite differences on decoded pictures, at each of several steps, and from it the step.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.learning import AttributeRanges, Decode, Slices, at_once, gathered
from latent_explorer.analysis.attributes.measures import Values
from latent_explorer.analysis.attributes.stepping import Stepping

STEPS = 4
"""Steps of a walk, each way."""
_MENDED = 2  # times that each point is stepped to
_NUDGE = 0.5  # of a dimension's deviation, for finite differences: across less, a row of pixels is all ink or none
_LEAST = 0.5  # deviations that each end is away at least


@dataclass(frozen=True, eq=False)
class AttributeWalker:
    """Walks from latents, by what was learnt of the model.

    learned, decode: as in `learning`. slices: how work is cut; yields come between.
    """

    learned: AttributeRanges
    decode: Decode
    slices: Slices = at_once

    def measured(self, z: NDArray[np.floating]) -> Generator[None, None, Values]:
        """The followed measures (n, m) of the pictures at latents (n, d)."""
        work = self.learned.measuring.followed
        return (yield from gathered(self.slices, np.asarray(z, np.float32), lambda piece: work(self.decode(piece))))

    def jacobian(self, z: Values) -> Generator[None, None, Values]:
        """How the measures change with the latents (n, d), in deviations: (n, m, d), by central differences."""
        nudges = np.diag(_NUDGE * self.learned.classes.spread)
        around = np.concatenate([z[:, None] + nudges, z[:, None] - nudges], axis=1)
        found = yield from self.measured(around.reshape(-1, z.shape[1]))
        up, down = np.moveaxis(found.reshape(len(z), 2, z.shape[1], -1), 1, 0)
        per = (up - down) / (2 * np.diag(nudges)[:, None] * self.learned.spread)
        return np.asarray(per.transpose(0, 2, 1))

    def ends(self, now: Values, own: NDArray[np.int64], place: int) -> tuple[Values, Values]:
        """Where walks of the attribute at `place` are to end, low and high (n,), from measures now (n, m).

        Two deviations from the mean of the class, as far as its images go, and half a deviation away at least.
        """
        value, spread = now[:, place], self.learned.spread[place]
        low, high = self.learned.low[own, place], self.learned.high[own, place]
        return np.minimum(low, value - _LEAST * spread), np.maximum(high, value + _LEAST * spread)

    def walk(
        self, z: NDArray[np.floating], place: int, by: float | None = None
    ) -> Generator[None, None, NDArray[np.float32]]:
        """The latents (n, 2 STEPS + 1, d) from one end through latents (n, d) to the other.

        place: of the attribute that changes. by: deviations to go each way; None for the ends that `ends` says.
        """
        start = np.asarray(z, np.float64)
        now = yield from self.measured(start)
        own = self.learned.classes.nearest(start)
        low, high = self.ends(now, own, place)
        if by is not None:
            low, high = (now[:, place] + way * by * self.learned.spread[place] for way in (-1, 1))
        held = [place, *self.learned.measuring.others(place)]
        stepping = Stepping.of(self.learned, start, own, held)
        down = yield from self._way(stepping, now, low)
        up = yield from self._way(stepping, now, high)
        return np.stack([*down[::-1], start, *up], axis=1).astype(np.float32)

    def _way(self, stepping: Stepping, now: Values, end: Values) -> Generator[None, None, list[Values]]:
        """The latents (n, d) of each step towards an end (n,) of the first measure that is held, from measures now."""
        z, value, path = stepping.start, now, []
        place = stepping.held[0]
        for step in range(1, STEPS + 1):
            wanted = now.copy()
            wanted[:, place] += (end - now[:, place]) * step / STEPS
            for _ in range(_MENDED):
                z, value = yield from self._nearer(stepping, z, value, wanted)
            path.append(z)
        return path

    def _nearer(
        self, stepping: Stepping, z: Values, value: Values, wanted: Values
    ) -> Generator[None, None, tuple[Values, Values]]:
        """Latents (n, d), and measures of them, nearer to what is wanted (n, m) than latents z with their values."""
        slopes = yield from self.jacobian(z)
        tried = stepping.shares(z, slopes, wanted - value)
        found = yield from self.measured(tried.reshape(-1, z.shape[1]))
        values = found.reshape(*tried.shape[:2], -1)
        best = np.arange(len(z)), stepping.misses(tried, wanted[:, None] - values).argmin(1)
        return tried[best], values[best]
