"""The translator that maps a latent to the target of its nearest anchor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.distances import nearest_of
from latent_explorer.alignment.translator import Arrays, Floats, TranslatorKind, checked_arrays

_AXES = {"source": "ks", "target": "kt"}


@dataclass(frozen=True, eq=False)
class NearestTranslator:
    """source: float64 (k, source dimensions), target: float64 (k, target dimensions), of its anchors."""

    source: Floats
    target: Floats

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""
        return {"source": self.source, "target": self.target}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""
        return self.target[nearest_of(z, self.source, 1)[1][:, 0]].astype(np.float32)


def fit_nearest(source: Floats, target: Floats) -> tuple[NearestTranslator, Floats]:
    """Keep the anchors. Distances are those of the source space, unscaled."""
    _, indices = nearest_of(source, source, 2)
    others = np.where(indices[:, 0] == np.arange(len(source)), indices[:, 1], indices[:, 0])
    return NearestTranslator(source, target), target[others] - target


def restore_nearest(arrays: Arrays) -> NearestTranslator:
    """The translator of these arrays. Raises UserError if they do not fit."""
    return NearestTranslator(**checked_arrays("nearest", arrays, _AXES))


NEAREST = TranslatorKind(
    "nearest", "Nearest anchor", "The latent that the nearest anchor has in the other space; jumps between anchors.",
    lambda source, target: 2, fit_nearest, restore_nearest, smooth=False,
)  # fmt: skip
