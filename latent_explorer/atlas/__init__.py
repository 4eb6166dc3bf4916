"""The atlas: a field cut into tiles, level by level like a street map."""

from latent_explorer.atlas.cache import TileCache
from latent_explorer.atlas.disk import DiskTiles, clear_tiles, name_of
from latent_explorer.atlas.geometry import (
    PICTURES,
    Region,
    TileKey,
    grid_points,
    level_for,
    spacing,
    tile_points,
    tile_region,
    tiles_over,
)
from latent_explorer.atlas.interpolation import interpolated_picture
from latent_explorer.atlas.montage import montage

__all__ = [
    "PICTURES",
    "DiskTiles",
    "Region",
    "TileCache",
    "TileKey",
    "clear_tiles",
    "grid_points",
    "interpolated_picture",
    "level_for",
    "montage",
    "name_of",
    "spacing",
    "tile_points",
    "tile_region",
    "tiles_over",
]
