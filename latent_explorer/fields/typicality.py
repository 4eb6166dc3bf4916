"""Typicality: whether a place is as far from the middle of the data as images are."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents
from latent_explorer.fields.field import Field, FieldInput, Values

if TYPE_CHECKING:
    from latent_explorer.analysis.trust import RadiusTails, Spread


@lru_cache(maxsize=1)  # of the bundle that is open: a field is asked for in many slices
def _shell(latents: Latents) -> "tuple[Spread, RadiusTails]":
    """The spread of the data, and the distance of images from its middle."""
    from latent_explorer.analysis.trust import RadiusTails, Spread

    spread = Spread(latents.mean, latents.log_variance)
    return spread, RadiusTails(spread.radius(latents.mean))


def _surprise(at: FieldInput, z: NDArray[np.float32]) -> Values:
    spread, tails = _shell(at.data)
    return tails.surprise(spread.radius(z))


TYPICALITY = Field(
    name="typicality",
    title="Atypical radius",
    sentence="How unusual the distance from the middle of the data is here, on either side: in many dimensions images "
    "lie in a shell, and hardly any near the middle. In nats, −log of the share of images that are as unusual. "
    "Dark: typical.",
    evaluate=_surprise,
    unit="nats",
    needs_data=True,
)
