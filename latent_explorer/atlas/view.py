"""The part of the plane that the map shows, at first and later, and the ticks of its axes: free of Qt."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.geometry import Region, TileKey, level_for, tiles_over

PICTURE_PIXELS = (50.0, 90.0)
"""The default target side of one picture on screen, in logical pixels: the minimum, and the maximum on a large map."""
_PICTURES_ACROSS = 12

SCALES = (1e-4, 2.0**40)
"""Pixels per plane unit, minimum and maximum, of any map; a map ends earlier where its latents no longer differ."""

_MAPS = ((775, 551), (1415, 831), (1415, 551), (775, 831))
"""Logical pixels of the map in windows of 1280 x 800 and of 1920 x 1080, and in windows as wide and high as either."""
_COARSER = 3  # levels below: for larger pictures, and to stand in when one zooms out
_APART = 90  # pixels between two ticks, at least
_CORNER = 30  # pixels above the lower edge that belong to the lower axis where both lie on the map


@dataclass(frozen=True, slots=True)
class View:
    """A map of `width` x `height` pixels with plane point (u, v) in its middle and `scale` pixels per plane unit.

    Screen coordinates run right and down from the top left, plane coordinates right and up.
    """

    u: float = 0.0
    v: float = 0.0
    scale: float = 100.0
    width: int = 1
    height: int = 1

    @property
    def region(self) -> Region:
        """The visible part of the plane."""
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
        """Closer by a factor, keeping the plane point under (x, y) fixed."""
        scale = float(np.clip(self.scale * factor, *SCALES))
        u, v = self.to_plane(x, y)
        change = self.scale / scale
        return replace(self, u=u + (self.u - u) * change, v=v + (self.v - v) * change, scale=scale)

    def panned(self, dx: float, dy: float) -> "View":
        """Moved by pixels (dx, dy)."""
        return replace(self, u=self.u - dx / self.scale, v=self.v + dy / self.scale)

    def centred(self, u: float, v: float) -> "View":
        """With a plane point in the middle."""
        return replace(self, u=u, v=v)

    def resized(self, width: int, height: int) -> "View":
        """Resized, with the same point in the middle at the same scale."""
        return replace(self, width=max(1, width), height=max(1, height))

    def over(self, left: float, right: float, bottom: float, top: float) -> "View":
        """Showing ranges of the plane as large as possible; this same view if it already shows them to a 50th of a
        pixel.

        At great depth ranges are coarser than a view, and their rounding must not change its scale.
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
        """Showing all of a region, with a margin as a share of it."""
        wide = region.grown(margin)
        scale = min(self.width / max(wide.width, 1e-6), self.height / max(wide.height, 1e-6))
        u, v = wide.centre
        return replace(self, u=u, v=v, scale=float(np.clip(scale, *SCALES)))


def usual_picture_pixels(width: float, height: float) -> float:
    """The target side of one picture on a map of this size, in logical pixels."""
    least, most = PICTURE_PIXELS
    return min(max(min(width, height) / _PICTURES_ACROSS, least), most)


def first_levels(home: Region, *, field: str, chart: str) -> Iterator[list[TileKey]]:
    """The tiles of a field that cover the first view of `home`, level by level, the coarsest first."""
    seen = [View(width=width, height=height).fitted(home) for width, height in _MAPS]
    levels = [level_for(view.scale, usual_picture_pixels(view.width, view.height)) for view in seen]
    for level in range(min(levels) - _COARSER, max(levels) + 1):
        # a coarser level may be seen in a window of any of the sizes, a finer one only where there is room for it
        regions = [view.region for view, highest in zip(seen, levels, strict=True) if level <= highest]
        yield list(dict.fromkeys(key for each in regions for key in tiles_over(each, level, field=field, chart=chart)))


def tick_step(scale: float) -> float:
    """A round step of 1, 2 or 5 times a power of ten, at least 90 pixels at `scale` pixels per unit."""
    least = _APART / scale
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def tick_text(value: float, step: float) -> str:
    """A tick's label, with as many decimals as its step has, so that neighbours differ."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{decimals}f}" if round(value / step) or not decimals else "0"


def ticks(start: float, end: float, scale: float) -> Iterator[tuple[float, str]]:
    """The ticks within an interval at `scale` pixels per unit, and their labels."""
    step = tick_step(scale)
    for number in range(math.ceil(start / step), math.floor(end / step) + 1):
        yield number * step, tick_text(number * step, step)


def lower_ticks(view: View) -> Iterator[tuple[float, str]]:
    """The ticks along the lower edge of a view: pixels from the left, and labels."""
    region = view.region
    return (((u - region.left) * view.scale, text) for u, text in ticks(region.left, region.right, view.scale))


def left_ticks(view: View) -> Iterator[tuple[float, str]]:
    """The ticks along the left edge, except in the corner, which the lower one has: pixels from the top, and labels."""
    region = view.region
    places = (((region.top - v) * view.scale, text) for v, text in ticks(region.bottom, region.top, view.scale))
    return (place for place in places if place[0] <= view.height - _CORNER)
