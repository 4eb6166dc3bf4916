"""Decode: the pictures of many latents."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import PICTURES, TileKey, tile_points
from latent_explorer.charts import Chart
from latent_explorer.engine.protocol import Handler, ModelService, Pictures, Want
from latent_explorer.service.codec import Numbered


class Decode(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the pictures of latents z (n, d). repeatable: reproducible to the bit, in about twice the time."""

    z: np.ndarray
    repeatable: bool = False


def _answer(request: Decode, service: ModelService) -> Iterator[Pictures]:
    for start, pictures in service.decoded(request.z, request.repeatable):
        yield Pictures(request.number, start, pictures)


DECODE = Handler(Decode, Pictures, _answer)


def want_pictures(key: Hashable, z: NDArray[np.float32], *, repeatable: bool = False) -> Want:
    """The pictures of latents (n, d). repeatable: for exports."""
    return Want(key, Decode, len(z), lambda number: Decode(number, z, repeatable))


def want_tile(key: TileKey, chart: Chart, *, repeatable: bool = False) -> Want:
    """The pictures of a tile of a chart. repeatable: for exports."""

    def make(number: int) -> Decode:
        return Decode(number, chart.to_latent(tile_points(key)), repeatable)

    return Want(key, Decode, PICTURES**2, make)
