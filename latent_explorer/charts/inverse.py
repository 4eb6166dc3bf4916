"""The inverse of charts that only place the data: from the plane to latent space, smoothly through the data."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer.charts.chart import bulk
from latent_explorer.charts.kind import ChartInput, Parameter
from latent_explorer.charts.neighbours import Search
from latent_explorer.charts.surface import Surface

_SIDE = 384
"""Nodes along the longer side of the map: about as many as there are data in a typical image set."""

_VALUES = 1 << 24  # numbers at all nodes together: 64 MiB
_MARGIN = 0.06  # of the longer side, around the bulk of the data

_SHARPEST, _OCTAVES = 0.35, 3.9
"""The width of the kernel in steps of the grid at full detail, and how often it doubles down to zero detail."""

_FAINTEST = 1e-12
"""The weight of the mean of all data, as a share of the largest: a thousand times the rounding error."""

_TOGETHER = 8  # dimensions at a time
_STARTS, _STEPS = 8, 16
_STUCK = 0.999  # of the square of the distance: a step that leaves more of it is the last
_HOPELESS = 10.0  # of the damping: four steps in a row, each shorter, have come no nearer
_ON_MAP = 1e-4  # of the spread of the latents: a latent so near to the surface lies on it
_ARRIVED = 1e-2  # of that distance: so near, it is not looked for any further
AROUND = 10
"""The number of data that determine the place of any other latent."""

SEED = Parameter(
    "seed", "random seed: another number gives another map of the same data", 0.0, kind="whole", low=0.0, high=2.0**31
)
"""The parameter of charts whose fit is random."""
DETAIL = Parameter(
    "detail",
    "how closely the pictures follow each image: 1 is exact but patchy, 0 is smooth",
    0.5,
    low=0.0,
    high=1.0,
    refits=False,
)
"""The parameter shared by all kinds of chart with this inverse."""


@dataclass(frozen=True, eq=False)
class NonlinearChart:
    """A chart given by where it puts each datum.

    name, axis_names: as in every chart. points: float32 (n, 2), the plane points of the data. latents: float32 (n, d),
    the data. detail: 0 to 1, see `DETAIL`. fit_seconds: wall and CPU seconds of the fit; None if unknown.

    The latent of a plane point is the mean of the data around it, weighted by their distance on the plane
    (Nadaraya-Watson regression), computed at the nodes of a grid. A datum's latent maps to its own point, a latent on
    this surface to its place there, and any other to the weighted median of the points of its nearest data.
    """

    name: str
    points: NDArray[np.float32]
    latents: NDArray[np.float32]
    axis_names: tuple[str, str]
    detail: float = 1.0
    fit_seconds: tuple[float, float] | None = None
    _making: Lock = field(default_factory=Lock)

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        return self.surface.at(np.asarray(uv, np.float64)).astype(np.float32)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        if z is self.latents:
            return self.points.astype(np.float64)
        places = np.asarray(z, np.float32)
        uv = self._placed(np.atleast_2d(places))
        return uv[0] if places.ndim == 1 else uv

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return self.surface.slopes(np.asarray(uv, np.float64))

    @property
    def surface(self) -> Surface:
        """The latents over the plane; takes some tenths of a second, once. Other threads wait for the first."""
        with self._making:
            return self._surface

    def prepare(self) -> None:
        """Compute in the calling thread what the first latent and the first place need."""
        _ = self.surface, self.search, self._nodes, self._widths, self._spread

    @cached_property
    def _surface(self) -> Surface:
        return regressed(self.points, self.latents, self.detail)

    @cached_property
    def search(self) -> Search:
        """Finds the data nearest to latents."""
        return Search(self.latents)

    @cached_property
    def _nodes(self) -> Search:
        return Search(self.surface.nodes.reshape(-1, self.latents.shape[1]))

    @cached_property
    def _widths(self) -> NDArray[np.float32]:
        """The maximum distance of the nodes around each node from it; between the nodes the surface is no farther
        away."""
        return self.surface.widths().ravel()

    @cached_property
    def _spread(self) -> float:
        some = self.latents[:: max(1, len(self.latents) // 5000)]
        return math.sqrt(float(some.var(0, np.float64).sum()))

    def amid(self, distances: NDArray[np.float64], indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """The places (m, 2) of latents with these nearest data, (m, k), nearest first: amid their points."""
        return _weighted_median(self.points[indices].astype(np.float64), distances)

    def _placed(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        distances, indices = self.search.of(z, AROUND)
        uv = self.amid(distances, indices)
        others = np.flatnonzero(distances[:, 0] > 0)
        if len(others):
            found, astray = self._nearest_on_surface(z[others])
            on_map = astray <= _ON_MAP * self._spread
            uv[others[on_map]] = found[on_map]
        return uv

    def _nearest_on_surface(self, z: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the surface comes closest to latents (m, d), as far as found, and how close: (m, 2) and (m,).

        Infinity if all nodes near the latent are too far away for the surface to pass through it.
        """
        surface = self.surface
        apart, nodes = self._nodes.of(z, _STARTS)
        latent, start = np.nonzero(apart <= self._widths[nodes] + _ON_MAP * self._spread)
        found, astray = np.zeros((len(z), 2)), np.full(len(z), np.inf)
        if not len(latent):
            return found, astray
        columns, rows = np.divmod(nodes[latent, start], surface.nodes.shape[1])
        uv = surface.corner + np.stack([columns, rows], -1) * surface.step
        uv, off = _descended(surface, uv, z.astype(np.float64), latent, _ARRIVED * _ON_MAP * self._spread)
        order = np.lexsort((off, latent))
        first = order[np.unique(latent[order], return_index=True)[1]]
        found[latent[first]], astray[latent[first]] = uv[first], off[first]
        return found, astray


def nonlinear_chart(data: ChartInput, axis_names: tuple[str, str]) -> NonlinearChart:
    """The chart of a fit that gave the array `points` (n, 2)."""
    seconds = data.fitted.get("fit_seconds")
    took = None if seconds is None or len(seconds) != 2 else (float(seconds[0]), float(seconds[1]))
    points = np.asarray(data.fitted["points"], np.float32)
    return NonlinearChart(data.name, points, data.means, axis_names, data.number("detail"), took)


def regressed(points: NDArray[np.float32], latents: NDArray[np.float32], detail: float) -> Surface:
    """The surface over the plane that passes through the middle of latents (n, d) at points (n, 2)."""
    home = bulk(points).astype(np.float64)
    low, extent = home.min(0), np.ptp(home, axis=0)
    longest = float(extent.max()) or 1.0
    side = max(8, min(_SIDE, math.isqrt(_VALUES // latents.shape[1])))
    step = longest * (1 + 2 * _MARGIN) / (side - 1)
    sides = np.maximum(np.ceil((extent + 2 * _MARGIN * longest) / step).astype(int) + 1, 3)
    corner = low - (step * (sides - 1) - extent) / 2
    width = max(_SHARPEST, _SHARPEST * side / _SIDE * 2 ** (_OCTAVES * (1 - detail)))
    nodes = _smoothed((points - corner) / step, latents, (int(sides[0]), int(sides[1])), width)
    return Surface(corner, np.full(2, step), nodes)


def _smoothed(
    place: NDArray[np.float64], latents: NDArray[np.float32], sides: tuple[int, int], width: float
) -> NDArray[np.float32]:
    """The weighted means (columns, rows, d) at the nodes of a grid of latents (n, d) at places (n, 2) in its steps.

    It is one convolution, computed by Fourier transform.
    """
    from scipy.fft import irfft2, next_fast_len, rfft2  # 0.1 s, for which no launch waits

    spread = _onto_nodes(place, sides)
    padded = tuple(next_fast_len(2 * side, real=True) for side in sides)
    transfer = rfft2(_kernel(padded, width))

    def blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
        grids = values.T.reshape(-1, *sides)
        whole: NDArray[np.float64] = irfft2(rfft2(grids, padded) * transfer, padded)
        return whole[:, : sides[0], : sides[1]]

    weight = blurred(np.asarray(spread.sum(1)))[0]
    weight = np.maximum(weight, 0) + _FAINTEST * float(weight.max())  # where there are no data at all, their middle
    middle = latents.mean(0, np.float64)
    nodes = np.empty((*sides, latents.shape[1]), np.float32)
    for first in range(0, latents.shape[1], _TOGETHER):
        part = slice(first, first + _TOGETHER)
        sums = blurred(spread @ (latents[:, part] - middle[part]))
        nodes[..., part] = np.moveaxis(sums / weight, 0, -1) + middle[part]
    return nodes


def _onto_nodes(place: NDArray[np.float64], sides: tuple[int, int]) -> Any:
    """The matrix (nodes, n) that shares each datum among the four nodes around it, by proximity."""
    from scipy.sparse import csr_matrix

    inside = np.flatnonzero(((place >= 0) & (place <= np.array(sides) - 1)).all(1))
    low = np.clip(np.floor(place[inside]).astype(np.int64), 0, np.array(sides) - 2)
    part = place[inside] - low
    rows, weights = [], []
    for right in (0, 1):
        for up in (0, 1):
            rows.append((low[:, 0] + right) * sides[1] + low[:, 1] + up)
            weights.append(np.abs(1 - right - part[:, 0]) * np.abs(1 - up - part[:, 1]))
    where = np.concatenate(rows), np.tile(inside, 4)
    return csr_matrix((np.concatenate(weights), where), (sides[0] * sides[1], len(place)))


def _kernel(padded: tuple[int, ...], width: float) -> NDArray[np.float64]:
    """The kernel around the first node of a periodic grid of this size.

    It has half its height at 0.64 of the width and falls with the fourth power: where data are dense a few of them
    decide, where they are sparse the nearest, and every place has a latent. Compared with Gaussians backed by wider
    ones, on t-SNE of 70,000 data: as exact, and smoother at the same error.
    """
    across, up = (np.square(_away(side) / width) for side in padded)
    kernel: NDArray[np.float64] = 1 / np.square(1 + across[:, None] + up)
    return kernel


def _away(side: int) -> NDArray[np.float64]:
    steps = np.arange(side, dtype=np.float64)
    return np.minimum(steps, side - steps)


def _weighted_median(points: NDArray[np.float64], distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median (m, 2) of points (m, k, 2), where smaller distances (m, k) count more."""
    nearest = np.maximum(distances[:, :1], np.finfo(float).tiny)
    weights = (nearest / np.maximum(distances, nearest)) ** 2
    weights = np.where(distances[:, :1] > 0, weights, distances == 0)
    order = np.argsort(points, axis=1)
    sorted_weights = np.take_along_axis(np.repeat(weights[..., None], 2, -1), order, 1)
    reached = np.cumsum(sorted_weights, axis=1) >= sorted_weights.sum(1, keepdims=True) / 2
    middle = reached.argmax(1)[:, None]
    median: NDArray[np.float64] = np.take_along_axis(np.take_along_axis(points, order, 1), middle, 1)[:, 0]
    return median


def _descended(
    surface: Surface, uv: NDArray[np.float64], z: NDArray[np.float64], latent: NDArray[np.int64], near: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places (m, 2) moved to where the surface comes closest to latents, and the remaining distances (m,).

    z: (n, d). latent: (m,), which of them each place is for; once one is as near as `near`, its others are left.
    The Levenberg-Marquardt method.
    """
    uv, off, damping = uv.copy(), surface.at(uv) - z[latent], np.full(len(uv), 1e-3)
    squares, going = np.square(off).sum(1), np.arange(len(uv))
    for _ in range(_STEPS):
        tried = uv[going] + _step(surface, uv[going], off[going], damping[going])
        there = surface.at(tried) - z[latent[going]]
        now = np.square(there).sum(1)
        better = now < squares[going]
        stuck = better & (now > _STUCK * squares[going])
        moved = going[better]
        uv[moved], off[moved], squares[moved] = tried[better], there[better], now[better]
        damping[going] *= np.where(better, 0.1, 10)
        arrived = np.bincount(latent, squares <= near**2, len(z)) > 0
        going = going[~stuck & (damping[going] < _HOPELESS) & ~arrived[latent[going]]]
        if not len(going):
            break
    return uv, np.sqrt(squares)


def _step(
    surface: Surface, uv: NDArray[np.float64], off: NDArray[np.float64], damping: NDArray[np.float64]
) -> NDArray[np.float64]:
    """By how much places (m, 2), which are off by (m, d), are to move."""
    slopes = surface.slopes(uv)
    normal = slopes @ slopes.swapaxes(1, 2)
    scale = np.maximum(np.trace(normal, axis1=1, axis2=2), np.finfo(float).tiny)
    matrix = normal + (damping * scale)[:, None, None] * np.eye(2)
    move = -np.linalg.solve(matrix, slopes @ off[..., None])[..., 0]
    return np.asarray(np.clip(move, -2 * surface.step, 2 * surface.step))
