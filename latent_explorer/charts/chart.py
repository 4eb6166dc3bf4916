"""The definition of a chart, affine and turned charts, where most data are, and how close two places may be."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

_OUTSIDE = 0.001
_FEW = 1000


class Chart(Protocol):
    """The two-way map between plane and latent space.

    name: distinguishes charts of one bundle. axis_names: of u and v, in words; empty for an unused axis.
    """

    @property
    def name(self) -> str: ...

    @property
    def axis_names(self) -> tuple[str, str]: ...

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        """Latents (n, d) of plane points (n, 2); or (d,) of one point (2,)."""
        ...

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        """Plane points (n, 2) of latents (n, d); or (2,) of one latent (d,)."""
        ...

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        """The derivatives of the latent (2, d) with respect to u and v at a plane point (2,)."""
        ...


@dataclass(frozen=True, eq=False)
class LinearChart:
    """The plane through `origin` (d,) spanned by the two rows of `axes` (2, d).

    The rows are orthonormal (a row is zero where the latent space has only one dimension), so plane distances are
    latent distances within the plane, and `to_plane` projects at right angles.
    """

    name: str
    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    axis_names: tuple[str, str] = ("u", "v")

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        return (self.origin + np.asarray(uv, np.float64) @ self.axes).astype(np.float32)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        plane: NDArray[np.float64] = (np.asarray(z, np.float64) - self.origin) @ self.axes.T
        return plane

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return self.axes


@dataclass(frozen=True, eq=False)
class LinearMap:
    """A linear map onto the plane, whose axes may be skew, and its linear inverse.

    A latent z goes to (z - middle) @ forth, with forth (d, 2); a plane point goes to middle + uv @ back, with back (2,
    d) and back @ forth = 1, so that `to_plane` undoes `to_latent`.
    """

    name: str
    middle: NDArray[np.float64]
    forth: NDArray[np.float64]
    back: NDArray[np.float64]
    axis_names: tuple[str, str]

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        return (self.middle + np.asarray(uv, np.float64) @ self.back).astype(np.float32)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        plane: NDArray[np.float64] = (np.asarray(z, np.float64) - self.middle) @ self.forth
        return plane

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return self.back


def bulk(uv: NDArray[np.float32]) -> NDArray[np.float32]:
    """The points (m, 2) of (n, 2) without the farthest thousandth at each side; all if they are few."""
    if len(uv) < _FEW:
        return uv
    low, high = np.quantile(uv, (_OUTSIDE, 1 - _OUTSIDE), axis=0)
    inside: NDArray[np.float32] = uv[((uv >= low) & (uv <= high)).all(1)]
    return inside


def least_step(chart: Chart, uv: tuple[float, float]) -> float:
    """The smallest plane distance by which a step along u, and one along v, certainly changes the float32 latent at
    `uv`.

    A step changes the latent once it moves some coordinate by the distance of neighbouring float32 numbers there. Valid
    for charts that are smooth near `uv`. An axis that moves no coordinate is ignored; 0 if both are.
    """
    z = chart.to_latent(uv).astype(np.float64)
    rates = np.abs(chart.slopes(uv))
    gaps = np.spacing(np.abs(z).astype(np.float32)).astype(np.float64)
    steps = [float((gaps[rate > 0] / rate[rate > 0]).min()) for rate in rates if (rate > 0).any()]
    return max(steps, default=0.0)


class Turn(NamedTuple):
    """An orthogonal 2x2 matrix, row by row: it multiplies plane points, as columns, from the left."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0

    @classmethod
    def between(cls, uv: ArrayLike, before: ArrayLike) -> "Turn":
        """The orthogonal transform that brings points (n, 2) closest to their places `before` (n, 2).

        The least sum of squared distances; Schoenemann 1966, "A generalized solution of the orthogonal Procrustes
        problem".
        """
        from scipy.linalg import orthogonal_procrustes  # 0.1 s, for which no launch waits

        rows, _ = orthogonal_procrustes(np.asarray(uv, np.float64), np.asarray(before, np.float64))
        return cls(*map(float, rows.T.ravel()))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """As an array (2, 2)."""
        return np.array(self).reshape(2, 2)

    @property
    def mirrored(self) -> bool:
        """Whether it also mirrors left and right."""
        return self.a * self.d - self.b * self.c < 0

    @property
    def degrees(self) -> float:
        """The counterclockwise rotation of the first axis, within -180..180."""
        return float(np.degrees(np.arctan2(self.c, self.a)))


@dataclass(frozen=True, eq=False)
class TurnedChart:
    """Another chart with its plane turned."""

    chart: Chart
    turn: Turn

    @property
    def name(self) -> str:
        return f"{self.chart.name} turned"

    @property
    def axis_names(self) -> tuple[str, str]:
        if self.turn == Turn():
            return self.chart.axis_names
        u, v = (f"{name}, turned by {self.turn.degrees:.0f}°" if name else "" for name in self.chart.axis_names)
        return u, v

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        return self.chart.to_latent(np.asarray(uv, np.float64) @ self.turn.matrix)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        return self.chart.to_plane(z) @ self.turn.matrix.T

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return self.turn.matrix @ self.chart.slopes(np.asarray(uv, np.float64) @ self.turn.matrix)
