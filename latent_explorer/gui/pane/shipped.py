"""The tiles that a bundle brings along, by their keys."""

import numpy as np

from latent_explorer.atlas import TileKey, spacing, tile_region
from latent_explorer.atlas.cache import Pictures
from latent_explorer.session import OpenBundle

_ASTRAY = 1e-3  # of the distance between neighbouring pictures


def shipped_tiles(bundle: OpenBundle, field: str) -> dict[TileKey, Pictures]:
    """The tiles (64, h, w, c) of a bundle as those of a field seen through its chart.

    None where the chart puts them elsewhere than the one through which they were decoded: they are another map's.
    """
    if bundle.tiles is None or bundle.label:
        return {}
    keys = [TileKey(field, bundle.chart.name, *place) for place in bundle.tiles.places.tolist()]
    middles = bundle.chart.to_latent(np.array([tile_region(key).centre for key in keys]))
    astray = np.abs(middles - bundle.tiles.latents).max(axis=1)
    allowed = np.array([_ASTRAY * spacing(key.level) for key in keys]) + np.spacing(np.abs(middles).max(axis=1))
    return dict(zip(keys, bundle.tiles.pictures, strict=True)) if (astray <= allowed).all() else {}
