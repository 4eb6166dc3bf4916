"""A chart whose plane is turned, so that the map of a run stays beside the map before."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer.charts.chart import Chart


class Turn(NamedTuple):
    """An orthogonal 2x2 matrix, row by row: plane points as columns are multiplied by it from the left."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0

    @classmethod
    def between(cls, uv: ArrayLike, before: ArrayLike) -> "Turn":
        """The orthogonal transform that brings points (n, 2) nearest to where they were `before` (n, 2).

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
        """Whether left and right are exchanged too."""
        return self.a * self.d - self.b * self.c < 0

    @property
    def degrees(self) -> float:
        """By how much the first axis is turned counterclockwise, within -180..180."""
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
