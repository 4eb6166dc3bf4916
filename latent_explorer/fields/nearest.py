"""The nearest images of a place, by their numbers: asked for where a selection grows, and no layer."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import EngineError
from latent_explorer.fields.field import Field, FieldInput, Values

NEAR = 11
"""How many there are of each place; of an image, the first is itself."""

_EXACT = 2**24  # integers below are float32 numbers


def _nearest(at: FieldInput, z: NDArray[np.float32]) -> Values:
    indices = at.near.nearest_images(z, NEAR)
    if indices.max(initial=0) >= _EXACT:
        raise EngineError(f"the nearest images are told only of the first {_EXACT:,} images")
    return indices.astype(np.float32)


NEAREST = Field(
    name="nearest",
    title="Nearest images",
    sentence="The numbers of the images nearest to a place in latent space, the nearest first.",
    evaluate=_nearest,
    channels=NEAR,
    colouring=None,
    needs_data=True,
)
