"""Tiles of values: sampled at nodes from edge to edge, so that neighbouring tiles agree along the edge they share."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.cache import TileCache
from latent_explorer.atlas.fields import FIELDS
from latent_explorer.atlas.geometry import PICTURES, TileKey, spacing, tile_region


def node_points(key: TileKey) -> NDArray[np.float64]:
    """The plane points ((s+1)^2, 2) at which a tile samples its field, row by row from the top left; s its steps."""
    region, nodes = tile_region(key), FIELDS[key.field].steps + 1
    u = np.linspace(region.left, region.right, nodes)
    v = np.linspace(region.top, region.bottom, nodes)
    return np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)


def field_value(
    cache: TileCache, uv: tuple[float, float], levels: Iterable[int], *, field: str, chart: str
) -> NDArray[np.float64] | None:
    """The values (channels,) of a field at a plane point, bilinear between the four nodes around it.

    Taken from the first of `levels` whose tile is there; None where none is.
    """
    for level in levels:
        side = PICTURES * spacing(level)
        column, row = (math.floor(coordinate / side) for coordinate in uv)
        tile = cache.get(TileKey(field, chart, level, column, row))
        if tile is not None:
            return _between_nodes(tile, uv[0] / side - column, 1 - (uv[1] / side - row), FIELDS[field].steps)
    return None


def _between_nodes(tile: NDArray[Any], x: float, y: float, steps: int) -> NDArray[np.float64]:
    nodes = tile.reshape(steps + 1, steps + 1, -1)
    i, j = min(int(x * steps), steps - 1), min(int(y * steps), steps - 1)
    across, down = x * steps - i, y * steps - j
    upper = (1 - across) * nodes[j, i] + across * nodes[j, i + 1]
    lower = (1 - across) * nodes[j + 1, i] + across * nodes[j + 1, i + 1]
    between: NDArray[np.float64] = (1 - down) * upper + down * lower
    return between
