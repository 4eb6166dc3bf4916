"""Distances between latents, in blocks of bounded memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.translator import Floats

_HELD = 1 << 21
"""Distances held at a time: 16 MiB."""


def blocks(count: int, width: int) -> Iterator[slice]:
    """Slices of the rows 0..count, with this many values each, small enough to be held at a time."""
    rows = max(1, _HELD // max(width, 1))
    return (slice(start, min(start + rows, count)) for start in range(0, count, rows))


def squared_distances(a: NDArray[np.floating], b: NDArray[np.floating]) -> Floats:
    """Between latents (n, d) and (m, d), float64 (n, m), each at least 0."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    middle = b.mean(0)  # of what is far from 0, squares lose digits
    a, b = a - middle, b - middle
    squares = a @ (-2 * b.T)
    squares += np.square(a).sum(1)[:, None]
    squares += np.square(b).sum(1)
    return np.maximum(squares, 0, out=squares)


def nearest_of(z: NDArray[np.floating], points: NDArray[np.floating], count: int) -> tuple[Floats, NDArray[np.int64]]:
    """Squared distances and indices (n, k) of the nearest of points (m, d) to latents (n, d), nearest first; k <= m."""
    count = min(count, len(points))
    found = [_nearest(z[rows], points, count) for rows in blocks(len(z), len(points))]
    if not found:
        return np.zeros((0, count)), np.zeros((0, count), np.int64)
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _nearest(z: NDArray[np.floating], points: NDArray[np.floating], count: int) -> tuple[Floats, NDArray[np.int64]]:
    squares = squared_distances(z, points)
    indices = np.argpartition(squares, count - 1, axis=1)[:, :count]
    near = np.take_along_axis(squares, indices, 1)
    order = np.argsort(near, axis=1, kind="stable")
    return np.take_along_axis(near, order, 1), np.take_along_axis(indices, order, 1).astype(np.int64)
