"""Density: how crowded the data are."""

from latent_explorer.fields.field import Field

DENSITY = Field(
    name="density",
    title="Density",
    sentence="How crowded the data are: the share of all images per unit of latent space, from the distance to the "
    "50th nearest, as a power of ten. Bright is crowded.",
    evaluate=lambda at, z: at.near.log_density(z),
    unit="log₁₀ of the share per unit",
    needs_data=True,
    key="5",
)
