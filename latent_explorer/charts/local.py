"""The neighbourhood of one datum as its own flat chart, exact at the datum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.chart import LinearChart
from latent_explorer.charts.neighbours import Search

_COUNT = 40  # neighbours that say in which directions the data go on


@dataclass(frozen=True, eq=False)
class LocalChart:
    """A plane through a latent along the two directions in which its neighbours spread most.

    chart: its plane point 0, 0 is the latent. reach: the plane distance that contains most of the neighbours.
    indices: int64 (k,), of these, nearest first.
    """

    chart: LinearChart
    reach: float
    indices: NDArray[np.int64]


def neighbourhood(
    search: Search, z: NDArray[np.float32], slopes: NDArray[np.float64], count: int = _COUNT
) -> LocalChart:
    """The neighbourhood of a latent (d,) among the data of a search.

    Its axes are rotated or mirrored to match the slopes (2, d) of the map there as closely as possible, so that right
    on the map is right here: Schoenemann 1966.
    """
    distances, indices = search.of(z[None], count + 1)
    others = indices[0][distances[0] > 0][:count]
    centre = z.astype(np.float64)
    apart = search.points[others].astype(np.float64) - centre
    axes = _leading(apart, len(z))
    left, _, right = np.linalg.svd(slopes @ axes.T)
    chart = LinearChart("neighbourhood", centre, (left @ right) @ axes, ("nearby, as on the map", "nearby"))
    places = np.linalg.norm(apart @ chart.axes.T, axis=1)
    reach = float(np.quantile(places, 0.9)) if len(places) else 0.0
    return LocalChart(chart, reach or 1.0, others)


def _leading(apart: NDArray[np.float64], dimensions: int) -> NDArray[np.float64]:
    """The two directions (2, d), orthonormal, along which vectors (k, d) are longest together."""
    _, _, rows = np.linalg.svd(apart, full_matrices=False)
    axes, _ = np.linalg.qr(np.concatenate([rows[:2].T, np.eye(dimensions, 2)], axis=1))  # of too few, any two
    leading = np.zeros((2, dimensions))
    leading[: min(2, dimensions)] = axes.T[:2]
    return leading
