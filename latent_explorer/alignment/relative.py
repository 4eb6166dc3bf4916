"""Coordinates relative to anchors, which agree between spaces, and their inverse.

Relative representations: Moschella et al., ICLR 2023 (arXiv 2209.15430); the inverse projection, from relative to
absolute coordinates by the pseudo-inverse of the target's anchors: arXiv 2406.11014. Latents are centred on the mean of
the anchors before, and distances divided by how far the anchors are from it, so that neither shifts nor units matter;
but see `comparable`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.distances import squared_distances
from latent_explorer.alignment.linear import LinearTranslator, restore_linear
from latent_explorer.alignment.translator import Floats, TranslatorKind
from latent_explorer.charts.relative import MEASURES, Measure
from latent_explorer.errors import UserError

_RIDGES = np.logspace(-7, 0, 15)
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Frame:
    """The anchors of one space: points float64 (k, d), centred, in units of their spread; the mean (d,); the unit."""

    points: Floats
    mean: Floats
    unit: float

    @classmethod
    def of(cls, anchors: NDArray[np.floating]) -> "Frame":
        """The frame of the anchors' latents (k, d). Raises UserError if there are fewer than 2, or they are not finite
        or all equal."""
        anchors = np.asarray(anchors, np.float64)
        if anchors.ndim != 2 or len(anchors) < 2:
            raise UserError(f"relative coordinates: expected at least 2 anchors (k, d), found {anchors.shape}")
        if not np.isfinite(anchors).all():
            raise UserError("relative coordinates: the latent of an anchor is not finite; delete that anchor")
        mean = anchors.mean(0)
        unit = float(np.sqrt(np.square(anchors - mean).sum(1).mean()))
        if unit <= 1e-9 * max(1.0, float(np.abs(mean).max())):
            raise UserError("relative coordinates: all anchors have the same latent; choose images that differ")
        return cls((anchors - mean) / unit, mean, unit)

    def within(self, z: NDArray[np.floating]) -> Floats:
        """Latents (n, d), centred and scaled like the anchors."""
        inside: Floats = (np.asarray(z, np.float64) - self.mean) / self.unit
        return inside


def relative(z: NDArray[np.floating], anchors: NDArray[np.floating], measure: Measure) -> Floats:
    """Latents (n, d) relative to anchors (k, d): float64 (n, k), cosines, or distances.

    Raises UserError if the measure is unknown, or like `Frame.of`.
    """
    _check(measure)
    frame = Frame.of(anchors)
    inside = frame.within(z)
    if measure == "euclidean":
        return np.sqrt(squared_distances(inside, frame.points))
    cosines: Floats = _unit_rows(inside) @ _unit_rows(frame.points).T
    return cosines


def absolute(
    coordinates: NDArray[np.floating],
    anchors: NDArray[np.floating],
    measure: Measure,
    lengths: NDArray[np.floating] | float = 1.0,
) -> Floats:
    """Latents (n, d) with relative coordinates (n, k) to anchors (k, d): the inverse projection.

    lengths: (n,), their distances from the mean of the anchors, in units of the anchors' spread, which cosines do not
    contain. Raises UserError like `relative`.
    """
    _check(measure)
    frame = Frame.of(anchors)
    points, found = frame.points, np.asarray(coordinates, np.float64)
    if measure == "euclidean":  # |y - b|^2 less its mean over the anchors is linear in y
        squares = np.square(points).sum(1) - np.square(found)
        inside = (squares - squares.mean(1, keepdims=True)) @ np.linalg.pinv(2 * points).T
    else:
        inside = found @ np.linalg.pinv(_unit_rows(points)).T
        inside *= np.broadcast_to(np.asarray(lengths, np.float64), len(inside))[:, None]
    latents: Floats = inside * frame.unit + frame.mean
    return latents


def comparable(z: NDArray[np.floating], anchors: NDArray[np.floating], measure: Measure) -> Floats:
    """Relative coordinates (n, k) for ranking: standardised like those of the anchors, each row of length 1.

    Cosines are about the origin, as in the paper: they rank better than those about the anchors' mean. Raises UserError
    like `relative`.
    """
    known = np.asarray(anchors, np.float64)
    own, found = relative(known, known, measure), relative(z, known, measure)
    if measure == "cosine":
        own, found = (_unit_rows(np.asarray(each, np.float64)) @ _unit_rows(known).T for each in (known, z))
    spread = own.std(0)
    return _unit_rows((found - own.mean(0)) / np.where(spread > _TINY, spread, 1))


def _fit(source: Floats, target: Floats, measure: Measure) -> tuple[LinearTranslator, Floats]:
    """Relative to the source's anchors, then the inverse projection onto the target's; together this is linear.

    Least squares over the anchors (k, t), with the ridge of the smallest leave-one-out error, exact except for the
    centring: without anchor i, the inverse of the squares changes by one rank (Sherman and Morrison 1950).
    """
    here, there = Frame.of(source), Frame.of(target)
    rows, onto, constant = here.points, there.points, np.zeros(len(source))
    if measure == "cosine":
        rows, onto = _unit_rows(rows), _unit_rows(onto)
    else:
        constant = (np.square(onto).sum(1) - np.square(rows).sum(1)) / 2
        constant -= constant.mean()
    values, axes = np.linalg.eigh(onto.T @ onto)
    crossed, shift = rows.T @ onto, constant @ onto
    without = here.points @ crossed + shift
    without -= ((here.points * rows).sum(1) + constant)[:, None] * onto

    def inverse(ridge: float) -> Floats:
        solved: Floats = (axes / (np.maximum(values, 0) + ridge * len(source))) @ axes.T
        return solved

    def missed(ridge: float) -> Floats:
        turned = onto @ inverse(ridge)
        leverage = np.minimum((turned * onto).sum(1), 1 - 1e-9)
        taken = without @ inverse(ridge) + turned * ((turned * without).sum(1) / (1 - leverage))[:, None]
        off: Floats = (taken - there.points) * there.unit
        return off

    best = float(min(_RIDGES, key=lambda ridge: float(np.square(missed(ridge)).sum())))
    weight = crossed @ inverse(best) * (there.unit / here.unit)
    offset = there.mean + shift @ inverse(best) * there.unit - here.mean @ weight
    return LinearTranslator(weight, offset), missed(best)


def _unit_rows(values: Floats) -> Floats:
    unit: Floats = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), _TINY)
    return unit


def _check(measure: str) -> None:
    if measure not in MEASURES:
        raise UserError(f"relative coordinates: unknown measure {measure!r}; expected {' or '.join(MEASURES)}")


RELATIVE = TranslatorKind(
    "relative", "Relative", "By cosines to the anchors, and back by the target's anchors (inverse projection).",
    lambda source, target: 3, lambda source, target: _fit(source, target, "cosine"), restore_linear,
)  # fmt: skip
RELATIVE_DISTANCES = TranslatorKind(
    "relative-euclidean", "Relative, by distances", "As Relative, by distances from the anchors in place of cosines.",
    lambda source, target: 3, lambda source, target: _fit(source, target, "euclidean"), restore_linear,
)  # fmt: skip
