"""GiveValues: sets a field whose values for each image come from the window."""

from collections.abc import Iterator

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class GiveValues(Numbered, frozen=True, tag=True, eq=False):
    """Sets the values of a field. values: float32 (n,), of all images; NaN for images without one."""

    field: str
    values: np.ndarray


class ValuesGiven(Numbered, frozen=True, tag=True, eq=False):
    """Confirms the values: later evaluations use them."""


def _answer(request: GiveValues, service: ModelService) -> Iterator[ValuesGiven]:
    service.give(request.field, request.values)
    yield ValuesGiven(request.number)


GIVE_VALUES = Handler(GiveValues, ValuesGiven, _answer, newest=True)
