"""Consistency: whether the encoder takes a decoded picture back to where it was decoded."""

from typing import Any

from latent_explorer.fields.field import Field


def inconsistency(model: Any, z: Any) -> Any:
    """‖E(D(z)) − z‖, a tensor (n,): how far from latents (n, d) the encoder's mean puts their pictures."""
    return (model.encode(model.decode(z)).mean - z).norm(dim=1)


CONSISTENCY = Field(
    name="consistency",
    title="Consistency",
    sentence="How far one lands from here when the decoded picture is encoded again, ‖E(D(z)) − z‖. Dark: the model "
    "agrees with itself. Bright: its encoder takes the picture for another place's.",
    evaluate=lambda at, z: at.measure(inconsistency, z),
    unit="latent units",
    steps=8,
    logarithmic=True,
    needs_encoder=True,
    key="8",
)
