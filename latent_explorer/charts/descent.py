"""Moves data to their places on a map like t-SNE, with openTSNE's gradients."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""For each datum its neighbours (n, k), and their distances."""

_EARLY = 100  # iterations with `_EXAGGERATION`, in which the islands form
_EXAGGERATION, _MOMENTA = 12.0, (0.5, 0.8)
_INTERVAL = 3.0
"""The side of a cell of the interpolation grid for repulsion, in units of the map: three times the default, so that
iterations do not get slower and slower while the map grows."""

_GRID = {"n_interpolation_points": 3, "min_num_intervals": 50, "ints_in_interval": _INTERVAL}
_EXACTLY = 2000  # data up to which repulsion is summed by a tree
_LONGEST = 5.0  # units that a datum may move in one iteration
_STRIPS = 64


class Descent:
    """Data that move to their places by gradient descent with momentum and gains (Jacobs 1988), as in openTSNE.

    places: float64 (n, 2). found: their neighbours. The step is n / exaggeration (Belkina et al. 2019).
    """

    def __init__(self, places: NDArray[np.float64], found: Found, perplexity: float) -> None:
        from openTSNE.affinity import PerplexityBasedNN
        from openTSNE.nearest_neighbors import PrecomputedNeighbors
        from openTSNE.tsne import kl_divergence_bh, kl_divergence_fft

        knn = PrecomputedNeighbors(*found)
        self.places = np.ascontiguousarray(places)
        self.done = 0
        self._attraction = PerplexityBasedNN(perplexity=perplexity, knn_index=knn, n_jobs=1).P
        self._gradient = kl_divergence_fft if len(places) > _EXACTLY else kl_divergence_bh
        self._update, self._gains = np.zeros_like(self.places), np.ones_like(self.places)
        self._exaggerated = 1.0

    def move(self, iterations: int) -> None:
        for _ in range(iterations):
            early = self.done < _EARLY
            self._step(_EXAGGERATION if early else 1.0, _MOMENTA[not early])
            self.done += 1

    def _step(self, exaggeration: float, momentum: float) -> None:
        if exaggeration != self._exaggerated:
            self._attraction *= exaggeration / self._exaggerated
            self._exaggerated = exaggeration
        _, gradient = self._gradient(
            self.places, self._attraction, dof=1, bh_params={"theta": 0.5}, fft_params=_GRID, n_jobs=1
        )
        turned = np.signbit(self._update) != np.signbit(gradient)
        self._gains = np.where(turned, self._gains + 0.2, self._gains * 0.8 + 0.01)
        self._update *= momentum
        self._update -= len(self.places) / exaggeration * self._gains * gradient
        lengths = np.sqrt(np.square(self._update).sum(1, keepdims=True))
        self._update *= _LONGEST / np.maximum(lengths, _LONGEST)
        self.places += self._update
        self.places -= self.places.mean(0)


class Making:
    """Something that takes seconds, made in a thread while there is something to look at."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._made: Future[Any] = Future()
        Thread(target=self._work, args=(make,), name="affinities", daemon=True).start()

    def _work(self, make: Callable[[], Any]) -> None:
        try:
            self._made.set_result(make())
        except BaseException as error:  # who waits for it is told
            self._made.set_exception(error)

    def made(self, seconds: float | None = None) -> Any:
        """The result, or None if it is not ready within this many seconds; without a number, waits for it."""
        wait([self._made], seconds)
        return self._made.result() if self._made.done() else None


def by_place(uv: NDArray[np.float64]) -> NDArray[np.int64]:
    """The data (n,) in strips of the map: neighbours are then close in memory, which saves a fifth of the time."""
    strips = np.floor((uv[:, 0] - uv[:, 0].min()) / max(float(np.ptp(uv[:, 0])), np.finfo(float).tiny) * _STRIPS)
    order: NDArray[np.int64] = np.lexsort((uv[:, 1], strips))
    return order


def ordered(found: Found, order: NDArray[np.int64]) -> Found:
    """The neighbours of data in another order."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[found[0][order]], found[1][order]
