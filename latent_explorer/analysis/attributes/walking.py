"""Walks through latent space on which one attribute of the picture changes and the others stay.

The measures' Jacobian by finite differences on decoded pictures, at each of several steps; of all steps that give the
wanted change, the one that images of the same class nearby make the likeliest (their covariance is the metric):
dz = S J' (J S J' + t^2)^-1 b, a Gauss-Newton step of Gaussian inference, so that errors of earlier steps are mended.
Where another class comes near, how much likelier the own one is counts as one more measure that is held.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.learning import AttributeRanges, Decode, Slices, at_once, gathered
from latent_explorer.analysis.attributes.measures import Values

STEPS = 4
"""Steps of a walk, each way."""
_NUDGE = 0.25  # of a dimension's deviation, for finite differences
_TOLERANCE = 0.3  # deviations by which a measure may be missed
_SAFE, _WEIGHT = 6.0, 0.6  # nats by which the own class is to be likelier; deviations that one nat counts as
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
        near = np.stack([self.learned.classes.around(each, int(of)) for each, of in zip(start, own, strict=True)])
        low, high = self.ends(now, own, place)
        if by is not None:
            low, high = (now[:, place] + way * by * self.learned.spread[place] for way in (-1, 1))
        down = yield from self._way(start, now, own, near, place, low)
        up = yield from self._way(start, now, own, near, place, high)
        return np.stack([*down[::-1], start, *up], axis=1).astype(np.float32)

    def _way(
        self, start: Values, now: Values, own: NDArray[np.int64], near: Values, place: int, end: Values
    ) -> Generator[None, None, list[Values]]:
        """The latents (n, d) of each step towards an end (n,)."""
        held = [place, *self.learned.measuring.others(place)]
        z, value, path = start, now, []
        for step in range(1, STEPS + 1):
            wanted = now.copy()
            wanted[:, place] += (end - now[:, place]) * step / STEPS
            slopes = (yield from self.jacobian(z))[:, held]
            missing = ((wanted - value) / self.learned.spread)[:, held]
            z = self._step(start, z, own, near, slopes, missing)
            path.append(z)
            if step < STEPS:
                value = yield from self.measured(z)
        return path

    def _step(
        self, start: Values, z: Values, own: NDArray[np.int64], near: Values, slopes: Values, missing: Values
    ) -> Values:
        """Where to go from latents z (n, d), which came from `start`, to make up what is missing (n, k)."""
        if self.learned.classes.several:
            slope, lacking = self._class_held(z, own)
            slopes = np.concatenate([slopes, slope[:, None]], axis=1)
            missing = np.concatenate([missing, lacking[:, None]], axis=1)
        wanted = missing + np.einsum("nkd,nd->nk", slopes, z - start)
        spread = np.einsum("nkd,nde->nke", slopes, near)
        gram = np.einsum("nke,nle->nkl", spread, slopes) + _TOLERANCE**2 * np.eye(slopes.shape[1])
        return np.asarray(start + np.einsum("nke,nk->ne", spread, np.linalg.solve(gram, wanted[..., None])[..., 0]))

    def _class_held(self, z: Values, own: NDArray[np.int64]) -> tuple[Values, Values]:
        """The slope (n, d) of how much likelier the own class is than the next, and what is lacking; 0 where safe."""
        likelihood, rows = self.learned.classes.likelihood(z), np.arange(len(z))
        mine = likelihood[rows, own]
        likelihood[rows, own] = -np.inf
        other = likelihood.argmax(1)
        lacking = np.maximum(_SAFE - (mine - likelihood[rows, other]), 0)
        slope = self.learned.classes.slope(z, own, other) * (lacking > 0)[:, None]
        return _WEIGHT * slope, _WEIGHT * lacking
