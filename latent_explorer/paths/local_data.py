"""The data near a path, few enough to be queried at every step, and the cost of leaving them."""

from dataclasses import dataclass

import numpy as np

from latent_explorer.paths.asking import Reals, Steps, nearest_of
from latent_explorer.paths.space import Space

REACH = 10
"""The distance to the REACH-th nearest image measures the distance from the data."""
_ALONG = 17  # places along a line at which images are gathered
_GATHERED = 60  # images at each of them


@dataclass(frozen=True, eq=False)
class LocalData:
    """The images near a path. points: (k, d), k >= REACH, their latents. usual: the largest usual reach."""

    points: Reals
    usual: float

    def reach(self, z: Reals) -> tuple[Reals, Reals]:
        """The distances (n,) of latents (n, d) to the 10th nearest of these images, and its place (n, d)."""
        squares = np.square(z).sum(1)[:, None] - 2 * z @ self.points.T + np.square(self.points).sum(1)
        tenth = np.argpartition(squares, REACH - 1, axis=1)[:, REACH - 1]
        there = self.points[tenth]
        return np.linalg.norm(z - there, axis=1), there

    def excess(self, z: Reals) -> tuple[Reals, Reals]:
        """How much farther than usual latents (n, d) are from the data, (n,), relative to the usual reach; its slope
        (n, d)."""
        reach, there = self.reach(z)
        over = np.maximum(reach / self.usual - 1, 0)
        slope = (z - there) / (np.maximum(reach, 1e-12) * self.usual)[:, None]
        return over, np.where(over[:, None] > 0, slope, 0)


def gather(space: Space, line: Reals) -> Steps[LocalData | None]:
    """The images near a line (m, d); None if there are too few."""
    if space.means is None or len(space.means) < REACH or not np.isfinite(space.usual_reach):
        return None
    some = line[np.linspace(0, len(line) - 1, min(_ALONG, len(line))).round().astype(int)]
    _, numbers = yield from nearest_of(some, min(_GATHERED, len(space.means)))
    return LocalData(space.data[np.unique(numbers)].astype(np.float64), max(space.usual_reach, 1e-9))


def main_directions(points: Reals, most: int) -> Reals:
    """The directions (q, d), q <= most, in which points (n, d) vary most; all axes if there are no more."""
    dimensions = points.shape[1]
    if dimensions <= most:
        return np.eye(dimensions)
    _, axes = np.linalg.eigh(np.cov(points, rowvar=False))
    directions: Reals = axes[:, ::-1][:, :most].T
    return directions
