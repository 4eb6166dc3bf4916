"""Maps between two clouds, fitted repeatedly while the pairs grow: fast and regularised."""

from collections.abc import Callable

import numpy as np

from latent_explorer.alignment.distances import blocks, squared_distances
from latent_explorer.alignment.translator import Floats

Map = Callable[[Floats], Floats]
"""Maps points (n, d) of the source cloud to points (n, e) of the target cloud."""
_RIDGE = 1e-3
_CENTRES = 500
_KERNEL_RIDGES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
_WIDTHS = (1.0, 2.0)


def rotation(x: Floats, y: Floats) -> Map:
    """The best rotation of points (k, d) onto (k, e) (Procrustes), within their span.

    Few points span few dimensions; in the others nothing is known, and the map is 0.
    """
    middle, onto = x.mean(0), y.mean(0)
    left, values, right = np.linalg.svd((x - middle).T @ (y - onto), full_matrices=False)
    known = values > 1e-6 * values[0]
    turned = left[:, known] @ right[known]
    return lambda points: (points - middle) @ turned + onto


def affine(x: Floats, y: Floats) -> Map:
    """Least squares with a small ridge."""
    middle, onto = x.mean(0), y.mean(0)
    squares = (x - middle).T @ (x - middle)
    ridge = _RIDGE * np.trace(squares) / len(squares) + 1e-12
    weight = np.linalg.solve(squares + ridge * np.eye(len(squares)), (x - middle).T @ (y - onto))
    return lambda points: (points - middle) @ weight + onto


def kernel(x: Floats, y: Floats, rng: np.random.Generator) -> Map:
    """Affine, then kernel ridge on the residual: Gaussians around at most 500 of the points.

    Their width and ridge are the best ones on a fifth of the pairs that is held out.
    """
    linear = affine(x, y)
    left = y - linear(x)
    centres = x[rng.choice(len(x), min(_CENTRES, len(x)), replace=False)]
    out = rng.permutation(len(x)) < max(1, len(x) // 5)
    typical = np.sqrt(np.median(squared_distances(centres, centres)))

    def missed(choice: tuple[float, float]) -> float:
        return float(np.square(_bumps(centres, *choice, x[~out], left[~out])(x[out]) - left[out]).sum())

    best = min(((typical * width, ridge) for width in _WIDTHS for ridge in _KERNEL_RIDGES), key=missed)
    rest = _bumps(centres, *best, x, left)
    return lambda points: linear(points) + rest(points)


def _bumps(centres: Floats, width: float, ridge: float, x: Floats, y: Floats) -> Map:
    """Kernel ridge of points (k, d) and values (k, e), with Gaussians around centres (c, d) only (Nyström)."""

    def features(points: Floats) -> Floats:
        squares = squared_distances(points, centres)
        squares /= -2 * width**2
        return np.exp(squares, out=squares)

    inner, seen = features(centres), features(x)
    system = seen.T @ seen + ridge * len(x) / len(centres) * (inner + 1e-6 * np.eye(len(centres)))
    weight = np.linalg.solve(system, seen.T @ y)

    def bumps(points: Floats) -> Floats:
        rows = blocks(len(points), len(centres))  # those of 70,000 points would take 280 MB at once
        return np.concatenate([features(points[some]) @ weight for some in rows])

    return bumps
