"""Latents standardised as in the papers before a fit: each dimension minus its mean, divided by its deviation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.translator import Floats

_CONSTANT = 1e-9  # of the widest deviation: what varies less is constant, and divided by 1


@dataclass(frozen=True, eq=False)
class Standard:
    """mean, scale: float64 (d,); no scale is 0."""

    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, values: Floats) -> "Standard":
        """The standardisation of latents (n, d)."""
        return cls(values.mean(0), safe_scale(values.std(0)))

    def of_raw(self, values: NDArray[np.floating]) -> Floats:
        """Latents (n, d) standardised."""
        standardised: Floats = (values - self.mean) / self.scale
        return standardised


def safe_scale(deviations: Floats) -> Floats:
    """Deviations (..., d) as divisors: 1 if a dimension is constant."""
    widest = deviations.max(-1, keepdims=True)
    return np.where(deviations > _CONSTANT * np.maximum(widest, 1e-300), deviations, 1.0)
