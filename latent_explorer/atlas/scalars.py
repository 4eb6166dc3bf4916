"""Tiles of values: sampled at nodes from edge to edge, so that neighbouring tiles agree along the edge they share."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.cache import TileCache
from latent_explorer.atlas.geometry import PICTURES, TileKey, spacing, tile_region


def node_points(key: TileKey, steps: int) -> NDArray[np.float64]:
    """The plane points ((steps+1)^2, 2) at which a tile samples its field, row by row from the top left."""
    region, nodes = tile_region(key), steps + 1
    u = np.linspace(region.left, region.right, nodes)
    v = np.linspace(region.top, region.bottom, nodes)
    return np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)


def field_value(
    cache: TileCache,
    uv: tuple[float, float],
    levels: Iterable[int],
    *,
    field: str,
    chart: str,
    steps: int,
    categorical: bool = False,
) -> NDArray[np.float64] | None:
    """The values (channels,) of a field at a plane point, bilinear between the four nodes around it.

    steps: samples along the side of its tiles. categorical: it has the values of the nearest node instead.
    Taken from the first of `levels` whose tile is there; None where none is.
    """
    for level in levels:
        side = PICTURES * spacing(level)
        column, row = (math.floor(coordinate / side) for coordinate in uv)
        tile = cache.current(TileKey(field, chart, level, column, row))
        if tile is not None:
            read = _at_node if categorical else _between_nodes
            nodes = tile.reshape(steps + 1, steps + 1, -1)
            return read(nodes, (uv[0] / side - column) * steps, (1 - (uv[1] / side - row)) * steps)
    return None


def _at_node(nodes: NDArray[Any], x: float, y: float) -> NDArray[np.float64]:
    node: NDArray[np.float64] = nodes[round(y), round(x)].astype(np.float64)
    return node


def _between_nodes(nodes: NDArray[Any], x: float, y: float) -> NDArray[np.float64]:
    i, j = min(int(x), len(nodes) - 2), min(int(y), len(nodes) - 2)
    across, down = x - i, y - j
    upper = (1 - across) * nodes[j, i] + across * nodes[j, i + 1]
    lower = (1 - across) * nodes[j + 1, i] + across * nodes[j + 1, i + 1]
    between: NDArray[np.float64] = (1 - down) * upper + down * lower
    return between
