"""Distance: how far away the data are."""

from latent_explorer.fields.field import Field

DISTANCE = Field(
    name="distance",
    title="Distance",
    sentence="How far the data are: the distance to the 10th nearest image in latent space. Bright is far.",
    evaluate=lambda at, z: at.near.reach(z),
    unit="latent units",
    logarithmic=True,
    needs_data=True,
)
