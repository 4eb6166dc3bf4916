"""Spread: how wide the encoder's clouds are for the images near a place."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents
from latent_explorer.fields.field import Field


@lru_cache(maxsize=1)  # of the bundle that is open: a field is asked for in many slices
def spreads(latents: Latents) -> NDArray[np.float32]:
    """The standard deviation of each image's posterior (n,), the geometric mean over the latent dimensions.

    That is the side of a cube with the cloud's volume; a dimension that the model does not use counts as 1.
    """
    assert latents.log_variance is not None
    sides: NDArray[np.float32] = np.exp(latents.log_variance.mean(1) / 2)
    return sides


SPREAD = Field(
    name="spread",
    title="Spread",
    sentence="How uncertain the encoder is about the images near here: the standard deviation of the clouds of the 10 "
    "nearest, averaged over the dimensions and weighted by distance. Dark: certain. Bright: uncertain.",
    evaluate=lambda at, z: at.near.interpolated(spreads(at.data), z),
    unit="latent units",
    logarithmic=True,
    needs_data=True,
    needs_variance=True,
)
