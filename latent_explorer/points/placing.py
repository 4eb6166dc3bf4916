"""The points that have room for a thumbnail, so that no two overlap, and the same ones however the map is panned."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.points.index import PointIndex
from latent_explorer.points.levels import Entries
from latent_explorer.points.splat import ranges

_NEAR = 2  # cells to each side that are looked at: two cells make the distance to be kept
_ROUNDS = 2  # a third would place a tenth more, in half as long again
_MARGIN = _NEAR * (2 * _ROUNDS - 1)  # cells around a region on which what has room in it depends
_MOST = 200_000  # points looked at: where there are more, they lie far too close for thumbnails


def distance_for(scale: float, pixels: float) -> float:
    """The smallest power of the square root of 2 that is `pixels` or more on screen: it changes in steps during a
    zoom."""
    return float(2.0 ** (math.ceil(2 * math.log2(pixels / scale)) / 2))


def with_room(
    index: PointIndex, region: Region, apart: float, eligible: Callable[[NDArray[np.int64]], NDArray[np.bool_]]
) -> NDArray[np.int64]:
    """The numbers (k,) of points in a region, no two of which are closer than `apart` in both u and v.

    eligible: whether each point may be among them, by its position in `index.points`.

    In each cell of a grid that is fixed to the plane, half as wide as `apart`, the point with the highest rank is
    considered. It has room if it ranks higher than all others near it; then the same again without those that are near
    to one with room (Luby, 1986). So it depends only on some cells around a point, not on the view.
    """
    cell = apart / 2
    low = np.floor(np.array([region.left, region.bottom]) / cell) - _MARGIN
    width, height = (np.floor(np.array([region.right, region.top]) / cell) + _MARGIN + 1 - low).astype(int).tolist()
    (left, bottom), (right, top) = (low * cell).tolist(), ((low + np.array([width, height])) * cell).tolist()
    points = index.points
    begin, end = index.rows(points, Region(left, bottom, right, top))
    if not 0 < int((end - begin).sum()) <= _MOST:
        return np.zeros(0, np.int64)
    near = ranges(begin, end)
    near = near[eligible(near)]
    x, y = points.u[near].astype(np.float64) / cell - low[0], points.v[near].astype(np.float64) / cell - low[1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    near, x, y = near[inside], x[inside], y[inside]
    kept = near[_thinned(x, y, _importance(points, near), width, height)]
    u, v = points.u[kept], points.v[kept]
    seen = (u >= region.left) & (u <= region.right) & (v >= region.bottom) & (v <= region.top)
    numbers: NDArray[np.int64] = points.order[kept[seen]]
    return numbers


def _importance(points: Entries, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positive and different for each point: its rank, and among equals a number scattered by Knuth's multiplier."""
    scattered = (points.order[positions] * 2654435761) & 0xFFFFFFFF
    return (points.rank[positions].astype(np.int64) << 32) + scattered + 1


def _thinned(
    x: NDArray[np.float64], y: NDArray[np.float64], importance: NDArray[np.int64], width: int, height: int
) -> NDArray[np.int64]:
    """Whether each of some places, in cells, has room."""
    cells = y.astype(np.int64) * width + x.astype(np.int64)
    highest = np.zeros(height * width, np.int64)
    np.maximum.at(highest, cells, importance)
    first = np.flatnonzero(highest[cells] == importance)
    at = np.divmod(cells[first], width)
    best, across, up = (np.zeros((height, width), np.float32) for _ in range(3))
    best[at] = 1 + np.argsort(np.argsort(importance[first]))  # small numbers in place of large ones
    across[at], up[at] = x[first], y[first]
    outranked = _around(best) > best
    for places in (across, up):
        outranked &= np.abs(_around(places) - places) < _NEAR
    left, placed = best > 0, np.zeros((height, width), bool)
    for _ in range(_ROUNDS):
        winners = left & ~(outranked & _around(left)).any((0, 1))
        placed |= winners
        left &= ~(winners | (outranked & _around(winners)).any((0, 1)))
    found: NDArray[np.int64] = first[placed[at]]
    return found


def _around(values: NDArray[Any]) -> NDArray[Any]:
    """(5, 5, height, width): the surroundings of each cell of a grid (height, width), two cells to each side; 0
    outside."""
    height, width = values.shape
    padded = np.zeros((height + 2 * _NEAR, width + 2 * _NEAR), values.dtype)
    padded[_NEAR:-_NEAR, _NEAR:-_NEAR] = values
    return sliding_window_view(padded, values.shape)
