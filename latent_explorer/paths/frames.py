"""Frames along a path: their positions at a pace, with way points among them."""

import numpy as np

from latent_explorer.paths.asking import Reals


def positions(lengths: Reals, marks: Reals, eased: Reals) -> Reals:
    """The positions (n,) of frames on a path with way points.

    lengths: the positions of the path's places, ascending from 0, (m,). marks: those of its way points, ends included
    (k,). eased: shares of the path (n,) from 0 to 1. The frame nearest to a way point is moved onto it, and those in
    between in proportion, as long as there are enough frames.
    """
    wanted: Reals = eased * lengths[-1]
    if len(marks) <= 2 or len(wanted) < len(marks) or lengths[-1] <= 0:
        return wanted
    nearest = _apart(np.abs(wanted[:, None] - marks).argmin(0), len(wanted))
    moved: Reals = np.interp(wanted, wanted[nearest], marks)
    moved[nearest] = marks
    return moved


def _apart(numbers: Reals, count: int) -> Reals:
    """Frame numbers (k,), each larger than the one before, the first 0 and the last count - 1."""
    numbers[0], numbers[-1] = 0, count - 1
    for index in range(1, len(numbers)):
        numbers[index] = max(numbers[index], numbers[index - 1] + 1)
    numbers[-1] = count - 1  # way points close to the end have pushed it on
    for index in range(len(numbers) - 1, 0, -1):
        numbers[index - 1] = min(numbers[index - 1], numbers[index] - 1 if index > 1 else 0)
    return numbers


def along(way: Reals, lengths: Reals, at: Reals) -> Reals:
    """The places (n, d) at positions (n,) on a polyline (m, d) whose corners are at `lengths` (m,)."""
    return np.stack([np.interp(at, lengths, column) for column in way.T], axis=1)


def waiting(rows: np.ndarray, count: int) -> np.ndarray:
    """Rows (n, ...) of frames with the last repeated until there are `count`; none if there are none."""
    return rows[np.minimum(np.arange(count), len(rows) - 1)] if len(rows) else rows


def accumulated(steps: Reals) -> Reals:
    """The positions (m,) of the places of a path, from the lengths of its steps (m - 1,).

    A step of no length counts a little, so that each place has its own position even if the picture does not change.
    """
    least = 1e-9 * max(float(steps.sum()), 1e-30)
    return np.concatenate([[0.0], np.cumsum(np.maximum(steps, least))])
