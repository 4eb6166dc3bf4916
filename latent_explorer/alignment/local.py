"""The local, robust translator, for spaces with tears between them, as in two dimensions.

Two models arrange the same classes differently: no smooth map leads from one to the other, and the mean of neighbours
in two classes lies in a third. Here each anchor has its own affine map, fitted on those neighbours that move the same
way; the anchors around a latent each predict where it goes, and the result is the geometric median of the predictions,
which ignores minorities. Their weights vanish towards the farthest, so nothing jumps. Parts: modified Shepard weights
with nodal functions (Renka 1988), the geometric median by Weiszfeld's steps.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.distances import blocks, nearest_of
from latent_explorer.alignment.kernel import KernelTranslator, fit_kernel, restore_kernel
from latent_explorer.alignment.translator import Arrays, Floats, TranslatorKind, checked_arrays

_AXES = {"source": "ks", "target": "kt", "slopes": "kst", "trust": "k", "guesses": "kt", "units": "u"}
_GUIDE = "guide_"
_ASKED, _TAUGHT = 15, 200
"""The number of anchors that predict where a latent goes; the number of neighbours for an anchor's map."""
_SAME_WAY = 0.05
"""Relative to the spread of the target: the distance of neighbours that move the same way."""
_SLOPE_RIDGE = 0.05
_STEPS, _SOFTENING = 60, 0.01
_GUIDE_SHARE = 0.55
"""The weight of the guide in distances: with it, neighbours in 16 dimensions move the same way, too."""
_TRUSTS = (0.0, 2.0)
"""The candidates for the power of trust in weights."""


@dataclass(frozen=True, eq=False)
class LocalTranslator:
    """Anchors, each with its own affine map.

    source: float64 (k, source dimensions), target: (k, target dimensions), slopes: (k, source dimensions, target
    dimensions); trust: (k,), how much of its surroundings moves like an anchor. guesses: (k, target dimensions), where
    the guide, a smooth translator, takes each anchor when fitted on the others; distances include it. units: (4,),
    spreads of source and target, the weight of the guide, the power of trust.
    """

    source: Floats
    target: Floats
    slopes: Floats
    trust: Floats
    guesses: Floats
    units: Floats
    guide: KernelTranslator

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""
        own = {name: getattr(self, name) for name in _AXES}
        return own | {f"{_GUIDE}{name}": values for name, values in self.guide.arrays.items()}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""
        made = np.empty((len(z), self.target.shape[1]), np.float32)
        for rows in blocks(len(z), 8 * _ASKED * (self.source.shape[1] + self.target.shape[1])):
            made[rows] = self._said(np.asarray(z[rows], np.float64), self.places(z[rows]))
        return made

    def places(self, z: NDArray[np.floating]) -> Floats:
        """The coordinates for distances: latents (n, source dimensions) and the guide's guesses, each in its unit."""
        guesses = self.guide.to(z).astype(np.float64) if self.units[2] else np.zeros((len(z), self.target.shape[1]))
        return self._joined(np.asarray(z, np.float64), guesses)

    def without_each(self) -> Floats:
        """Where the other anchors take each anchor (k, target dimensions); their slopes were still fitted with it."""
        return self._said(self.source, self._joined(self.source, self.guesses), 1)

    def _joined(self, z: Floats, guesses: Floats) -> Floats:
        spread, wide, share, _ = self.units
        return np.concatenate([z / spread, share / wide * guesses], axis=1)

    def _said(self, z: Floats, places: Floats, skipped: int = 0) -> Floats:
        known = self._joined(self.source, self.guesses)
        squares, near = nearest_of(places, known, _ASKED + 1 + skipped)
        near = near[:, skipped:]
        weights = _shepard(squares[:, skipped:]) * np.power(self.trust[near], self.units[3])
        offsets = z[:, None] - self.source[near]
        said = self.target[near] + (offsets[:, :, None] @ self.slopes[near])[:, :, 0]
        return _geometric_median(said, weights, self.units[1] * _SOFTENING)


def fit_local(source: Floats, target: Floats) -> tuple[LocalTranslator, Floats]:
    """The power of trust has the smallest leave-one-out error.

    Errors are capped at the distance of neighbours that move the same way: a latent farther off decodes to something
    else, however far.
    """
    guide, missed = fit_kernel(source, target)
    spreads = [float(np.sqrt(values.var(0).sum())) for values in (source, target)]
    units = np.array([*spreads, _GUIDE_SHARE, 0.0])
    blank = np.zeros((len(source), source.shape[1], target.shape[1]))
    bare = LocalTranslator(source, target, blank, np.ones(len(source)), target + missed, units, guide)
    slopes, trust = _slopes(source, target, bare._joined(source, bare.guesses), spreads[1] * _SAME_WAY)
    trials: list[tuple[float, int, LocalTranslator, Floats]] = []
    for power in _TRUSTS:
        made = replace(bare, slopes=slopes, trust=trust, units=np.array([*spreads, _GUIDE_SHARE, power]))
        off = made.without_each() - target
        ratio = np.square(off).sum(1) / np.square(2 * _SAME_WAY * spreads[1])
        trials.append((float((ratio / (1 + ratio)).mean()), len(trials), made, off))
    return min(trials)[2:]


def restore_local(arrays: Arrays) -> LocalTranslator:
    """The translator of these arrays. Raises UserError if they do not fit."""
    guide = restore_kernel({name.removeprefix(_GUIDE): arrays[name] for name in arrays if name.startswith(_GUIDE)})
    own = {name: values for name, values in arrays.items() if not name.startswith(_GUIDE)}
    if "units" in own and own["units"].shape != (4,):
        own.pop("units")
    found = checked_arrays("local", own, _AXES)
    found["units"][:2] = np.maximum(found["units"][:2], 1e-300)
    return LocalTranslator(**found, guide=guide)


def _slopes(source: Floats, target: Floats, places: Floats, reach: float) -> tuple[Floats, Floats]:
    """The slopes of each anchor's map, and its trust: by least squares, reweighted by the residuals."""
    squares, near = nearest_of(places, places, _TAUGHT + 1)
    squares, near = squares[:, 1:], near[:, 1:]
    slopes, trust = np.empty((len(source), source.shape[1], target.shape[1])), np.empty(len(source))
    for rows in blocks(len(source), near.shape[1] * (source.shape[1] + target.shape[1]) * 4):
        dx, dy = (values[near[rows]] - values[rows, None] for values in (source, target))
        middle = np.maximum(squares[rows, near.shape[1] // 2, None], 1e-300)
        closeness = np.exp(-squares[rows] / middle)
        off = dy
        for _ in range(3):
            agreed = 1 / np.square(1 + np.square(off).sum(2) / reach**2)
            slopes[rows] = _least_squares(dx, dy, closeness * agreed)
            off = dy - dx @ slopes[rows]
        agreed = 1 / (1 + np.square(off).sum(2) / reach**2)
        trust[rows] = (closeness * agreed).sum(1) / closeness.sum(1)
    return slopes, trust


def _least_squares(dx: Floats, dy: Floats, weights: Floats) -> Floats:
    """Slopes (n, s, t) of differences (n, k, t) against (n, k, s)."""
    weighed = (dx * weights[:, :, None]).transpose(0, 2, 1)
    gram, dimensions = weighed @ dx, dx.shape[2]
    ridge = _SLOPE_RIDGE * np.trace(gram, axis1=1, axis2=2) / dimensions + 1e-12 * np.square(dx).mean() + 1e-300
    return np.linalg.solve(gram + ridge[:, None, None] * np.eye(dimensions), weighed @ dy)


def _shepard(squares: Floats) -> Floats:
    """Weights (n, k) of squared distances, nearest first: infinite at 0, 0 at the last."""
    distances = np.sqrt(squares)
    last = np.maximum(distances[:, -1:], 1e-150)
    distances = np.maximum(distances / last, 1e-6)
    weights: Floats = np.square(1 / distances - 1) + 1e-12  # all may be equally far
    return weights


def _geometric_median(said: Floats, weights: Floats, softening: float) -> Floats:
    """The points (n, t) with the least weighted sum of distances to the predictions (n, k, t)."""
    weights = weights / weights.sum(1, keepdims=True)
    median: Floats = (weights[:, None] @ said)[:, 0]
    for _ in range(_STEPS):
        off = said - median[:, None]
        pull = weights / np.sqrt(np.einsum("nkt,nkt->nk", off, off) + softening**2)
        median = ((pull / pull.sum(1, keepdims=True))[:, None] @ said)[:, 0]
    return median


LOCAL = TranslatorKind(
    "local", "Local", "An affine map around each anchor, and the median of the nearest ones: for two dimensions.",
    lambda source, target: 4, fit_local, restore_local,
)  # fmt: skip
