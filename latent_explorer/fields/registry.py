"""The available fields by name: ours, and those of other packages."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import EngineError
from latent_explorer.fields.classes import CLASSES
from latent_explorer.fields.consistency import CONSISTENCY
from latent_explorer.fields.density import DENSITY
from latent_explorer.fields.distance import DISTANCE
from latent_explorer.fields.error import ERROR
from latent_explorer.fields.field import Field, FieldInput
from latent_explorer.fields.learned import LEARNED
from latent_explorer.fields.picture import PICTURE
from latent_explorer.fields.spread import SPREAD
from latent_explorer.fields.stretch import STRETCH
from latent_explorer.fields.translation import TRANSLATION
from latent_explorer.fields.typicality import TYPICALITY
from latent_explorer.fields.veil import VEIL
from latent_explorer.plugins import Registry

FIELDS: Registry[Field] = Registry("fields", Field, "title")
register = FIELDS.register

_FIELDS = (
    PICTURE, VEIL, DENSITY, CLASSES, STRETCH, CONSISTENCY, ERROR, SPREAD, DISTANCE, TYPICALITY, TRANSLATION, LEARNED,
)  # fmt: skip
for _field in _FIELDS:
    register(_field)


def layer_fields() -> list[Field]:
    """The fields that are layers, the lowest first."""
    return [field for field in FIELDS.values() if field.colouring]


def field_called(name: str) -> Field:
    """The field of a name. Raises EngineError that lists the names if there is none."""
    if name not in FIELDS:
        raise EngineError(
            f"no field called {name!r}: expected one of {', '.join(FIELDS)}; see `latent-explorer plugins`"
        )
    return FIELDS[name]


def needs_data(name: str) -> bool:
    """Whether the field of that name, if it exists, depends on the data."""
    return name in FIELDS and FIELDS[name].needs_data


def needs_trust(name: str) -> bool:
    """Whether the field of that name, if it exists, judges places."""
    return name in FIELDS and FIELDS[name].needs_trust


def evaluate(name: str, known: FieldInput, z: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values float32 (n, channels) of a field at latents (n, d).

    Raises EngineError if no field has that name, the data or the model lack what it needs, or the number of its values
    is not n times its channels.
    """
    field = field_called(name)
    if known.latents is not None and (
        reason := field.lacks(
            known.latents, encodes=known.encodes, decodes=known.decodes, linked=known.given is not None
        )
    ):
        raise EngineError(f"{reason}, and so no {field.title.lower()}")
    if field.needs_given and known.given is None:
        raise EngineError(f"no {field.title.lower()} yet: {field.needs_given}")
    values = np.asarray(field.evaluate(known, z), np.float32)
    if values.shape not in ((len(z), field.channels), (len(z),)):
        raise EngineError(f"the field {name!r} gave values {values.shape}: expected {(len(z), field.channels)}")
    return values.reshape(len(z), field.channels)
