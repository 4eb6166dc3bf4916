"""Error: how badly images are reconstructed."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.fields.field import Field, FieldInput, Values


def _error(at: FieldInput, z: NDArray[np.float32]) -> Values:
    assert at.data.error is not None
    return at.near.interpolated(at.data.error, z)


ERROR = Field(
    name="error",
    title="Error",
    sentence="How badly the model reconstructs the images near here: the mean squared error of the 10 nearest, "
    "weighted by distance. Bright is bad.",
    evaluate=_error,
    unit="mean squared error",
    needs_data=True,
    needs_errors=True,
    key="9",
)
