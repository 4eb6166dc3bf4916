"""Leave-one-out errors of anchors, as colours, and the worst anchor."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latent_explorer.class_colours import Mark
from latent_explorer.gui.theme import Theme

UNKNOWN, GOOD, FAIR, POOR = range(4)
BOUNDS = (0.5, 0.9)
"""Leave-one-out errors from which an anchor is fair, and poor; 1 is about as bad as the mean of all."""
_FAR = 2.0  # times the median from which a poor anchor is doubtful


def errors_of(leave_one_out: NDArray[np.float64]) -> NDArray[np.float64]:
    """One error (k,) for each anchor: the mean of both directions, float64 (2, k); NaN if neither is known."""
    known = np.isfinite(leave_one_out)
    count = known.sum(0)
    mean: NDArray[np.float64] = np.where(known, leave_one_out, 0.0).sum(0) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)


def grades_of(errors: NDArray[np.float64]) -> NDArray[np.int64]:
    """UNKNOWN, GOOD, FAIR or POOR for each error (k,)."""
    graded = 1 + np.searchsorted(np.array(BOUNDS), np.nan_to_num(errors), side="right")
    return np.where(np.isfinite(errors), graded, UNKNOWN).astype(np.int64)


def standing_out(errors: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which errors (k,) are poor and far above the median: pairs that may be wrong."""
    known = errors[np.isfinite(errors)]
    if not len(known):
        return np.zeros(len(errors), bool)
    return np.nan_to_num(errors) >= max(BOUNDS[1], _FAR * float(np.median(known)))


def worst(errors: NDArray[np.float64]) -> int | None:
    """The index of the largest error (k,); None if none is known."""
    return int(np.nanargmax(errors)) if np.isfinite(errors).any() else None


def grade_colours(theme: Theme) -> Sequence[str]:
    """The colour of each grade, as #rrggbb."""
    return (theme.accent, theme.good, theme.fair, theme.poor)


def grade_marks(theme: Theme) -> Sequence[Mark]:
    """The mark of each grade: discs, or different marks if classes have shapes."""
    return ("disc", "disc", "square", "triangle") if theme.shapes else ("disc",) * 4


def error_words(error: float) -> str:
    """An error as text."""
    return f"{error:.2f}" if np.isfinite(error) else "–"
