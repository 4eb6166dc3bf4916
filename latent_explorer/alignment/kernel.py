"""The non-linear translator: an affine map, and a kernel ridge regression for its residual.

Both are one kernel, `b <x, y> + 1 / (1 + |x - y|^2 / (2 w^2))`, with b so large that the affine part is hardly
regularised, on latents in units of their root mean square deviation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.distances import blocks, squared_distances
from latent_explorer.alignment.translator import Arrays, Floats, TranslatorKind, checked_arrays

_AXES = {"centres": "ks", "heights": "kt", "weight": "st", "offset": "t", "width": "o"}
_AFFINE = 100.0
"""The variance of the affine part relative to the non-linear one."""
_WIDTHS = (0.1, 0.3, 1.0, 2.0, 4.0)
"""The candidates for w^2, relative to half the mean squared distance of two anchors."""
_RIDGES = np.logspace(-4, 1, 11)
_TRIED = 200
"""The number of anchors used to choose width and ridge: an eigendecomposition of 300 takes three times as long."""
_CENTRES = 4096
"""The maximum number of anchors in a fit: the matrix between them, 128 MiB, is held twice."""


@dataclass(frozen=True, eq=False)
class KernelTranslator:
    """`z @ weight + offset + bumps(z) @ heights`, the bumps being 1 / (1 + |z - centre|^2 / width).

    centres: float64 (k, source dimensions), heights: (k, target dimensions), weight: (source dimensions, target
    dimensions), offset: (target dimensions,), width: (1,).
    """

    centres: Floats
    heights: Floats
    weight: Floats
    offset: Floats
    width: Floats

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""
        return {name: getattr(self, name) for name in _AXES}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""
        made = np.empty((len(z), len(self.offset)), np.float32)
        for rows in blocks(len(z), len(self.centres)):
            some = np.asarray(z[rows], np.float64)
            bent = _bumps(squared_distances(some, self.centres), float(self.width[0])) @ self.heights
            made[rows] = some @ self.weight + self.offset + bent
        return made


def fit_kernel(source: Floats, target: Floats) -> tuple[KernelTranslator, Floats]:
    """Width and ridge have the smallest leave-one-out error on some of the anchors, in closed form.

    The residual of a kernel ridge regression without anchor i is c_i / (G^-1)_ii, where G is the kernel matrix and the
    ridge, c = G^-1 y (Rasmussen and Williams 2006, 5.4.2). Of very many anchors, only some are fitted.
    """
    some = np.unique(np.linspace(0, len(source) - 1, min(len(source), _CENTRES)).round().astype(np.int64))
    middle, mean = source[some].mean(0), target[some].mean(0)
    scale = float(np.sqrt(source[some].var(0).mean()))
    x, y = (source[some] - middle) / scale, target[some] - mean
    width, ridge = _chosen(x, y)
    inverse = np.linalg.inv(_kernel(x, width) + ridge * np.eye(len(x)))
    heights = inverse @ y
    weight = _AFFINE / x.shape[1] * (x.T @ heights) / scale
    made = KernelTranslator(source[some], heights, weight, mean - middle @ weight, np.array([2 * width * scale**2]))
    missed = made.to(source) - target if len(some) < len(source) else np.empty_like(target)
    missed[some] = -heights / np.diag(inverse)[:, None]
    return made, missed


def restore_kernel(arrays: Arrays) -> KernelTranslator:
    """The translator of these arrays. Raises UserError if they do not fit."""
    found = checked_arrays("kernel", arrays, _AXES)
    found["width"] = np.maximum(found["width"], 1e-300)
    return KernelTranslator(**found)


def _chosen(x: Floats, y: Floats) -> tuple[float, float]:
    """The squared width and the ridge with the smallest leave-one-out error."""
    if len(x) > _TRIED:
        some = np.linspace(0, len(x) - 1, _TRIED).round().astype(np.int64)
        x, y = x[some], y[some]
    trials = []
    for width in _WIDTHS:
        values, vectors = np.linalg.eigh(_kernel(x, width * x.shape[1]))
        turned, squares = vectors.T @ y, np.square(vectors)
        for ridge in _RIDGES:
            inverse = 1 / (np.maximum(values, 0) + ridge)
            missed = vectors @ (inverse[:, None] * turned) / (squares @ inverse)[:, None]
            trials.append((float(np.square(missed).sum()), width * x.shape[1], float(ridge)))
    return min(trials)[1:]


def _kernel(x: Floats, width: float) -> Floats:
    bent, straight = _bumps(squared_distances(x, x), 2 * width), x @ x.T
    kernel: Floats = bent + _AFFINE / x.shape[1] * straight
    return kernel


def _bumps(squares: Floats, width: float) -> Floats:
    squares /= width
    squares += 1
    np.reciprocal(squares, out=squares)
    return squares


KERNEL = TranslatorKind(
    "kernel", "Kernel", "An affine map, corrected near the anchors by kernel ridge regression.",
    lambda source, target: 3, fit_kernel, restore_kernel,
)  # fmt: skip
