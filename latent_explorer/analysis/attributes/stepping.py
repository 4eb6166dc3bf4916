"""The step of a walk: the likeliest that gives what is wanted, as far as it does.

Of all steps that give the wanted change, the one that images of the same class nearby make the likeliest (their
covariance is the metric): dz = S J' (J S J' + t^2)^-1 b, a Gauss-Newton step of Gaussian inference, so that errors of
earlier steps are mended. Where another class comes near, how much likelier the own one is counts as one more measure
that is held. Pictures do not change in proportion to the step: of several shares of it the best is taken.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.learning import AttributeRanges
from latent_explorer.analysis.attributes.measures import Values

_SAFE, _WEIGHT = 6.0, 0.6  # nats by which the own class is to be likelier; deviations that one nat counts as
_SHARES = np.array([1, 0.6, 0.3, 0.1])  # of a step, that are tried


@dataclass(frozen=True, eq=False)
class Stepping:
    """Steps of walks from latents start (n, d) on which some measures are held, and how good each is.

    learned: as in `learning`. own: the places of their classes (n,). near, precision: the covariances (n, d, d) of the
    images nearby, and their inverses. held: the places of the k measures that are to have a value.
    """

    learned: AttributeRanges
    start: Values
    own: NDArray[np.int64]
    near: Values
    precision: Values
    held: list[int]

    @classmethod
    def of(cls, learned: AttributeRanges, start: Values, own: NDArray[np.int64], held: list[int]) -> "Stepping":
        """Those of walks from latents (n, d) of classes own (n,)."""
        near = np.stack([learned.classes.around(each, int(of)) for each, of in zip(start, own, strict=True)])
        return cls(learned, start, own, near, np.asarray(np.linalg.inv(near), np.float64), held)

    def shares(self, z: Values, slopes: Values, missing: Values) -> Values:
        """Latents (n, shares, d) on the way from z (n, d) to where what is missing (n, m) is made up, by slopes."""
        slopes, lacking = slopes[:, self.held], self._lacking(missing)
        if self.learned.classes.several:
            slope, unsafe = self._class_held(z)
            slopes = np.concatenate([slopes, slope[:, None]], axis=1)
            lacking = np.concatenate([lacking, unsafe[:, None]], axis=1)
        wanted = lacking + np.einsum("nkd,nd->nk", slopes, z - self.start)
        spread = np.einsum("nkd,nde->nke", slopes, self.near)
        gram = np.einsum("nke,nle->nkl", spread, slopes) + self.learned.measuring.tolerance**2 * np.eye(slopes.shape[1])
        goal = self.start + np.einsum("nke,nk->ne", spread, np.linalg.solve(gram, wanted[..., None])[..., 0])
        return np.asarray(z[:, None] + _SHARES[:, None] * (goal - z)[:, None])

    def misses(self, z: Values, missing: Values) -> Values:
        """How far latents z (n, k, d), where so much is missing (n, k, m), are from what is likely and wanted: (n, k).

        Of what a step makes least, if all were linear: twice the negative logarithm of the posterior density.
        """
        apart = z - self.start[:, None]
        unlikely = np.einsum("nkd,nde,nke->nk", apart, self.precision, apart)
        missed = np.square(self._lacking(missing)).sum(2)
        if self.learned.classes.several:
            unsafe = [self._unsafe(each)[0] for each in np.moveaxis(z, 1, 0)]
            missed += np.square(_WEIGHT * np.stack(unsafe, axis=1))
        return np.asarray(missed / self.learned.measuring.tolerance**2 + unlikely)

    def _lacking(self, missing: Values) -> Values:
        return np.asarray((missing / self.learned.spread)[..., self.held])

    def _class_held(self, z: Values) -> tuple[Values, Values]:
        """The slope (n, d) of how much likelier the own class is than the next, and what is lacking; 0 where safe."""
        lacking, other = self._unsafe(z)
        slope = self.learned.classes.slope(z, self.own, other) * (lacking > 0)[:, None]
        return _WEIGHT * slope, _WEIGHT * lacking

    def _unsafe(self, z: Values) -> tuple[Values, NDArray[np.int64]]:
        """The nats (n,) by which the own class ought to be likelier than the next at latents (n, d); and the next."""
        likelihood, rows = self.learned.classes.likelihood(z), np.arange(len(z))
        mine = likelihood[rows, self.own]
        likelihood[rows, self.own] = -np.inf
        other = likelihood.argmax(1)
        return np.maximum(_SAFE - (mine - likelihood[rows, other]), 0), other
