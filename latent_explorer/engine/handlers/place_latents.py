"""Place latents: where they are on the map of a chart."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Values, Want
from latent_explorer.service.codec import Numbered


class PlaceLatents(Numbered, frozen=True, tag=True, eq=False):
    """Where are latents z (n, d) on the map of a chart, as its spec is written? Answered with float32 (n, 2)."""

    z: np.ndarray
    chart: str


def _answer(request: PlaceLatents, service: ModelService) -> Iterator[Values | None]:
    chart = yield from service.maps.chart(request.chart)

    def places(z: NDArray[np.float32]) -> NDArray[np.float32]:
        service.decoder.check(z)
        return chart.to_plane(z).astype(np.float32)

    for start, uv in service.in_slices("places", request.z, places):
        yield Values(request.number, start, uv)


PLACE_LATENTS = Handler(PlaceLatents, Values, _answer)


def want_places(key: Hashable, z: NDArray[np.float32], chart: str) -> Want:
    """The places (n, 2) of latents (n, d) on the map of a chart, as its spec is written."""
    return Want(key, PlaceLatents, len(z), lambda number: PlaceLatents(number, z, chart))
