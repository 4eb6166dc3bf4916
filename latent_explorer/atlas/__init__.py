"""The atlas: a field cut into tiles, level by level like a street map."""

from latent_explorer.atlas.cache import (
    DISK_BYTES,
    ByteCache,
    DiskTiles,
    Layout,
    TileCache,
    clear_tiles,
    name_of,
    tiles_bytes,
    trim_tiles,
)
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
from latent_explorer.atlas.sampling import field_value, interpolated_picture, montage, node_points
from latent_explorer.atlas.view import first_levels, usual_picture_pixels
