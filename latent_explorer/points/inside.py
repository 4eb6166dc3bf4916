"""The points inside a polygon drawn on the map, and the entries of an index that hold any of some selected points.

Large numbers are processed on two processors at once, by threads that last for one call; the loops release the
interpreter.
"""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.points import splat
from latent_explorer.points.index import PointIndex
from latent_explorer.points.levels import Entries

_FEW = 200_000  # points that are not worth a thread


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
    """Whether a ray to the right of each place (m, 2) crosses an odd number of edges (k, 4), each from (u, v) to (u,
    v)."""
    u, v = places.T
    odd = np.zeros(len(places), bool)
    for u0, v0, u1, v1 in edges.tolist():
        if v0 != v1:
            odd ^= ((v >= v0) != (v >= v1)) & (u < u0 + (v - v0) * ((u1 - u0) / (v1 - v0)))
    return odd


def marked(index: PointIndex, chosen: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """For each level of an index, the entries that hold any of the chosen points (n,)."""
    loops = splat.compiled_loops()
    if loops is None:
        marks = [np.take(chosen, index.points.order)]  # far quicker than chosen[order]
        for level in index.levels[1:]:
            marks.append(np.logical_or.reduceat(np.take(marks[-1], level.order), level.starts))
        return marks
    bits, order, marks = np.packbits(chosen, bitorder="little"), index.points.order, [np.empty(len(index), bool)]
    at_once(lambda part: loops.take_bits(bits, order[part], marks[0][part]), halves(len(order)))
    for level in index.levels[1:]:
        marks.append(_merged(loops.any_of, marks[-1], level))
    return marks


def _merged(any_of: Callable[..., None], finer: NDArray[np.bool_], level: Entries) -> NDArray[np.bool_]:
    ends, marks = np.append(level.starts[1:], len(finer)), np.empty(len(level), bool)
    at_once(
        lambda part: any_of(finer, level.order, level.starts[part], ends[part], marks[part]),
        halves(ends - level.starts),
    )
    return marks


def halves(sizes: NDArray[np.integer] | int) -> list[slice]:
    """Two runs of items with about as many points each, or one if there are few points.

    sizes: the points of each item, (n,); or the number of items, if each is a point.
    """
    if isinstance(sizes, int):
        return [slice(0, sizes)] if sizes < _FEW else [slice(0, sizes // 2), slice(sizes // 2, sizes)]
    up_to = np.cumsum(sizes)
    if not len(up_to) or up_to[-1] < _FEW:
        return [slice(0, len(up_to))]
    middle = int(np.searchsorted(up_to, up_to[-1] / 2))
    return [slice(0, middle), slice(middle, len(up_to))]


def at_once(work: Callable[[slice], None], parts: list[slice]) -> None:
    """Process all parts in parallel; returns when all are done."""
    *others, last = parts
    threads = [threading.Thread(target=work, args=(part,), name="points") for part in others]
    for thread in threads:
        thread.start()
    work(last)
    for thread in threads:
        thread.join()
