"""The picture that stands in under the pointer until the exact one is there."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.cache import Pictures, TileCache
from latent_explorer.atlas.geometry import PICTURES, TileKey, spacing


def interpolated_picture(
    cache: TileCache, uv: tuple[float, float], levels: Iterable[int], *, field: str, chart: str
) -> NDArray[np.uint8] | None:
    """The bilinear blend (h, w, c) of the four pictures around a plane point.

    Taken from the first of `levels` where at least one of the four is there; the missing ones lose their share to
    the others. None where no level has any.
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
