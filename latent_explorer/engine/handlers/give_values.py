"""Give values: a value of each image, for a field that speaks of what the engine does not know."""

from collections.abc import Iterator

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class GiveValues(Numbered, frozen=True, tag=True, eq=False):
    """From now on a field is that of these values. values: float32 (n,), of all images; nan where one has none."""

    field: str
    values: np.ndarray


class ValuesGiven(Numbered, frozen=True, tag=True, eq=False):
    """They are there: what is evaluated next is evaluated with them."""


def _answer(request: GiveValues, service: ModelService) -> Iterator[ValuesGiven]:
    service.give(request.field, request.values)
    yield ValuesGiven(request.number)


GIVE_VALUES = Handler(GiveValues, ValuesGiven, _answer, newest=True)
