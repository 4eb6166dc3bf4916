"""Which points lie inside a polygon drawn on the map."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.points import splat
from latent_explorer.points.index import PointIndex
from latent_explorer.points.parts import at_once, halves


def inside(index: PointIndex, polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the points, bool (n,), lie inside a polygon (k, 2) of the plane, by the even-odd rule."""
    chosen = np.zeros(len(index), bool)
    if len(polygon) < 3 or not len(index):
        return chosen
    (left, bottom), (right, top) = polygon.min(0).tolist(), polygon.max(0).tolist()
    begin, end = index.rows(index.points, Region(left, bottom, right, top))
    edges = np.hstack([polygon, np.roll(polygon, -1, axis=0)])
    points, loops = index.points, splat.compiled_loops()
    if loops is not None:
        grid = index.grid(points)
        cell = points.side, grid.box.left, grid.box.bottom, grid.box.width / points.side, grid.box.height / points.side
        arrays = points.cells, points.u, points.v, points.order
        at_once(lambda part: loops.inside(begin[part], end[part], *arrays, cell, edges, chosen), halves(end - begin))
    else:
        near = points.order[splat.ranges(begin, end)]
        chosen[near] = even_odd(index.uv[near].astype(np.float64), edges)
    return chosen


def even_odd(places: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of which places (m, 2) a ray to the right crosses an odd number of edges (k, 4), each from (u, v) to (u, v)."""
    u, v = places.T
    odd = np.zeros(len(places), bool)
    for u0, v0, u1, v1 in edges.tolist():
        if v0 != v1:
            odd ^= ((v >= v0) != (v >= v1)) & (u < u0 + (v - v0) * ((u1 - u0) / (v1 - v0)))
    return odd
