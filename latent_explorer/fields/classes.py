"""Class regions: which class is the most frequent near a place."""

from latent_explorer.fields.field import Field, Values

_UNIT = "of the 50 nearest"


def _read(values: Values, class_names: tuple[str, ...]) -> str:
    return f"{class_names[round(float(values[0]))]}, {values[1]:.0%} {_UNIT}"


CLASSES = Field(
    name="classes",
    title="Class regions",
    sentence="The most frequent class among the 50 nearest images. Strong colours: they agree. Pale colours: a border.",
    evaluate=lambda at, z: at.near.vote(z),
    unit=_UNIT,
    channels=2,
    colouring="classes",
    needs_data=True,
    needs_labels=True,
    read=_read,
    key="6",
)
