"""The atlas: a field cut into tiles, level by level like a street map."""

from latent_explorer.atlas.cache import ByteCache, TileCache
from latent_explorer.atlas.disk import (
    DISK_BYTES,
    DiskTiles,
    Layout,
    clear_tiles,
    name_of,
    tiles_bytes,
    trim_tiles,
)
from latent_explorer.atlas.first import PICTURE_PIXELS, first_levels, fitting_scale
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
from latent_explorer.atlas.scalars import field_value, node_points

__all__ = [
    "DISK_BYTES",
    "PICTURES",
    "PICTURE_PIXELS",
    "ByteCache",
    "DiskTiles",
    "Layout",
    "Region",
    "TileCache",
    "TileKey",
    "clear_tiles",
    "field_value",
    "first_levels",
    "fitting_scale",
    "grid_points",
    "interpolated_picture",
    "level_for",
    "montage",
    "name_of",
    "node_points",
    "spacing",
    "tile_points",
    "tile_region",
    "tiles_bytes",
    "tiles_over",
    "trim_tiles",
]
