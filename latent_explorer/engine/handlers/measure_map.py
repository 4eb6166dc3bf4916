"""Measure a map: how far the neighbourhoods that a chart shows are those of latent space."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class MeasureMap(Numbered, frozen=True, tag=True, eq=False):
    """How far can the map of a chart, as its spec is written, be trusted?"""

    chart: str


class MapMeasured(Numbered, frozen=True, tag=True, eq=False):
    """Of the whole map, as in `analysis.WholeMap`. chart: of which."""

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
