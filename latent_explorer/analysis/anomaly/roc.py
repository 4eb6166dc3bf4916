"""How well a score separates two sets, and thresholds; numpy only, as the window imports it, too."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]


def auroc(own: Reals, others: Reals) -> float:
    """The area under the ROC curve: the probability that one of the others has a higher score than one of the own.

    own: (n,), others: (m,), both finite, n, m >= 1. Ties count half (Mann and Whitney 1947).
    """
    ordered = np.sort(own)
    below = np.searchsorted(ordered, others, "left") + np.searchsorted(ordered, others, "right")
    return float(below.mean(dtype=np.float64) / (2 * len(own)))


@dataclass(frozen=True, eq=False)
class RocCurve:
    """The shares (k,) of own images and of others above each threshold, both from 0 to 1."""

    false_alarms: NDArray[np.float64]
    found: NDArray[np.float64]


def roc_curve(own: Reals, others: Reals, most: int = 512) -> RocCurve:
    """The curve at `most` thresholds, evenly spaced in false and in true alarms; see `auroc`."""
    quantiles = np.linspace(0, 1, most // 2)
    cuts = np.unique(np.concatenate([np.quantile(own, quantiles), np.quantile(others, quantiles)]))[::-1]
    ends = np.concatenate([[np.inf], cuts, [-np.inf]])
    return RocCurve(share_above(own, ends), share_above(others, ends))


def share_above(scores: Reals, thresholds: Reals | float) -> NDArray[np.float64]:
    """The share of scores (n,) above each threshold."""
    at = np.asarray(thresholds, np.float64)
    return 1 - np.searchsorted(np.sort(scores), at, "right") / max(len(scores), 1)


def threshold_at(own: Reals, false_alarms: float) -> float:
    """The threshold above which a share `false_alarms` of the own images (n,), n >= 1, lies, as closely as possible."""
    return float(np.quantile(own, 1 - false_alarms))
