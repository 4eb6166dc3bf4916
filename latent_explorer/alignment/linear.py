"""Translators that are linear: orthogonal, affine, ridge.

Standardising and padding with zeros follow Maiorca et al., Latent Space Translation via Semantic Alignment (NeurIPS
2023, arXiv 2311.00664); so do the orthogonal translator (there by singular values, after Schönemann 1966) and the
affine one (there by gradient steps, here by its least squares).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.standard import Standard, safe_scale
from latent_explorer.alignment.translator import Arrays, Floats, TranslatorKind, checked_arrays

_AXES = {"weight": "st", "offset": "t"}
_LEAST_SQUARES = 1e-9
"""The ridge of plain least squares: so small that it only picks the shortest of several solutions."""
_RIDGES = np.logspace(-5, 1, 13)
_EXACT = 1 << 21
"""The approximate maximum number of multiplications for leaving out each anchor individually: the rotations of 300 in
16 dimensions."""


@dataclass(frozen=True, eq=False)
class LinearTranslator:
    """`z @ weight + offset`; weight: float64 (source dimensions, target dimensions), offset: (target dimensions,)."""

    weight: Floats
    offset: Floats

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""
        return {"weight": self.weight, "offset": self.offset}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""
        return (np.asarray(z, np.float64) @ self.weight + self.offset).astype(np.float32)


def restore_linear(arrays: Arrays) -> LinearTranslator:
    """The translator of these arrays. Raises UserError if they do not fit."""
    return LinearTranslator(**checked_arrays("of this kind", arrays, _AXES))


def fit_orthogonal(source: Floats, target: Floats) -> tuple[LinearTranslator, Floats]:
    """The rotation or reflection R that minimises |X R - Y| over the standardised anchors, padded with zeros.

    Each anchor is left out individually if that is affordable, else with a few others at a time.
    """
    everyone = np.ones((1, len(source)))
    weight, offset = (each[0] for each in _rotations(source, target, everyone))
    groups = min(len(source), max(2, _EXACT // max(source.shape[1], target.shape[1]) ** 3))
    group = np.arange(len(source)) % groups
    weights, offsets = _rotations(source, target, (group != np.arange(groups)[:, None]).astype(np.float64))
    taken = np.einsum("ks,kst->kt", source, weights[group]) + offsets[group]
    return LinearTranslator(weight, offset), taken - target


def _rotations(source: Floats, target: Floats, kept: Floats) -> tuple[Floats, Floats]:
    """Weights (g, s, t) and offsets (g, t) of the rotations that fit the anchors kept (g, k), 1 or 0."""
    count = kept.sum(1)[:, None]
    means = [kept @ values / count for values in (source, target)]
    centre = source.mean(0), target.mean(0)  # squares of what is far from 0 lose digits
    x, y = source - centre[0], target - centre[1]
    shifts = [mean - middle for mean, middle in zip(means, centre, strict=True)]
    squares = (kept @ values**2 / count - shift**2 for values, shift in zip((x, y), shifts, strict=True))
    scale_x, scale_y = (safe_scale(np.sqrt(np.maximum(each, 0))) for each in squares)
    crossed = np.einsum("gk,ks,kt->gst", kept, x, y, optimize=True) / count[:, None]
    crossed = (crossed - shifts[0][:, :, None] * shifts[1][:, None]) / scale_x[:, :, None] / scale_y[:, None]
    s, t = crossed.shape[1:]
    padded = np.pad(crossed, ((0, 0), (0, max(s, t) - s), (0, max(s, t) - t)))
    left, _, right = np.linalg.svd(padded)
    weights = (left @ right)[:, :s, :t] / scale_x[:, :, None] * scale_y[:, None]
    return weights, means[1] - np.einsum("gs,gst->gt", means[0], weights)


def fit_affine(source: Floats, target: Floats) -> tuple[LinearTranslator, Floats]:
    """Least squares over the standardised anchors; with few anchors, the shortest of many solutions."""
    return fit_ridge(source, target, np.array([_LEAST_SQUARES]))


def fit_ridge(source: Floats, target: Floats, ridges: Floats = _RIDGES) -> tuple[LinearTranslator, Floats]:
    """Ridge regression over the standardised anchors, with the ridge of the smallest leave-one-out error.

    ridges: the candidates, per anchor. The residual r_i of a fit to all becomes r_i / (1 - h_ii) without anchor i
    (PRESS; Allen 1974), exact except for the standardisation, which uses all anchors.
    """
    standard, middle = Standard.of(source), target.mean(0)
    left, values, right = np.linalg.svd(standard.of_raw(source), full_matrices=False)
    real = values > values[0] * 1e-12  # of few anchors, one direction is that of the mean
    left, values, right, y = left[:, real], values[real], right[real], target - middle
    spread, turned = np.square(values), left.T @ y
    rest = y - left @ turned
    outside = np.maximum(1 - 1 / len(source) - np.square(left).sum(1), 0)

    def missed(ridge: float) -> Floats:
        shrink = ridge * len(source) / (spread + ridge * len(source))
        leverage = np.square(left) @ shrink + outside
        residual: Floats = rest + left @ (shrink[:, None] * turned)
        residual /= np.maximum(leverage, 1e-12)[:, None]
        return residual

    best = ridges[int(np.argmin([np.square(missed(ridge)).sum() for ridge in ridges]))]
    solved = right.T @ ((values / (spread + best * len(source)))[:, None] * turned)
    weight = solved / standard.scale[:, None]
    return LinearTranslator(weight, middle - standard.mean @ weight), -missed(best)


ORTHOGONAL = TranslatorKind(
    "orthogonal", "Orthogonal", "A rotation or reflection of the standardised space (Procrustes).",
    lambda source, target: 2, fit_orthogonal, restore_linear,
)  # fmt: skip
AFFINE = TranslatorKind(
    "affine", "Affine", "The least-squares linear map.",
    lambda source, target: 2, fit_affine, restore_linear,
)  # fmt: skip
RIDGE = TranslatorKind(
    "ridge", "Ridge", "Ridge regression, its strength chosen by leaving out each anchor in turn: for few anchors.",
    lambda source, target: 3, fit_ridge, restore_linear,
)  # fmt: skip
