"""A spline pulled towards dense data.

The energy of the places z_1..z_m is Σ |s_i (z_i+1 − z_i)|² with s_i = r(z_i+½)^p, r the root mean square distance to
the 10 nearest images in units of the usual one: the space is stretched where data are sparse. Its minimum is a shortest
path of the density-based distances of Sajama and Orlitsky 2005 ("Estimating and computing density based distance
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


def crowded(line: Reals, directions: Reals, data: LocalData, knots: Reals) -> Steps[Crowded]:
    """The spline along a line (m, d), bent in some directions (q, d), relaxed towards dense data.

    knots: the initial inner ones, (k, q).
    """
    way = _Bent(line, directions, data)
    best, damping = way.measured(knots), 1e-3
    for _ in range(_STEPS):
        yield None
        slopes = way.slopes(best.knots)
        matrix, right = slopes.T @ slopes, -slopes.T @ best.residuals
        scale = max(float(np.trace(matrix)) / len(matrix), 1e-30)
        tried, gained = best, 0.0
        while damping < _MOST_DAMPING and gained <= 0:
            step = np.linalg.solve(matrix + damping * scale * np.eye(len(matrix)), right)
            tried = way.measured(best.knots + step.reshape(knots.shape))
            gained = 1 - tried.energy / max(best.energy, 1e-30)
            damping = max(damping / 4, 1e-5) if gained > 0 else damping * 6
        best = tried if gained > 0 else best
        if gained < _DONE:
            break
    return best


@dataclass(frozen=True, eq=False)
class _Bent:
    """A line (m, d), bent in directions (q, d) by splines, among data."""

    line: Reals
    directions: Reals
    data: LocalData

    @property
    def basis(self) -> Reals:
        return spline_matrix(KNOTS, len(self.line))[:, 1:-1]

    def places(self, knots: Reals) -> Reals:
        return self.line + self.basis @ knots @ self.directions

    def measured(self, knots: Reals) -> Crowded:
        z = self.places(knots)
        rare, _ = _rarity(self.data, (z[1:] + z[:-1]) / 2)
        residuals = (rare[:, None] * np.diff(z, axis=0)).ravel()
        return Crowded(knots, residuals, float(residuals @ residuals))

    def slopes(self, knots: Reals) -> Reals:
        """The slopes ((m - 1) d, k q) of the residuals with respect to the knots."""
        z, basis = self.places(knots), self.basis
        moves, between = np.diff(z, axis=0), (basis[1:] + basis[:-1]) / 2
        rare, slope = _rarity(self.data, (z[1:] + z[:-1]) / 2)
        along = (np.diff(basis, axis=0) * rare[:, None])[:, None, :, None] * self.directions.T[None, :, None]
        aside = moves[:, :, None, None] * between[:, None, :, None] * (slope @ self.directions.T)[:, None, None]
        slopes: Reals = (along + aside).reshape(moves.size, -1)
        return slopes


def _rarity(data: LocalData, z: Reals) -> tuple[Reals, Reals]:
    """r(z)^p of places (n, d), (n,), and its slope (n, d)."""
    squares = np.square(z).sum(1)[:, None] - 2 * z @ data.points.T + np.square(data.points).sum(1)
    near = data.points[np.argpartition(squares, REACH - 1, axis=1)[:, :REACH]]
    away = z[:, None] - near
    mean = np.maximum(np.square(away).sum(2).mean(1), 1e-18)
    rare = (np.sqrt(mean) / data.usual) ** _POWER
    return rare, (_POWER * rare / mean)[:, None] * away.mean(1)
