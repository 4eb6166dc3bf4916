"""Evaluate: the values of a field at many latents."""

from collections.abc import Hashable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import TileKey
from latent_explorer.charts import Chart
from latent_explorer.engine.protocol import Handler, ModelService, Values, Want
from latent_explorer.fields import evaluate, field_called, needs_data, needs_trust
from latent_explorer.service.codec import Numbered


class Evaluate(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the values of a field, a name in fields.FIELDS, at latents z (n, d). repeatable: as in Decode.

    chart, uv: the chart's spec as text, and the plane points (n, 2), if the latents are places of its map.
    """

    field: str
    z: np.ndarray
    repeatable: bool = False
    chart: str = ""
    uv: np.ndarray | None = None


def _answer(request: Evaluate, service: ModelService) -> Iterator[Values | None]:
    judged = needs_trust(request.field)  # the model is not evaluated at places that are clearly outside
    if judged:
        yield from service.calibrate()
    known, uv = service.field_input(needs_data(request.field), request.repeatable), request.uv
    known = replace(known, given=service.given.get(request.field))
    if uv is not None:
        known = replace(known, expected=(yield from service.maps.learning(request.chart)))

    def values(some: NDArray[np.int64]) -> NDArray[np.float32]:
        z = request.z[some]
        service.decoder.check(z)
        return evaluate(request.field, known if uv is None else replace(known, uv=uv[some]), z)

    everyone = np.arange(len(request.z))
    if request.repeatable:
        slices = service.in_pieces(everyone, values)
    else:
        slices = service.in_slices(request.field, everyone, values, even=not judged)
    for start, found in slices:
        yield Values(request.number, start, found)


EVALUATE = Handler(Evaluate, Values, _answer, lambda request: needs_data(request.field))


def want_values(key: Hashable, field: str, z: NDArray[np.float32], *, repeatable: bool = False) -> Want:
    """The values of a field at latents (n, d). repeatable: for exports."""
    return Want(key, Evaluate, len(z), lambda number: Evaluate(number, field, z, repeatable))


def want_value_tile(key: TileKey, chart: Chart, *, repeatable: bool = False) -> Want:
    """The values of the tile's field at its nodes on a chart. repeatable: for exports."""
    field = field_called(key.field)
    of_map = field.of_map and hasattr(chart, "points")

    def make(number: int) -> Evaluate:
        uv = field.points(key)
        where = (chart.name, uv) if of_map else ()
        return Evaluate(number, key.field, chart.to_latent(uv), repeatable, *where)

    return Want(key, Evaluate, (field.steps + 1) ** 2, make)
