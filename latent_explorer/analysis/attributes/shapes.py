"""Measures of what is drawn by its shape: what a walk in latent space is scored by, and never follows.

Each picture is enlarged, so that an edge between two pixels counts as lying between them, and cut at half the ink.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from latent_explorer.analysis.attributes.ink import Ink, Measured

ENLARGED = 4
Shapes = NDArray[np.bool_]
"""What is drawn, enlarged: (n, h, w)."""
_HALF = 0.5
_ROOM = 1  # pixels of ground around


def shapes_of(ink: Ink) -> Shapes:
    """The shapes of ink (n, h, w), enlarged four times by linear interpolation, with a pixel of ground around."""
    room = np.pad(np.asarray(ink, np.float32), ((0, 0), (_ROOM, _ROOM), (_ROOM, _ROOM)))
    down, across = (_enlarging(side) for side in room.shape[1:])
    return np.asarray(down @ room @ across.T > _HALF)


def area(shapes: Shapes) -> Measured:
    """The pixels that are more than half ink."""
    return np.asarray(shapes.sum((1, 2)) / ENLARGED**2, np.float64)


def thickness(shapes: Shapes) -> Measured:
    """The width of the stroke in pixels, four times the mean distance of the ink from the ground."""
    return _of_each(shapes, lambda shape: 4 * distance_transform_edt(shape)[shape].mean() / ENLARGED)


def slant(shapes: Shapes) -> Measured:
    """The angle in degrees by which the ink leans to the right.

    The straight line through the middle of each row that is drawn on, all rows alike.
    """
    return _of_each(shapes, _leaning)


def width(shapes: Shapes) -> Measured:
    """The pixels from the leftmost to the rightmost place that is drawn on, once the slant is taken out."""
    return _of_each(shapes, _breadth)


def height(shapes: Shapes) -> Measured:
    """The pixels from the first to the last row that is drawn on."""
    return _of_each(shapes, lambda shape: float(np.ptp(np.flatnonzero(shape.any(1))) + 1) / ENLARGED)


def _enlarging(side: int) -> NDArray[np.float32]:
    """The weights (4 side, side) that interpolate a line of pixels."""
    places = (np.arange(ENLARGED * side) + 0.5) / ENLARGED - 0.5
    return np.asarray(np.maximum(1 - np.abs(places[:, None] - np.arange(side)), 0), np.float32)


def _of_each(shapes: Shapes, measure: Callable[[Shapes], float]) -> Measured:
    """What `measure` says of each; 0 where nothing is drawn."""
    return np.array([measure(shape) if shape.any() else 0.0 for shape in shapes])


def _leaning(shape: Shapes) -> float:
    rows = np.flatnonzero(shape.any(1))
    if len(rows) < 2:
        return 0.0
    counts = shape[rows].sum(1)
    middles = shape[rows] @ np.arange(shape.shape[1], dtype=np.float32) / counts
    away = rows - rows.mean()
    return float(np.degrees(np.arctan(-(away @ middles) / (away @ away))))


def _breadth(shape: Shapes) -> float:
    rows = np.flatnonzero(shape.any(1))
    shift = np.tan(np.radians(_leaning(shape))) * rows
    left, right = shape[rows].argmax(1), shape.shape[1] - 1 - shape[rows, ::-1].argmax(1)
    return float((right + shift).max() - (left + shift).min() + 1) / ENLARGED
