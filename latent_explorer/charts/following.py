"""The chart of more than two dimensions: principal components, with the other coordinates following the data."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer.charts.chart import LinearChart, bulk
from latent_explorer.charts.kind import MANY, ChartKind
from latent_explorer.charts.principal import principal_chart
from latent_explorer.charts.surface import Surface

_NODES = 64
"""Nodes of the grid on each side: at most 1.5 per kernel width for a normal cloud of 20,000 points.

Products of larger matrices run in threads, which takes far longer if other programs use the processors.
"""

_ENOUGH = 20_000
"""The number of points from which the grid is made; of more, every second, every third and so on."""

_ENOUGH_VALUES = 2**22
"""Fewer points in thousands of dimensions: 1,024 in 4,096."""

_TOGETHER = 64  # dimensions at a time

_WIDER, _FAINTER = 3.0, 1e-3
"""Each of the three further kernels is this much wider and weaker: they matter only where the one before has no
data."""

_LEAST = 60.0
"""No kernel falls below exp(-60): every place has a weight, and no number is too small for fast arithmetic."""


@dataclass(frozen=True, eq=False)
class FollowingChart:
    """A plane in latent space, bent at right angles to itself towards the data.

    A plane point's latent is that of `plane` plus a smooth function of the point that is orthogonal to both axes, so
    `to_plane` undoes `to_latent`. The function is given at the nodes of a grid and is a quadratic B-spline between
    them; beyond the grid it stays what it is at the edge. corner: (2,) the first node; step: (2,) between nodes.
    lift: (columns, rows, d) what is added at each node.
    """

    name: str
    plane: LinearChart
    corner: NDArray[np.float64]
    step: NDArray[np.float64]
    lift: NDArray[np.float32]

    @property
    def axis_names(self) -> tuple[str, str]:
        u, v = (f"{name}, following the data" if name else "" for name in self.plane.axis_names)
        return u, v

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        points = np.asarray(uv, np.float64)
        return (self.plane.origin + points @ self.plane.axes + self._surface.at(points)).astype(np.float32)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        return self.plane.to_plane(z)

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        rise: NDArray[np.float64] = self.plane.axes + self._surface.slopes(np.asarray(uv, np.float64))
        return rise

    @cached_property
    def _surface(self) -> Surface:
        return Surface(self.corner, self.step, self.lift)


def following_chart(means: ArrayLike) -> FollowingChart:
    """The principal plane of `means` (n, d), where each point's latent is amid the data around that point.

    The coordinates off the plane are the mean of those of the data, weighted with a Gaussian of the distance in the
    plane (Nadaraya-Watson regression); its width is Scott's rule for a density in two dimensions, the spread along each
    axis times n^(-1/6). Where no data are near, wider Gaussians, and so the nearest data, take over.
    """
    points = np.asarray(means)
    plane = principal_chart(points)
    enough = min(_ENOUGH, max(_ENOUGH_VALUES // points.shape[1], 1))
    sample = points[:: -(-len(points) // enough)].astype(np.float64)
    uv = plane.to_plane(sample)
    off = sample - plane.origin - uv @ plane.axes
    home = bulk(uv.astype(np.float32)).astype(np.float64)
    corner, extent = home.min(0), np.ptp(home, axis=0)
    step = np.where(extent > 0, extent, 1.0) / (_NODES - 1)
    widths = np.maximum(uv.std(0) * len(uv) ** (-1 / 6), step)
    return FollowingChart("following", plane, corner, step, _regressed(off, (uv - corner) / step, widths / step))


def _regressed(
    off: NDArray[np.float64], place: NDArray[np.float64], widths: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The weighted means (columns, rows, d) at the nodes of values (n, d) at places (n, 2), in steps of the grid."""
    nearest = np.rint(place).astype(int)
    inside = ((nearest >= 0) & (nearest < _NODES)).all(1)
    index = nearest[inside] @ (_NODES, 1)
    order = np.argsort(index, kind="stable")
    cells, starts = np.unique(index[order], return_index=True)
    weight = _smoothed(np.bincount(index, minlength=_NODES**2)[None].astype(np.float64), widths)[0]
    lift = np.empty((_NODES, _NODES, off.shape[1]), np.float32)
    for first in range(0, off.shape[1], _TOGETHER):
        values = off[inside, first : first + _TOGETHER][order]
        sums = np.zeros((values.shape[1], _NODES**2))
        sums[:, cells] = np.add.reduceat(values, starts, axis=0).T
        lift[..., first : first + _TOGETHER] = np.moveaxis(_smoothed(sums, widths) / weight, 0, -1)
    return lift


def _smoothed(sums: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (k, nodes) over the cells of the grid, spread over their neighbours: (k, columns, rows)."""
    across = np.subtract.outer(np.arange(_NODES), np.arange(_NODES)) ** 2
    grids, total = sums.reshape(-1, _NODES, _NODES), np.zeros((len(sums), _NODES, _NODES))
    for k in range(4):
        u, v = np.exp(-np.minimum(across / (2 * (widths * _WIDER**k)[:, None, None] ** 2), _LEAST))
        total += _FAINTER**k * (u @ grids @ v)
    return total


FOLLOWING = ChartKind(
    name="following",
    title="Principal plane, following the data",
    sentence="The principal plane, bent to run through the middle of the data.",
    make=lambda data: following_chart(data.means),
    dimensions=range(3, MANY),
    default_for=range(3, MANY),
)
