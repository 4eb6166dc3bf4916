"""Natural cubic splines with equally spaced knots, as matrices."""

from functools import cache

import numpy as np

from latent_explorer.paths.asking import Reals

KNOTS = 16


@cache
def spline_matrix(knots: int, samples: int) -> Reals:
    """The matrix (samples, knots) from values at the knots to evenly spaced samples of the natural cubic spline."""
    from scipy.interpolate import CubicSpline  # 60 ms, for which no window waits

    places = np.linspace(0, 1, knots)
    matrix: Reals = CubicSpline(places, np.eye(knots), bc_type="natural")(np.linspace(0, 1, samples))
    matrix.setflags(write=False)
    return matrix


@cache
def fitting_matrix(knots: int, samples: int) -> Reals:
    """The matrix (knots - 2, samples) that fits the inner knots of a spline, zero at both ends, to its samples."""
    inverse: Reals = np.linalg.pinv(spline_matrix(knots, samples)[:, 1:-1]).astype(np.float64)
    inverse.setflags(write=False)
    return inverse
