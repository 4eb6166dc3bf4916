"""The inner loops of drawing points, compiled by numba: to be imported in the background, after the first paint."""

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


def _scatter(
    inks: Any, counts: Any, begin: Any, end: Any, u: Any, v: Any, ink: Any, rank: Any, group: Any, count: Any,
    marks: Any, grey: Any, frame: Any, offsets: Any,
) -> None:  # fmt: skip
    """As splat.scatter; inks, counts: the flat canvas. frame: left, top, scale, width, height, diameter."""
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


def _shade(inks: Any, bits: Any, counts: Any, alphas: Any, image: Any, diameter: Any) -> None:
    """As splat.shade; and the canvas is empty again."""
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


def _inside(begin: Any, end: Any, u: Any, v: Any, order: Any, edges: Any, chosen: Any) -> None:
    """As inside.even_odd, of the points in some rows; in each, only the edges that reach it are tried."""
    for row in range(len(begin)):
        if begin[row] == end[row]:
            continue
        low, high = v[begin[row] : end[row]].min(), v[begin[row] : end[row]].max()
        reaching = edges[
            (np.minimum(edges[:, 1], edges[:, 3]) <= high) & (np.maximum(edges[:, 1], edges[:, 3]) >= low)
            & (edges[:, 1] != edges[:, 3])
        ]  # fmt: skip
        slopes = (reaching[:, 2] - reaching[:, 0]) / (reaching[:, 3] - reaching[:, 1])
        for i in range(begin[row], end[row]):
            odd = False
            for edge in range(len(slopes)):
                u0, v0, v1 = reaching[edge, 0], reaching[edge, 1], reaching[edge, 3]
                if (v[i] >= v0) != (v[i] >= v1) and u[i] < u0 + (v[i] - v0) * slopes[edge]:
                    odd = not odd
            if odd:
                chosen[order[i]] = True


inside = _compiled(_inside)
scatter = _compiled(_scatter)
shade = _compiled(_shade)
