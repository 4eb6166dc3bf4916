"""Ink: what is drawn in pictures of grey levels, and the smooth measures of it, which walks in latent space change.

Smooth, so that a small step in latent space says which way each goes. None of them is what a walk is scored by, see
`shapes`.
"""

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.floating]
"""What is drawn (n, h, w), from 0 for the ground to 1."""
Measured = NDArray[np.float64]

_POWER = 8
_STEEPEST = 1.5  # the tangent of a slant
_NOTHING = 1e-6


def area(ink: Ink) -> Measured:
    """The sum of the ink, in pixels."""
    return np.asarray(ink.sum((1, 2), dtype=np.float64))


def thickness(ink: Ink) -> Measured:
    """The width of a stroke of this area and outline, in pixels: twice the area over the total variation."""
    padded = np.pad(np.asarray(ink, np.float32), ((0, 0), (1, 1), (1, 1)))
    down, across = np.diff(padded, axis=1)[:, :, :-1], np.diff(padded, axis=2)[:, :-1]
    outline: Measured = np.sqrt(down**2 + across**2 + _NOTHING).sum((1, 2), dtype=np.float64)
    return np.asarray(2 * area(ink) / outline)


def slant(ink: Ink) -> Measured:
    """How far the ink leans to the right, in degrees: by its second moments."""
    x, y = np.arange(ink.shape[2], dtype=np.float64), np.arange(ink.shape[1], dtype=np.float64)
    total = area(ink) + _NOTHING
    columns, rows = ink.sum(1, dtype=np.float64), ink.sum(2, dtype=np.float64)
    middle, centre = columns @ x / total, rows @ y / total
    across = (ink @ x.astype(ink.dtype)) @ y / total - middle * centre
    down = rows @ y**2 / total - centre**2
    return np.asarray(np.degrees(np.arctan2(-across, down + _NOTHING)))


def width(ink: Ink) -> Measured:
    """How many columns it goes across once the slant is taken out, in pixels, as `_across` says."""
    lean = np.clip(np.tan(np.radians(slant(ink))), -_STEEPEST, _STEEPEST)
    return _across(_columns(_power(ink), lean))


def height(ink: Ink) -> Measured:
    """How many rows it goes across, in pixels, as `_across` says."""
    return _across(_power(ink).sum(2))


def _power(ink: Ink) -> NDArray[np.float32]:
    """ink ** 8, whose sum over a line is nearly that of its darkest pixel."""
    square = np.square(np.asarray(ink, np.float32))
    return np.asarray(np.square(np.square(square)))


def _across(powers: NDArray[np.floating]) -> Measured:
    """How many lines there are from the first to the last, by the sums (n, lines) of their inks to the power of 8.

    A line between two darker ones counts as much as the lighter of them, or else a walk would fade what is between the
    ends and leave these where they are. A line whose darkest pixel is m counts as far as half the ink reaches into it:
    between a line of m and an empty one the ink falls to a half at 1.5 - 0.5 / m, between a full one and one of m at
    0.5 m / (1 - m).
    """
    darkest = np.minimum(np.asarray(powers, np.float64), 1) ** (1 / _POWER)
    before, after = np.maximum.accumulate(darkest, 1), np.maximum.accumulate(darkest[:, ::-1], 1)[:, ::-1]
    filled = np.minimum(before, after)
    below, above = np.minimum(filled, 0.5), np.maximum(filled, 0.5)
    return np.asarray((0.5 * below / (1 - below) + 1 - 0.5 / above).sum(1))


def _columns(ink: Ink, lean: Measured) -> Measured:
    """The sums (n, columns) of each column of the pictures sheared upright, each row about the middle one."""
    count, rows, columns = ink.shape
    bins = columns + 2 * (int(np.ceil(_STEEPEST * rows / 2)) + 1)
    shift = lean[:, None] * ((rows - 1) / 2 - np.arange(rows))  # how far each row is to the right
    x = np.arange(columns) - shift[:, :, None] + (bins - columns) // 2
    left = x.astype(np.int32)  # all are positive
    part = ink * (x - left)
    at = (left + (bins * np.arange(count))[:, None, None]).ravel()
    made = np.bincount(at, (ink - part).ravel(), count * bins)
    made[1:] += np.bincount(at, part.ravel(), count * bins)[:-1]
    return np.asarray(made.reshape(count, bins), np.float64)
