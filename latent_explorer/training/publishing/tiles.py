"""The pictures that a bundle brings along: those that a window shows first."""

import math

import numpy as np

from latent_explorer.atlas import PICTURES, Region, TileKey, first_levels, tile_points, tile_region
from latent_explorer.bundles import TILES_BYTES, Latents, Tiles
from latent_explorer.charts import Chart, bulk, chart_for
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.model import LatentModel


def first_tiles(
    model: LatentModel,
    latents: Latents,
    limit: int = TILES_BYTES,
    turn: tuple[float, float, float, float] | None = None,
) -> Tiles | None:
    """The tiles seen first of a map of `latents`, decoded; None where not even the coarsest level keeps to `limit`.

    limit: bytes of all pictures. Of the levels those are taken, from the coarsest on, that fit whole.
    turn: of the map, as the bundle's configuration says it.
    """
    chart = chart_for(None, latents.mean, turn)
    keys = _within(limit // (PICTURES**2 * math.prod(model.spec.image_shape)), latents, chart)
    if not keys:
        return None
    z = chart.to_latent(np.concatenate([tile_points(key) for key in keys]))
    pictures = decode_pictures(model, z)
    return Tiles(
        places=np.array([(key.level, key.column, key.row) for key in keys], np.int32),
        latents=chart.to_latent(np.array([tile_region(key).centre for key in keys])),
        pictures=pictures.reshape(len(keys), PICTURES**2, *pictures.shape[1:]),
    )


def _within(count: int, latents: Latents, chart: Chart) -> list[TileKey]:
    """The keys of the first tiles, level by level until the next would make more than `count` of them."""
    home = Region.around(bulk(chart.to_plane(latents.mean).astype(np.float32)))
    keys: list[TileKey] = []
    for level in first_levels(home, field="picture", chart=chart.name):
        if len(keys) + len(level) > count:
            break
        keys += level
    return keys
