"""A spline pulled to where the data are crowded.

The energy of the places z_1..z_m is Σ |s_i (z_i+1 − z_i)|² with s_i = r(z_i+½)^p, r the root mean square distance to
the 10 nearest images in units of what is usual: the space is stretched where the data are rare. Its least is a shortest
way of the density-based distances of Sajama and Orlitsky 2005 ("Estimating and computing density based distance
metrics").
"""

from dataclasses import dataclass

import numpy as np

from latent_explorer.paths.asking import Reals, Steps
from latent_explorer.paths.local_data import REACH, LocalData
from latent_explorer.paths.spline import KNOTS, spline_matrix

_POWER = 3.0
_STEPS = 12
_DONE = 0.002
_MOST_DAMPING = 1e3


@dataclass(frozen=True, eq=False)
class Crowded:
    """A spline of inner knots (k, d), its residuals (n,), and their sum of squares."""

    knots: Reals
    residuals: Reals
    energy: float


def crowded(line: Reals, data: LocalData, knots: Reals) -> Steps[Crowded]:
    """The spline along a line (m, d) of inner knots (k, d) relaxed towards where the data are crowded."""
    basis = spline_matrix(KNOTS, len(line))[:, 1:-1]
    best, damping = _measured(line, data, basis, knots), 1e-3
    for _ in range(_STEPS):
        yield None
        slopes = _slopes(line, data, basis, best.knots)
        matrix, right = slopes.T @ slopes, -slopes.T @ best.residuals
        scale = max(float(np.trace(matrix)) / len(matrix), 1e-30)
        tried, gained = best, 0.0
        while damping < _MOST_DAMPING and gained <= 0:
            step = np.linalg.solve(matrix + damping * scale * np.eye(len(matrix)), right)
            tried = _measured(line, data, basis, best.knots + step.reshape(knots.shape))
            gained = 1 - tried.energy / max(best.energy, 1e-30)
            damping = max(damping / 4, 1e-5) if gained > 0 else damping * 6
        best = tried if gained > 0 else best
        if gained < _DONE:
            break
    return best


def _measured(line: Reals, data: LocalData, basis: Reals, knots: Reals) -> Crowded:
    z = line + basis @ knots
    rare, _ = _rarity(data, (z[1:] + z[:-1]) / 2)
    residuals = (rare[:, None] * np.diff(z, axis=0)).ravel()
    return Crowded(knots, residuals, float(residuals @ residuals))


def _slopes(line: Reals, data: LocalData, basis: Reals, knots: Reals) -> Reals:
    """The slopes ((m - 1) d, k d) of the residuals along the knots."""
    z = line + basis @ knots
    moves, between, d = np.diff(z, axis=0), (basis[1:] + basis[:-1]) / 2, line.shape[1]
    rare, slope = _rarity(data, (z[1:] + z[:-1]) / 2)
    along = np.einsum("mk,ij->mikj", np.diff(basis, axis=0) * rare[:, None], np.eye(d))
    aside = np.einsum("mi,mj,mk->mikj", moves, slope, between)
    slopes: Reals = (along + aside).reshape(len(moves) * d, -1)
    return slopes


def _rarity(data: LocalData, z: Reals) -> tuple[Reals, Reals]:
    """r(z)^p of places (n, d), (n,), and its slope (n, d)."""
    squares = np.square(z).sum(1)[:, None] - 2 * z @ data.points.T + np.square(data.points).sum(1)
    near = data.points[np.argpartition(squares, REACH - 1, axis=1)[:, :REACH]]
    away = z[:, None] - near
    mean = np.maximum(np.square(away).sum(2).mean(1), 1e-18)
    rare = (np.sqrt(mean) / data.usual) ** _POWER
    return rare, (_POWER * rare / mean)[:, None] * away.mean(1)
