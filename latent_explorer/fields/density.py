"""Density: how dense the data are."""

from latent_explorer.fields.field import Field

DENSITY = Field(
    name="density",
    title="Density",
    sentence="How dense the data are: the share of the images per unit of latent space, as a power of ten, estimated "
    "from the distance to the 50th nearest. Bright is dense.",
    evaluate=lambda at, z: at.near.log_density(z),
    unit="log₁₀ of the share per unit",
    needs_data=True,
    key="5",
)
