"""The veil: where no data lie near."""

from latent_explorer.fields.field import Field

VEIL = Field(
    name="veil",
    title="Veil",
    sentence="Fades the decoded pictures where no data lie near: there the model has seen nothing and is inventing. "
    "It sets in where the 10th nearest image is farther away than it is for 95 % of the images, and is complete "
    "beyond 99.9 %.",
    evaluate=lambda at, z: at.near.remoteness(z),
    colouring="cover",
    needs_data=True,
    read=lambda values, _: f"{values[0]:.0%} faded" if values[0] >= 0.005 else "clear",
    key="V",
    shown=True,
    opacity=0.8,
)
