"""What part of the plane the map shows, and how: plain arithmetic, free of Qt."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region, fitting_scale

SCALES = (1e-4, 2.0**40)
"""Pixels per plane unit, least and most, of any map; where its latents no longer differ, a map ends sooner."""


@dataclass(frozen=True, slots=True)
class View:
    """A map of `width` x `height` pixels with plane point (u, v) in its middle, `scale` pixels to the plane unit.

    Screen coordinates run right and down from the top left, plane coordinates right and up.
    """

    u: float = 0.0
    v: float = 0.0
    scale: float = 100.0
    width: int = 1
    height: int = 1

    @property
    def region(self) -> Region:
        """The part of the plane that is seen."""
        half_width, half_height = self.width / 2 / self.scale, self.height / 2 / self.scale
        return Region(self.u - half_width, self.v - half_height, self.u + half_width, self.v + half_height)

    def to_plane(self, x: float, y: float) -> tuple[float, float]:
        """The plane point under a pixel."""
        return self.u + (x - self.width / 2) / self.scale, self.v - (y - self.height / 2) / self.scale

    def to_screen(self, uv: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels (n, 2) of plane points (n, 2); or (2,) of one (2,)."""
        centre, middle = np.array([self.u, self.v]), np.array([self.width / 2, self.height / 2])
        screen: NDArray[np.float64] = (np.asarray(uv, np.float64) - centre) * (self.scale, -self.scale) + middle
        return screen

    def to_screen_point(self, uv: tuple[float, float]) -> tuple[float, float]:
        """The pixel of one plane point."""
        return (uv[0] - self.u) * self.scale + self.width / 2, (self.v - uv[1]) * self.scale + self.height / 2

    def zoomed(self, factor: float, x: float, y: float) -> "View":
        """Closer by a factor, with the plane point under (x, y) staying there."""
        scale = float(np.clip(self.scale * factor, *SCALES))
        u, v = self.to_plane(x, y)
        change = self.scale / scale
        return replace(self, u=u + (self.u - u) * change, v=v + (self.v - v) * change, scale=scale)

    def panned(self, dx: float, dy: float) -> "View":
        """With everything moved by pixels (dx, dy)."""
        return replace(self, u=self.u - dx / self.scale, v=self.v + dy / self.scale)

    def centred(self, u: float, v: float) -> "View":
        """With a plane point in the middle."""
        return replace(self, u=u, v=v)

    def resized(self, width: int, height: int) -> "View":
        """For another size, the same point in the middle at the same scale."""
        return replace(self, width=max(1, width), height=max(1, height))

    def over(self, left: float, right: float, bottom: float, top: float) -> "View":
        """Showing ranges of the plane as large as they go; this very view where it shows them to a 50th of a pixel.

        At great depth ranges are coarser than a view, whose scale must not change by their rounding.
        """
        region = self.region
        off = (region.left - left, region.right - right, region.bottom - bottom, region.top - top)
        if max(map(abs, off)) * self.scale < 0.02:
            return self
        scale = min(self.width / (right - left), self.height / (top - bottom))
        if abs(scale / self.scale - 1) * max(self.width, self.height) < 0.02:
            scale = self.scale
        return replace(self, u=(left + right) / 2, v=(bottom + top) / 2, scale=float(np.clip(scale, *SCALES)))

    def fitted(self, region: Region, margin: float = 0.06) -> "View":
        """Showing all of a region, with a margin in shares of it."""
        wide = region.grown(margin)
        scale = fitting_scale(wide, self.width, self.height)
        u, v = wide.centre
        return replace(self, u=u, v=v, scale=float(np.clip(scale, *SCALES)))
