"""Where most of the data lie on the plane."""

import numpy as np
from numpy.typing import NDArray

_OUTSIDE = 0.001
_FEW = 1000


def bulk(uv: NDArray[np.float32]) -> NDArray[np.float32]:
    """The points (m, 2) of (n, 2) without the farthest thousandth at each side; all where they are few."""
    if len(uv) < _FEW:
        return uv
    low, high = np.quantile(uv, (_OUTSIDE, 1 - _OUTSIDE), axis=0)
    inside: NDArray[np.float32] = uv[((uv >= low) & (uv <= high)).all(1)]
    return inside
