"""The veil: where the model cannot be trusted."""

from latent_explorer.fields.consistency import returned_by
from latent_explorer.fields.field import Field

VEIL = Field(
    name="veil",
    title="Veil",
    sentence="Fades the pictures where the model invents: no image is near, the place is closer to the middle of the "
    "data than any image, or the encoder does not bring the picture back. It begins beyond 95 % of the test images "
    "and is complete beyond 99.9 %.",
    evaluate=lambda at, z: at.judge.cover(z, at.near.reach, returned_by(at)),
    colouring="cover",
    steps=16,
    needs_data=True,
    needs_trust=True,
    needs_decoder=True,
    read=lambda values, _: f"{values[0]:.0%} faded" if values[0] >= 0.005 else "clear",
    key="V",
    shown=True,
    opacity=0.8,
)
