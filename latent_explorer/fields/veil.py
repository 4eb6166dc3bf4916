"""The veil: where the model cannot be trusted."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.fields.consistency import returned_by
from latent_explorer.fields.field import Field, FieldInput, Values, number


def _veil(at: FieldInput, z: NDArray[np.float32]) -> Values:
    """Its opacity, 0 to 1, and the part due to the map: the expected error, 0 if that is not the reason."""
    if at.expected is None or at.uv is None:
        return np.stack([at.judge.cover(z, at.near.reach, returned_by(at)), np.zeros(len(z))], axis=1)
    error = at.expected.error(at.measure, at.uv, z)
    return np.stack([at.expected.cover(at.uv, error), error], axis=1)


def _read(values: Values, _: tuple[str, ...]) -> str:
    faded = f"{values[0]:.0%} faded" if values[0] >= 0.005 else "clear"
    return f"{faded}, expected error {number(float(values[1]))}" if values[1:].any() else faded


VEIL = Field(
    name="veil",
    title="Veil",
    sentence="Fades the pictures where the model invents: no image is near, the place is closer to the middle of the "
    "data than any image, or the encoder does not bring the picture back. It begins beyond 95 % of the test images "
    "and is complete beyond 99.9 %. On t-SNE and its like: where pictures are expected to be far from the images that "
    "belong there. It begins where half of the differences between images are lost, and is complete where all are.",
    evaluate=_veil,
    channels=2,
    colouring="cover",
    steps=16,
    needs_data=True,
    needs_trust=True,
    needs_decoder=True,
    of_map=True,
    read=_read,
    key="V",
    shown=True,
    opacity=0.8,
)
