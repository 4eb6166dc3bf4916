"""Consistency: whether the encoder maps a decoded picture back to its latent."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.fields.field import Field, FieldInput


def returned(model: Any, z: Any) -> Any:
    """Where the encoder alone puts the pictures decoded at latents (n, d), a tensor (n, d).

    Refined latents say little about that: the refinement uses the decoder whose pictures are being judged.
    """
    return model.encode_unrefined(model.decode(z)).mean


def returned_by(at: FieldInput) -> Callable[[NDArray[np.float32]], NDArray[np.float32]] | None:
    """The same for latents float32 (n, d), in the form that trust needs; None if the model does not do both."""
    return (lambda z: at.measure(returned, z)) if at.encodes and at.decodes else None


def inconsistency(model: Any, z: Any) -> Any:
    """‖E(D(z)) − z‖, a tensor (n,): the distance from latents (n, d) to the encoder's mean of their pictures."""
    return (returned(model, z) - z).norm(dim=1)


CONSISTENCY = Field(
    name="consistency",
    title="Consistency",
    sentence="How far the encoder, without refinement, puts the decoded picture from this place: ‖E(D(z)) − z‖. Dark: "
    "it comes back. Bright: it lands elsewhere.",
    evaluate=lambda at, z: at.measure(inconsistency, z),
    unit="latent units",
    steps=16,
    logarithmic=True,
    needs_encoder=True,
    needs_decoder=True,
    key="8",
)
