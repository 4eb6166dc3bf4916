"""Fields: everything with a value at each point of the plane; for each, its words and how the engine evaluates it."""

from latent_explorer.fields.calibration import Gradual, calibration, held_out_of
from latent_explorer.fields.consistency import returned_by
from latent_explorer.fields.field import Field, FieldInput, number
from latent_explorer.fields.given import GivenValues
from latent_explorer.fields.picture import PICTURE
from latent_explorer.fields.registry import (
    FIELDS,
    evaluate,
    field_called,
    layer_fields,
    needs_data,
    needs_trust,
    register,
)
