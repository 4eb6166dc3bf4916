"""MeasureMap: how well the map of a chart keeps the neighbourhoods of latent space."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class MeasureMap(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the figures of the map of a chart, by its spec as text."""

    chart: str


class MapMeasured(Numbered, frozen=True, tag=True, eq=False):
    """The figures of the whole map, as in `analysis.WholeMap`. chart: as in the request."""

    chart: str
    trustworthiness: float
    continuity: float
    queries: int
    neighbours: int


def _answer(request: MeasureMap, service: ModelService) -> Iterator[MapMeasured | None]:
    seen = yield from service.maps.steps(request.chart)
    for found in seen.projection.whole():
        if found is None:
            yield None
        else:
            figures = found.trustworthiness, found.continuity, found.queries, found.neighbours
            yield MapMeasured(request.number, request.chart, *figures)


MEASURE_MAP = Handler(MeasureMap, MapMeasured, _answer, needs_data=lambda _: True, newest=True)
