"""Where the pictures of the atlas are: levels, tiles and grids, in float64 plane coordinates.

At level n the plane is ruled into square cells of side 2^-n, one picture in the middle of each; a tile is a block of
8 x 8 cells. Cell (i, j) covers [i, i+1) x [j, j+1) in units of its side, with v upwards.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PICTURES = 8
"""Pictures along one side of a tile."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the plane."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, share: float) -> "Region":
        """The region with `share` of its width and height added at each side."""
        du, dv = self.width * share, self.height * share
        return Region(self.left - du, self.bottom - dv, self.right + du, self.top + dv)

    @staticmethod
    def around(uv: NDArray[np.floating]) -> "Region":
        """The smallest region that holds the finite points `uv` (n, 2), enlarged around a single place.

        Without points, the square of side 2 around 0.
        """
        finite = uv[np.isfinite(uv).all(1)]
        if not len(finite):
            return Region(-1.0, -1.0, 1.0, 1.0)
        (left, bottom), (right, top) = finite.min(0).tolist(), finite.max(0).tolist()
        room = 0.0 if left < right or bottom < top else 1.0
        return Region(left - room, bottom - room, right + room, top + room)


@dataclass(frozen=True, slots=True)
class TileKey:
    """The field, chart, level and place of a tile."""

    field: str
    chart: str
    level: int
    column: int
    row: int


def spacing(level: int) -> float:
    """The plane distance between neighbouring pictures at a level."""
    return math.ldexp(1.0, -level)


def level_for(pixels_per_unit: float, picture_pixels: float) -> int:
    """The level at which one picture's side on screen is closest to `picture_pixels` (within a factor of sqrt 2)."""
    return round(math.log2(pixels_per_unit / picture_pixels))


def tile_region(key: TileKey) -> Region:
    """The rectangle that a tile covers."""
    side = PICTURES * spacing(key.level)
    left, bottom = key.column * side, key.row * side
    return Region(left, bottom, left + side, bottom + side)


def tile_points(key: TileKey) -> NDArray[np.float64]:
    """The plane points (64, 2) of a tile's pictures, row by row from the top left, as in its image."""
    return grid_points(tile_region(key), PICTURES, PICTURES)


def grid_points(region: Region, columns: int, rows: int) -> NDArray[np.float64]:
    """The centres (rows * columns, 2) of the cells of a region, row by row from the top left."""
    u = region.left + (np.arange(columns) + 0.5) * (region.width / columns)
    v = region.top - (np.arange(rows) + 0.5) * (region.height / rows)
    return np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)


def tiles_over(
    region: Region, level: int, *, field: str, chart: str, near: tuple[float, float] | None = None
) -> list[TileKey]:
    """The tiles that meet a region, the nearest to `near` first (by default the region's centre)."""
    side = PICTURES * spacing(level)
    u, v = near or region.centre
    columns = range(math.floor(region.left / side), math.ceil(region.right / side))
    rows = range(math.floor(region.bottom / side), math.ceil(region.top / side))
    keys = [TileKey(field, chart, level, column, row) for row in rows for column in columns]
    return sorted(keys, key=lambda key: math.hypot((key.column + 0.5) * side - u, (key.row + 0.5) * side - v))
