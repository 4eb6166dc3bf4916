"""Latents rounded to whole steps: the same step in every dimension, so that wide ones get more of the bits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

BITS = tuple(range(1, 9))
"""Bits a dimension that can be asked for, and of the points of the curve. One and two show how a picture breaks."""
_SPAN = 8.0  # standard deviations: what 2^bits steps reach over, in a dimension of mean spread
_FARTHEST = 2**30  # steps from 0: beyond, int32 and float32 no longer tell them apart

Symbols = NDArray[np.int32]


@dataclass(frozen=True)
class Quantiser:
    """Rounds latents to multiples of `step` > 0.

    For squared errors and many bits one step for all dimensions is what reverse water-filling gives (Gersho and Gray
    1992): a dimension narrower than the step is left out at no cost.
    """

    step: float

    @classmethod
    def of(cls, train: NDArray[np.floating], bits: int) -> "Quantiser":
        """One with 2^bits steps over eight standard deviations: the root of the mean variance of training latents.

        train: (n, d), n >= 1. Raises UserError where bits are not in 1..8, or the latents do not differ.
        """
        if bits not in BITS:
            raise UserError(f"bits: expected a whole number from {BITS[0]} to {BITS[-1]}, found {bits}")
        spread = float(np.sqrt(train.astype(np.float64).var(0).mean()))
        if not (np.isfinite(spread) and spread > 0):
            raise UserError("these latents are all the same, or not finite: there is nothing to choose a step from")
        return cls(float(np.float32(_SPAN * spread / 2**bits)))

    def symbols(self, z: NDArray[np.floating]) -> Symbols:
        """The nearest whole numbers of steps, int32 (n, d). Raises UserError where a latent is too far out for them."""
        steps = np.round(z.astype(np.float64) / self.step)
        if not (np.isfinite(steps).all() and (np.abs(steps) < _FARTHEST).all()):
            raise UserError("a latent is not finite, or too far from the others to be compressed with them")
        return steps.astype(np.int32)

    def latents(self, symbols: Symbols) -> NDArray[np.float32]:
        """The latents float32 (n, d) that symbols stand for."""
        return (symbols.astype(np.float64) * self.step).astype(np.float32)
