"""Latents of a space as a cloud of points: checked, sampled, centred and scaled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.translator import Floats
from latent_explorer.errors import UserError

Indices = NDArray[np.int64]
LEAST = 50
"""The minimum number of points for a neighbour search."""


@dataclass(frozen=True, eq=False)
class Cloud:
    """Latents (n, d), minus their mean, divided by the root mean square of their length. mean: (d,)."""

    points: Floats
    mean: Floats
    scale: float

    @classmethod
    def of(cls, z: NDArray[np.floating], name: str) -> "Cloud":
        """The cloud of latents (n, d); name: source or target, for errors.

        Raises UserError if there are fewer than `LEAST`, one is not finite, or all are equal.
        """
        z = np.asarray(z, np.float64)
        if z.ndim != 2 or len(z) < LEAST or z.shape[1] < 1:
            raise UserError(
                f"{name}: expected at least {LEAST} latents (n, d) to compare by neighbours, found {z.shape}"
            )
        wrong = ~np.isfinite(z).all(1)
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise UserError(
                f"{name}: {int(wrong.sum())} of {len(z)} latents are not finite, the first is {first}; leave them out"
            )
        mean = z.mean(0)
        centred = z - mean
        scale = float(np.sqrt(np.square(centred).sum(1).mean()))
        if scale <= 1e-9 * max(1.0, float(np.abs(mean).max())):
            raise UserError(f"{name}: all {len(z)} latents are alike, so that none has neighbours; take other images")
        return cls(centred / scale, mean, scale)

    def __len__(self) -> int:
        return len(self.points)


def sampled(count: int, most: int, rng: np.random.Generator, keep: Indices | None = None) -> Indices:
    """At most `most` of the indices below `count`, ascending, including those to keep."""
    if count <= most:
        return np.arange(count)
    kept = np.unique(keep) if keep is not None else np.zeros(0, np.int64)
    others = np.setdiff1d(np.arange(count), kept)
    return np.sort(np.concatenate([kept, rng.choice(others, max(0, most - len(kept)), replace=False)]))
