"""Evaluate: the values of a field at many latents."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import TileKey
from latent_explorer.charts import Chart
from latent_explorer.engine.protocol import Handler, ModelService, Values, Want
from latent_explorer.fields import evaluate, field_called, needs_data, needs_trust
from latent_explorer.service.codec import Numbered


class Evaluate(Numbered, frozen=True, tag=True, eq=False):
    """Values of a field, a name of fields.FIELDS, at latents z (n, d). repeatable: as of Decode."""

    field: str
    z: np.ndarray
    repeatable: bool = False


def _answer(request: Evaluate, service: ModelService) -> Iterator[Values | None]:
    judged = needs_trust(request.field)  # of a place that is plainly outside the model is not asked
    if judged:
        yield from service.calibrate()
    known = service.field_input(needs_data(request.field), request.repeatable)

    def values(z: NDArray[np.float32]) -> NDArray[np.float32]:
        service.decoder.check(z)
        return evaluate(request.field, known, z)

    if request.repeatable:
        slices = service.in_pieces(request.z, values)
    else:
        slices = service.in_slices(request.field, request.z, values, even=not judged)
    for start, found in slices:
        yield Values(request.number, start, found)


EVALUATE = Handler(Evaluate, Values, _answer, lambda request: needs_data(request.field))


def want_values(key: Hashable, field: str, z: NDArray[np.float32], *, repeatable: bool = False) -> Want:
    """The values of a field at latents (n, d); repeatable, for what is exported."""
    return Want(key, Evaluate, len(z), lambda number: Evaluate(number, field, z, repeatable))


def want_value_tile(key: TileKey, chart: Chart, *, repeatable: bool = False) -> Want:
    """The values of the tile's field at its nodes, seen through a chart; repeatable, for what is exported."""
    field = field_called(key.field)

    def make(number: int) -> Evaluate:
        return Evaluate(number, key.field, chart.to_latent(field.points(key)), repeatable)

    return Want(key, Evaluate, (field.steps + 1) ** 2, make)
