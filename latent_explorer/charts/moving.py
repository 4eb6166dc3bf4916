"""The chart of data whose places are still changing during a fit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class MovingChart:
    """Each plane point gets the latent of the datum nearest to it. points: float32 (n, 2); latents: float32 (n, d)."""

    points: NDArray[np.float32]
    latents: NDArray[np.float32]
    axis_names: tuple[str, str] = ("being fitted", "being fitted")
    name: str = "being fitted"

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        places = np.asarray(uv, np.float32)
        nearest = [int(np.square(self.points - place).sum(1).argmin()) for place in places.reshape(-1, 2)]
        return self.latents[nearest].reshape(*places.shape[:-1], -1)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        if z is self.latents:
            return self.points.astype(np.float64)
        places = np.asarray(z, np.float32)
        nearest = [int(np.square(self.latents - place).sum(1).argmin()) for place in np.atleast_2d(places)]
        return self.points[nearest].astype(np.float64).reshape(*places.shape[:-1], 2)

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return np.zeros((2, self.latents.shape[1]))
