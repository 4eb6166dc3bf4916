"""Measures of what is drawn by its shape: what a walk in latent space is scored by, and never follows.

Each picture is enlarged, so that an edge between two pixels counts as lying between them, and cut at half the ink.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, zoom

from latent_explorer.analysis.attributes.ink import Ink, Measured

ENLARGED = 4
_HALF = 0.5
Shape = NDArray[np.bool_]


def area(ink: Ink) -> Measured:
    """The pixels that are more than half ink."""
    return _of_each(ink, lambda shape: shape.sum() / ENLARGED**2)


def thickness(ink: Ink) -> Measured:
    """The width of the stroke in pixels, four times the mean distance of the ink from the ground."""
    return _of_each(ink, lambda shape: 4 * distance_transform_edt(shape)[shape].mean() / ENLARGED)


def slant(ink: Ink) -> Measured:
    """The angle in degrees by which the ink leans to the right.

    The straight line through the middle of each row that is drawn on, all rows alike.
    """
    return _of_each(ink, _leaning)


def width(ink: Ink) -> Measured:
    """The pixels from the leftmost to the rightmost place that is drawn on, once the slant is taken out."""
    return _of_each(ink, _breadth)


def height(ink: Ink) -> Measured:
    """The pixels from the first to the last row that is drawn on."""
    return _of_each(ink, lambda shape: _extent(np.atleast_1d(shape.any(1))))


def _of_each(ink: Ink, measure: Callable[[Shape], float]) -> Measured:
    """What `measure` says of the shape of each; 0 where nothing is drawn."""
    return np.array([measure(shape) if shape.any() else 0.0 for shape in map(_shape, ink)])


def _shape(ink: NDArray[np.floating]) -> Shape:
    large = zoom(np.pad(np.asarray(ink, np.float32), 1), ENLARGED, order=1, grid_mode=True, mode="grid-constant")
    return np.asarray(large > _HALF)


def _extent(drawn: Shape) -> float:
    places = np.flatnonzero(drawn)
    return float(places[-1] - places[0] + 1) / ENLARGED


def _leaning(shape: Shape) -> float:
    rows = np.flatnonzero(shape.any(1))
    if len(rows) < 2:
        return 0.0
    middles = shape[rows] @ np.arange(shape.shape[1]) / shape[rows].sum(1)
    return float(np.degrees(np.arctan(-np.polyfit(rows, middles, 1)[0])))


def _breadth(shape: Shape) -> float:
    rows = np.flatnonzero(shape.any(1))
    shift = np.tan(np.radians(_leaning(shape))) * rows
    left, right = shape[rows].argmax(1), shape.shape[1] - 1 - shape[rows, ::-1].argmax(1)
    return float((right + shift).max() - (left + shift).min() + 1) / ENLARGED
