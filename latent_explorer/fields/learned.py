"""Learned classes: the classes learned from a few labels, at each place of the plane."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.fields.field import Field, FieldInput, Values
from latent_explorer.fields.shares import LearnedShares

_UNIT = "of what the nearest were taken for"


def _evaluate(at: FieldInput, z: NDArray[np.float32]) -> Values:
    assert isinstance(at.given, LearnedShares)
    return at.given.vote(z)


def _read(values: Values, class_names: tuple[str, ...]) -> str:
    label = round(float(values[0]))
    return f"{class_names[label] if label < len(class_names) else label}, {values[1]:.0%}"


LEARNED = Field(
    name="learned",
    title="Learned classes",
    sentence="The class learned from the images labelled in Few labels: the mean prediction for the 10 nearest images. "
    "Strong colours: certain. Pale colours: uncertain.",
    evaluate=_evaluate,
    unit=_UNIT,
    channels=2,
    colouring="classes",
    needs_data=True,
    needs_given="label some images first: Analysis ▸ Few labels",
    read=_read,
)
