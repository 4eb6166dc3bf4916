"""A spline made as short as possible in decoded pixels, with a penalty for leaving the data.

The energy of the places z_1..z_m on a spline between fixed ends is Σ |D(z_i+1) − D(z_i)|² + w Σ e(z_i)², with D the
decoder and e the excess of the distance to the data over the usual one. Its minimum is a shortest path at even speed
(Arvanitidis et al. 2018, "Latent space oddity"; Shao et al. 2018, "The Riemannian geometry of deep generative models").
It is a sum of squares, so each step solves the linear least squares of Gauss and Newton, damped as by Levenberg and
Marquardt. The decoder's slopes are forward differences, so only decoded pictures are needed: this works for any
decoder, and a few steps replace dozens of gradient descent.
"""

from dataclasses import dataclass, replace

import numpy as np

from latent_explorer.paths.asking import Pixels, Reals, Steps, pictures_of
from latent_explorer.paths.local_data import LocalData
from latent_explorer.paths.spline import KNOTS, spline_matrix

PLACES = 33
"""The number of places on the spline at which pictures are decoded."""
_PRICE = 4.0  # of an excess of 1 all along the way, in units of the straight line's energy
_STEPS = 8
_DONE = 0.003  # of the energy: what gains less ends it
_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-3, 1e-5, 1e3


@dataclass(frozen=True, eq=False)
class Ground:
    """Where a spline may run: `line` (m, d) plus a spline of the inner knots (k, q) along `directions` (q, d).

    step: of the slopes. data: near the line, or None. price: of the squared excess of one place.
    """

    line: Reals
    directions: Reals
    step: float
    data: LocalData | None
    price: float = 0.0

    def places(self, knots: Reals) -> Reals:
        """The places (m, d) on the spline of inner knots (k, q)."""
        return self.line + self._basis @ knots @ self.directions

    @property
    def _basis(self) -> Reals:
        return spline_matrix(KNOTS, len(self.line))[:, 1:-1]

    def excess(self, z: Reals) -> tuple[Reals, Reals]:
        """The excess (m,) of places (m, d), and its slope (m, q) along the directions."""
        if self.data is None:
            return np.zeros(len(z)), np.zeros((len(z), len(self.directions)))
        over, slope = self.data.excess(z)
        return over, slope @ self.directions.T

    def normal_equations(self, at: "Relaxed", jacobian: Pixels) -> tuple[Reals, Reals]:
        """Matrix (kq, kq) and right side (kq,) of the least squares, from the decoder's slopes (m, p, q)."""
        bend = np.zeros_like(at.pixels)
        bend[1:-1] = 2 * at.pixels[1:-1] - at.pixels[:-2] - at.pixels[2:]
        pull = np.einsum("mpq,mp->mq", jacobian, bend) + self.price * at.over[:, None] * at.slope
        turned = jacobian.transpose(0, 2, 1)
        own = 2 * np.matmul(turned, jacobian) + self.price * at.slope[:, :, None] * at.slope[:, None]
        next_to = np.matmul(turned[:-1], jacobian[1:])
        basis = self._basis
        matrix = np.einsum("ma,mb,mij->aibj", basis, basis, own, optimize=_PAIRS)
        across = np.einsum("ma,mb,mij->aibj", basis[:-1], basis[1:], next_to, optimize=_PAIRS)
        size = basis.shape[1] * len(self.directions)
        whole = matrix - across - across.transpose(2, 3, 0, 1)
        return whole.reshape(size, size), -(basis.T @ pull).ravel()


_PAIRS = ["einsum_path", (0, 1), (0, 1)]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A spline: its inner knots (k, q), its places (m, d), their pixels (m, p) and excess, its energy with price."""

    knots: Reals
    z: Reals
    pixels: Pixels
    over: Reals
    slope: Reals
    energy: float

    @property
    def length(self) -> float:
        """Its decoded length."""
        return float(np.linalg.norm(np.diff(self.pixels, axis=0), axis=1).sum())


def measured(ground: Ground, knots: Reals) -> Steps[Relaxed]:
    """The spline of these inner knots, with its energy."""
    z = ground.places(knots)
    pixels = yield from pictures_of(z)
    over, slope = ground.excess(z)
    energy = float(np.square(np.diff(pixels, axis=0)).sum() + ground.price * np.square(over).sum())
    return Relaxed(knots, z, pixels, over, slope, energy)


def priced(ground: Ground, straight: Relaxed) -> Ground:
    """The ground with its penalty in units of the energy of the straight line."""
    return replace(ground, price=_PRICE * straight.energy / len(ground.line))


def relaxed(ground: Ground, first: Relaxed) -> Steps[Relaxed]:
    """The spline relaxed from another, with at most its energy."""
    best, damping, steps = first, _DAMPING, 0
    equations: tuple[Reals, Reals] | None = None
    while steps < _STEPS and damping < _MOST_DAMPING:
        if equations is None:
            jacobian = yield from _slopes(ground, best)
            equations = ground.normal_equations(best, jacobian)
            yield None
        tried = yield from measured(ground, best.knots + _solved(*equations, damping).reshape(best.knots.shape))
        steps += 1
        if tried.energy >= best.energy:
            damping *= 6
            continue
        gained, best = 1 - tried.energy / best.energy, tried
        damping, equations = max(damping / 4, _LEAST_DAMPING), None
        if gained < _DONE:
            break
    return best


def _solved(matrix: Reals, right: Reals, damping: float) -> Reals:
    scale = max(float(np.trace(matrix)) / len(matrix), 1e-30)
    found: Reals = np.linalg.solve(matrix + damping * scale * np.eye(len(matrix)), right).astype(np.float64)
    return found


def _slopes(ground: Ground, at: Relaxed) -> Steps[Pixels]:
    """The slopes (m, p, q) of the pictures along the directions, by forward differences."""
    moved = (at.z[:, None] + ground.step * ground.directions).reshape(-1, at.z.shape[1])
    pixels = yield from pictures_of(moved)
    count, q = len(at.z), len(ground.directions)
    away = pixels.reshape(count, q, -1) - at.pixels[:, None]
    slopes: Pixels = (away / np.float32(ground.step)).transpose(0, 2, 1)
    return slopes
