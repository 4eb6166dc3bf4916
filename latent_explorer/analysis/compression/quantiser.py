"""Rounds latents to multiples of a step, the same in every dimension, so that wide dimensions get more bits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

BITS = tuple(range(1, 9))
"""The bits per dimension to choose from, and for the points of the curve. At one and two, pictures break down."""
_SPAN = 8.0  # standard deviations covered by 2^bits steps, in a dimension of mean spread
_FARTHEST = 2**30  # steps from 0; beyond, int32 and float32 cannot distinguish them

Symbols = NDArray[np.int32]


@dataclass(frozen=True)
class Quantiser:
    """Rounds latents to multiples of `step` > 0.

    For squared errors and many bits, reverse water-filling gives one step for all dimensions (Gersho and Gray 1992): a
    dimension narrower than the step costs nothing.
    """

    step: float

    @classmethod
    def of(cls, train: NDArray[np.floating], bits: int) -> "Quantiser":
        """A quantiser with 2^bits steps over eight root-mean-square standard deviations of training latents.

        train: (n, d), n >= 1. Raises UserError if bits are not in 1..8, or all latents are the same.
        """
        if bits not in BITS:
            raise UserError(f"bits: expected a whole number from {BITS[0]} to {BITS[-1]}, found {bits}")
        spread = float(np.sqrt(train.astype(np.float64).var(0).mean()))
        if not (np.isfinite(spread) and spread > 0):
            raise UserError("these latents are all the same, or not finite: there is nothing to choose a step from")
        return cls(float(np.float32(_SPAN * spread / 2**bits)))

    def symbols(self, z: NDArray[np.floating]) -> Symbols:
        """The nearest multiples of the step, int32 (n, d). Raises UserError if a latent is too far out."""
        steps = np.round(z.astype(np.float64) / self.step)
        if not (np.isfinite(steps).all() and (np.abs(steps) < _FARTHEST).all()):
            raise UserError("a latent is not finite, or too far from the others to be compressed with them")
        return steps.astype(np.int32)

    def latents(self, symbols: Symbols) -> NDArray[np.float32]:
        """The latents float32 (n, d) of symbols."""
        return (symbols.astype(np.float64) * self.step).astype(np.float32)
