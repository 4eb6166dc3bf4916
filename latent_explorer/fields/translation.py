"""Translation error: where the translator misplaces images of a linked map."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.fields.field import Field, FieldInput, Values
from latent_explorer.fields.given import GivenValues


def _error(at: FieldInput, z: NDArray[np.float32]) -> Values:
    assert isinstance(at.given, GivenValues)
    return at.given.mean(z)


TRANSLATION = Field(
    name="translation",
    title="Translation error",
    sentence="How far the latents of the other map's images, translated, are from those of the same images here: the "
    "mean of the 10 nearest that are not anchors, in units of the spread of all latents. Bright: it translates badly.",
    evaluate=_error,
    unit="of the spread",
    steps=16,
    needs_link=True,
)
