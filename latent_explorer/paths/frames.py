"""Frames along a way: where they lie on it at a pace, and that way points are among them."""

import numpy as np

from latent_explorer.paths.asking import Reals


def positions(lengths: Reals, marks: Reals, eased: Reals) -> Reals:
    """Where frames lie (n,) on a way with way points.

    lengths: how far along the way its places are, ascending from 0, (m,). marks: how far its way points are, ends
    included (k,). eased: parts of the way (n,) from 0 to 1. The frame nearest to a way point is put on it, and those in
    between are moved in proportion, as long as there are enough frames for that.
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
    """The places (n, d) that lie so far (n,) along a polyline (m, d) whose corners lie at `lengths` (m,)."""
    return np.stack([np.interp(at, lengths, column) for column in way.T], axis=1)


def waiting(rows: np.ndarray, count: int) -> np.ndarray:
    """Rows (n, ...) of frames with the last repeated until there are `count`; none where there is none."""
    return rows[np.minimum(np.arange(count), len(rows) - 1)] if len(rows) else rows


def accumulated(steps: Reals) -> Reals:
    """How far along a way its places are (m,), from the lengths of its steps (m - 1,).

    A step of no length has a little, so that each place has a position of its own where the picture does not change.
    """
    least = 1e-9 * max(float(steps.sum()), 1e-30)
    return np.concatenate([[0.0], np.cumsum(np.maximum(steps, least))])
