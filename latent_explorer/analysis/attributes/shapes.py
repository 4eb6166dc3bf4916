"""Measures of what is drawn by its shape: what a walk in latent space is scored by, and never follows.

Each picture is enlarged, so that an edge between two pixels counts as lying between them, and cut at half the ink.
Where a line of it ends is interpolated once more: most digits fill the same 20 rows, and differ by less than a quarter.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from latent_explorer.analysis.attributes.ink import Ink, Measured

ENLARGED = 4
Enlarged = NDArray[np.float32]
"""What is drawn, enlarged: (n, h, w), from 0 for the ground to 1."""
Shape = NDArray[np.bool_]
_HALF = 0.5
_ROOM = 1  # pixels of ground around


def enlarged(ink: Ink) -> Enlarged:
    """Ink (n, h, w), enlarged four times by linear interpolation, with a pixel of ground around."""
    room = np.pad(np.asarray(ink, np.float32), ((0, 0), (_ROOM, _ROOM), (_ROOM, _ROOM)))
    down, across = (_enlarging(side) for side in room.shape[1:])
    return np.asarray(down @ room @ across.T)


def area(ink: Enlarged) -> Measured:
    """The pixels that are more than half ink."""
    return np.asarray((ink > _HALF).sum((1, 2)) / ENLARGED**2, np.float64)


def thickness(ink: Enlarged) -> Measured:
    """The width of the stroke in pixels, four times the mean distance of the ink from the ground."""
    return _of_each(ink, lambda one: _thickness(one > _HALF))


def slant(ink: Enlarged) -> Measured:
    """The angle in degrees by which the ink leans to the right.

    The straight line through the middle of each row that is drawn on, all rows alike.
    """
    return _of_each(ink, lambda one: _leaning(one > _HALF))


def width(ink: Enlarged) -> Measured:
    """The pixels from the leftmost to the rightmost place that is drawn on, once the slant is taken out."""
    return _of_each(ink, _breadth)


def height(ink: Enlarged) -> Measured:
    """The pixels from the first to the last place that is drawn on, down the picture."""
    return _of_each(ink, _tallness)


def _enlarging(side: int) -> NDArray[np.float32]:
    """The weights (4 side, side) that interpolate a line of pixels."""
    places = (np.arange(ENLARGED * side) + 0.5) / ENLARGED - 0.5
    return np.asarray(np.maximum(1 - np.abs(places[:, None] - np.arange(side)), 0), np.float32)


def _of_each(ink: Enlarged, measure: Callable[[Enlarged], float]) -> Measured:
    """What `measure` says of each; 0 where nothing is drawn."""
    return np.array([measure(one) if (one > _HALF).any() else 0.0 for one in ink])


def _thickness(shape: Shape) -> float:
    return float(4 * distance_transform_edt(shape)[shape].mean() / ENLARGED)


def _leaning(shape: Shape) -> float:
    rows = np.flatnonzero(shape.any(1))
    if len(rows) < 2:
        return 0.0
    counts = shape[rows].sum(1)
    middles = shape[rows] @ np.arange(shape.shape[1], dtype=np.float32) / counts
    away = rows - rows.mean()
    return float(np.degrees(np.arctan(-(away @ middles) / (away @ away))))


def _tallness(ink: Enlarged) -> float:
    last, first = _ends(ink.max(1)[None])
    return float(last[0] - first[0]) / ENLARGED


def _breadth(ink: Enlarged) -> float:
    rows = np.flatnonzero((ink > _HALF).any(1))
    shift = np.tan(np.radians(_leaning(ink > _HALF))) * rows
    right, left = _ends(ink[rows])
    return float((right + shift).max() - (left + shift).min()) / ENLARGED


def _ends(lines: Enlarged) -> tuple[Measured, Measured]:
    """Where the last and the first half ink of each line (k, n) is, between two pixels: (k,) both; all have some."""
    each, over = np.arange(len(lines)), lines > _HALF
    first, last = over.argmax(1), lines.shape[1] - 1 - over[:, ::-1].argmax(1)
    after, before = (
        (lines[each, at] - _HALF) / (lines[each, at] - lines[each, at + way]) for at, way in ((last, 1), (first, -1))
    )
    return np.asarray(last + after, np.float64), np.asarray(first - before, np.float64)
