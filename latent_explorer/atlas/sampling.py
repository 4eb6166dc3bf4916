"""The pictures and values of tiles: layout, sampling and interpolation."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.cache import Pictures, TileCache
from latent_explorer.atlas.geometry import PICTURES, TileKey, spacing, tile_region


def montage(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """One image (rows * h, columns * w, c) of pictures (rows * columns, h, w, c), row by row from the top left."""
    count, height, width, channels = pictures.shape
    rows = count // columns
    grid = pictures.reshape(rows, columns, height, width, channels)
    return np.ascontiguousarray(grid.swapaxes(1, 2)).reshape(rows * height, columns * width, channels)


def interpolated_picture(
    cache: TileCache, uv: tuple[float, float], levels: Iterable[int], *, field: str, chart: str
) -> NDArray[np.uint8] | None:
    """The bilinear blend (h, w, c) of the four pictures around a plane point.

    Uses the first of `levels` that has at least one of the four; missing ones pass their share to the others. None if
    no level has any.
    """
    for level in levels:
        picture = _blend(cache, uv, level, field, chart)
        if picture is not None:
            return picture
    return None


def _blend(cache: TileCache, uv: tuple[float, float], level: int, field: str, chart: str) -> NDArray[np.uint8] | None:
    u, v = (coordinate / spacing(level) - 0.5 for coordinate in uv)
    i, j = math.floor(u), math.floor(v)
    total, weight_sum = None, 0.0
    for di, dj in ((0, 0), (1, 0), (0, 1), (1, 1)):
        weight = abs(1 - di - (u - i)) * abs(1 - dj - (v - j))
        picture = _cell_picture(cache, i + di, j + dj, level, field, chart)
        if picture is None or weight == 0:
            continue
        share = picture * np.float32(weight)
        total = share if total is None else total + share
        weight_sum += weight
    if total is None:
        return None
    blended: NDArray[np.uint8] = (total / weight_sum + 0.5).astype(np.uint8)
    return blended


def _cell_picture(cache: TileCache, i: int, j: int, level: int, field: str, chart: str) -> Pictures | None:
    column, x = divmod(i, PICTURES)
    row, y = divmod(j, PICTURES)
    tile = cache.current(TileKey(field, chart, level, column, row))
    return None if tile is None else tile[(PICTURES - 1 - y) * PICTURES + x]


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

    steps: samples along the side of its tiles. categorical: takes the values of the nearest node instead. Uses the
    first of `levels` whose tile is there; None if none is.
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
