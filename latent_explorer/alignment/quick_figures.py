"""Figures of a translator from latents alone, in milliseconds; needs only numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.translator import Translator
from latent_explorer.charts.neighbours import one_thread

_IMAGES = 500
_NEIGHBOURS = 10


@dataclass(frozen=True)
class Glance:
    """Figures over some common images, in [0, 1].

    mutual: the share whose translated latent and own latent in the target are mutual nearest neighbours.
    overlap: the share of the 10 nearest in one space that are among the 10 nearest in the other, see `similarity`.
    images: their number.
    """

    mutual: float
    overlap: float
    images: int


def at_a_glance(
    translator: Translator, source: NDArray[np.float32], target: NDArray[np.float32], pairs: NDArray[np.int64]
) -> Glance | None:
    """The figures for some of the pairs (k, 2) of images of latents (n, s) and (m, t); None if there are too few."""
    some = pairs[np.linspace(0, len(pairs) - 1, min(len(pairs), _IMAGES)).astype(np.int64)] if len(pairs) else pairs
    if len(some) <= 2 * _NEIGHBOURS:
        return None
    here, there = source[some[:, 0]], target[some[:, 1]]
    with one_thread():  # on a busy machine each of these products took 60 ms with two, and the window waits
        apart = _squares(translator.to(here), there)
        one, other = _near(here), _near(there)
    mutual = (apart.argmin(1) == np.arange(len(some))) & (apart.argmin(0) == np.arange(len(some)))
    overlap = (one[:, :, None] == other[:, None]).any(2).mean()
    return Glance(float(mutual.mean()), float(overlap), len(some))


def _near(points: NDArray[np.float32]) -> NDArray[np.int64]:
    apart = _squares(points, points)
    np.fill_diagonal(apart, np.inf)
    nearest: NDArray[np.int64] = np.argpartition(apart, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]
    return nearest


def _squares(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    middle = b.mean(0)
    x, y = a - middle, b - middle
    apart: NDArray[np.float32] = np.square(x).sum(1)[:, None] + np.square(y).sum(1) - 2 * x @ y.T
    return apart
