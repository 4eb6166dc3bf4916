"""The inner loops of drawing points, compiled by numba: imported in the background, after the first paint."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

_ONE, _EIGHT, _TWENTY_FOUR = np.uint32(1), np.uint32(8), np.uint32(24)  # all in 32 bits, which is quicker
_RED_BLUE, _GREEN = np.uint32(0xFF00FF), np.uint32(0xFF00)


def _compiled(function: Callable[..., Any]) -> Any:
    try:
        return numba.njit(function, cache=True, nogil=True)
    except RuntimeError:  # there is no place for a cache
        return numba.njit(function, nogil=True)


@_compiled
def scatter(
    inks: Any, counts: Any, begin: Any, end: Any, u: Any, v: Any, ink: Any, rank: Any, group: Any, count: Any,
    marks: Any, grey: Any, frame: Any, offsets: Any,
) -> None:  # fmt: skip
    """Like splat.scatter; inks, counts: the flat canvas. frame: left, top, scale, width, height, diameter."""
    left, top, scale, width, height, diameter = frame
    half, row_length, marking = diameter // 2, width + 2 * diameter, len(marks) > 0
    for part in range(len(begin)):
        for i in range(begin[part], end[part]):
            colour = ink[group[i]]
            if colour == 0:
                continue
            x, y = (u[i] - left) * scale, (top - v[i]) * scale
            if x < -half or y < -half or x >= width + half or y >= height + half:
                continue
            if marking and not marks[i]:
                written = np.uint32(rank[i]) << _TWENTY_FOUR | grey
            else:
                written = np.uint32(128 + rank[i]) << _TWENTY_FOUR | colour
            place = int(y + diameter) * row_length + int(x + diameter)
            for offset in offsets:
                inks[place + offset] = max(inks[place + offset], written)
                counts[place + offset] += count[i]


@_compiled
def shade(inks: Any, bits: Any, counts: Any, alphas: Any, image: Any, diameter: Any) -> None:
    """Like splat.shade; also clears the canvas."""
    height, width = image.shape
    row_length = width + 2 * diameter
    for y in range(height):
        start = (y + diameter) * row_length + diameter
        ink, bit, row = inks[start : start + width], bits[start : start + width], image[y]
        for x in range(width):
            if bit[x] == 0:
                row[x] = 0
                continue
            alpha = alphas[bit[x] >> 20]
            more = alpha + _ONE
            red_blue = ((ink[x] & _RED_BLUE) * more >> _EIGHT) & _RED_BLUE
            green = ((ink[x] & _GREEN) * more >> _EIGHT) & _GREEN
            row[x] = alpha << _TWENTY_FOUR | red_blue | green
    inks[:] = 0
    counts[:] = 0


@_compiled
def _reaching(edges: Any, low: float, high: float) -> Any:
    """The edges (k, 6) that reach into low <= v <= high: u, v of the start, v of the end, slope, least, largest u."""
    reaching = np.empty((len(edges), 6))
    count = 0
    for edge in range(len(edges)):
        u0, v0, u1, v1 = edges[edge]
        if max(v0, v1) < low or min(v0, v1) > high:
            continue
        slope, first, last = 0.0, u0, u1
        if v0 != v1:
            slope = (u1 - u0) / (v1 - v0)
            first = u0 + (min(max(low, min(v0, v1)), max(v0, v1)) - v0) * slope
            last = u0 + (min(max(high, min(v0, v1)), max(v0, v1)) - v0) * slope
        reaching[count] = u0, v0, v1, slope, min(first, last), max(first, last)
        count += 1
    return reaching[:count]


@_compiled
def _odd(u: float, v: float, reaching: Any) -> bool:
    """Whether a ray to the right of a place crosses an odd number of the edges."""
    odd = False
    for edge in range(len(reaching)):
        u0, v0, v1 = reaching[edge, 0], reaching[edge, 1], reaching[edge, 2]
        if (v >= v0) != (v >= v1) and u < u0 + (v - v0) * reaching[edge, 3]:
            odd = not odd
    return odd


@_compiled
def inside(begin: Any, end: Any, cells: Any, u: Any, v: Any, order: Any, grid: Any, edges: Any, chosen: Any) -> None:
    """Like inside.even_odd, for the points in some rows of cells; grid: side, left, bottom, width and height of a cell.

    Only points of cells that an edge may touch are tested one by one; of those between such cells, one stands for all.
    """
    side, left, bottom, width, height = grid
    touched = np.empty(side, np.bool_)
    for part in range(len(begin)):
        i, last = begin[part], end[part]
        if i == last:
            continue
        row = cells[i] // side
        # a cell more at each side, since a place may be rounded into the next
        reaching = _reaching(edges, bottom + (row - 1) * height, bottom + (row + 2) * height)
        touched[:] = row in (0, side - 1)  # the cells of the rim also hold what lies outside the grid
        touched[0] = touched[side - 1] = True
        for edge in range(len(reaching)):
            low, high = (reaching[edge, 4] - left) / width - 1, (reaching[edge, 5] - left) / width + 2
            touched[int(min(max(low, 0), side)) : int(min(max(high, 0), side))] = True
        while i < last:
            column = cells[i] - row * side
            kind = touched[column]
            while column < side and touched[column] == kind:
                column += 1
            stop = i + np.searchsorted(cells[i:last], row * side + column)
            if kind:
                for k in range(i, stop):
                    if _odd(u[k], v[k], reaching):
                        chosen[order[k]] = True
            elif _odd(u[i], v[i], reaching):
                for k in range(i, stop):
                    chosen[order[k]] = True
            i = stop


@_compiled
def take_bits(bits: Any, order: Any, marks: Any) -> None:
    """The bits chosen by an order, packed from the lowest up; this many bits at once stay in the cache."""
    for i in range(len(order)):
        place = order[i]
        marks[i] = bits[place >> 3] >> (place & 7) & 1


@_compiled
def any_of(finer: Any, order: Any, starts: Any, ends: Any, marks: Any) -> None:
    """Whether any of the finer entries of each entry is marked."""
    for entry in range(len(starts)):
        marks[entry] = False
        for i in range(starts[entry], ends[entry]):
            if finer[order[i]]:
                marks[entry] = True
                break
