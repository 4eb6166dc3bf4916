"""What is learnt of a model's pictures before anything is walked: how far each attribute varies, and where to."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.classes import Classes
from latent_explorer.analysis.attributes.measures import Measuring, Pictures, Values

T = TypeVar("T")
Decode = Callable[[NDArray[np.float32]], Pictures]
"""Pictures float32 (n, h, w, c) in [0, 1] of latents float32 (n, d)."""
Work = Callable[[NDArray[Any]], NDArray[Any]]
Slices = Callable[[NDArray[Any], Work], Iterator[tuple[int, NDArray[Any]]]]
"""What `work` makes of an array, slice by slice in order, each with where it starts."""

_LEARNT, _SCORED = 2_000, 300
_DEVIATIONS = 2.0
_TAILS = 1.0, 99.0  # percent
_RIDGE = 1e-3
_STILL = 1e-4  # of the mean: what varies less is the same in all pictures


@dataclass(frozen=True, eq=False)
class AttributeRanges:
    """What walks need to know. All of deviations are within classes.

    measuring: the m attributes. classes: of the latents. spread, scored_spread: (m,), the deviations of the two
    measures. low, high: (c, m), two deviations from a class's mean, as far as its images go. linear: (m, d), the steps
    in latent space that ridge regression says change an attribute by a deviation. difference: (m, d), the same from the
    difference of the means of those that have most and least of it. mean, axes, axis_spread: the principal directions,
    (d,), (d, d) one a row, (d,).
    """

    measuring: Measuring
    classes: Classes
    spread: Values
    scored_spread: Values
    low: Values
    high: Values
    linear: Values
    difference: Values
    mean: Values
    axes: Values
    axis_spread: Values


def at_once(asked: NDArray[Any], work: Work, size: int = 512) -> Iterator[tuple[int, NDArray[Any]]]:
    """As Slices, in large ones, where nobody waits."""
    for start in range(0, len(asked), size):
        yield start, work(asked[start : start + size])


def gathered(slices: Slices, asked: NDArray[Any], work: Work) -> Generator[None, None, NDArray[Any]]:
    """All that `work` makes, put together; yields between the slices."""
    parts = []
    for _, made in slices(asked, work):
        parts.append(made)
        yield
    return np.concatenate(parts)


def learn(
    latents: NDArray[np.float32], classes: Classes, decode: Decode, slices: Slices = at_once
) -> Generator[None, None, AttributeRanges]:
    """Learn of latents (n, d), their classes and a decoder; of training images, so that others can judge.

    Yields between slices of work. Attributes that are the same in all pictures are left out.
    """
    chosen = np.random.default_rng(0).permutation(len(latents))[:_LEARNT]
    z = np.ascontiguousarray(latents[chosen])
    measuring = Measuring.of(decode(z[: min(len(z), 32)]))
    followed = yield from gathered(slices, z, lambda piece: measuring.followed(decode(piece)))
    still = followed.std(0) <= _STILL * np.abs(followed).mean(0)
    measuring, followed = measuring.without(still), followed[:, ~still]
    scored = yield from gathered(slices, z[:_SCORED], lambda piece: measuring.scored(decode(piece)))
    return _learned(classes, measuring, z.astype(np.float64), followed, scored)


def _learned(classes: Classes, measuring: Measuring, z: Values, followed: Values, scored: Values) -> AttributeRanges:
    own = classes.nearest(z)
    spread = _within(followed, own)
    low, high = _ranges(followed, own, len(classes.numbers), spread)
    mean, axes, axis_spread = _principal(z)
    linear, difference = _ridge(z, followed, spread), _extremes(z, followed, spread)
    scored_spread = _within(scored, own[: len(scored)])
    return AttributeRanges(
        measuring, classes, spread, scored_spread, low, high, linear, difference, mean, axes, axis_spread
    )  # fmt: skip


def _within(values: Values, own: NDArray[np.int64]) -> Values:
    """The standard deviation (m,) within classes of values (n, m)."""
    rest = values.astype(np.float64).copy()
    for place in np.unique(own):
        rest[own == place] -= rest[own == place].mean(0)
    return np.asarray(np.maximum(rest.std(0), 1e-9))


def _ranges(values: Values, own: NDArray[np.int64], count: int, spread: Values) -> tuple[Values, Values]:
    """Two deviations below and above the mean of each class (c, m), as far as its images go."""
    low, high = np.empty((2, count, values.shape[1]))
    for place in range(count):
        there = values[own == place] if (own == place).sum() > 10 else values
        deviation = there.std(0) + 1e-3 * spread
        tails = np.percentile(there, _TAILS, axis=0)
        low[place] = np.maximum(there.mean(0) - _DEVIATIONS * deviation, tails[0])
        high[place] = np.minimum(there.mean(0) + _DEVIATIONS * deviation, tails[1])
    return low, high


def _principal(z: Values) -> tuple[Values, Values, Values]:
    mean = z.mean(0)
    variances, axes = np.linalg.eigh((z - mean).T @ (z - mean) / len(z))
    return mean, axes.T[::-1].copy(), np.sqrt(np.maximum(variances[::-1], 0))


def _ridge(z: Values, values: Values, spread: Values) -> Values:
    """The steps (m, d), along the weights that ridge regression gives each dimension, for a deviation of each."""
    centred, scale = z - z.mean(0), z.std(0) + 1e-9
    unit = centred / scale
    gram = unit.T @ unit + _RIDGE * len(z) * np.eye(z.shape[1])
    weights = np.linalg.solve(gram, unit.T @ (values - values.mean(0))).T / scale  # (m, d), of the latents
    return _steps(weights, weights, spread)


def _extremes(z: Values, values: Values, spread: Values) -> Values:
    """The same, along the difference between the means of the fifths that have most and least of it."""
    steps = []
    for column, deviation in zip(values.T, spread, strict=True):
        end, top = np.percentile(column, (20, 80))
        most, least = column >= top, column <= end
        reached = max(float(column[most].mean() - column[least].mean()), 1e-9)
        steps.append((z[most].mean(0) - z[least].mean(0)) * deviation / reached)
    return np.array(steps).reshape(-1, z.shape[1])


def _steps(directions: Values, weights: Values, spread: Values) -> Values:
    gain = np.maximum(np.einsum("md,md->m", directions, weights), 1e-12)
    return np.asarray(directions * (spread / gain)[:, None])
