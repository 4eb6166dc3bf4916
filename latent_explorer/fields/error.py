"""Error: how badly images are reconstructed."""

from latent_explorer.fields.field import Field

ERROR = Field(
    name="error",
    title="Error",
    sentence="How badly the model reconstructs the images near here: the mean squared error of the 10 nearest, the "
    "nearer counting more. Bright: their pictures lose much.",
    evaluate=lambda at, z: at.near.interpolated(at.data.error, z),
    unit="mean squared error",
    needs_data=True,
    needs_encoder=True,
    key="9",
)
