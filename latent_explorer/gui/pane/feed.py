"""What the atlas needs of the engine: keeps the tiles, and says which are wanted."""

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import (
    PICTURE_PIXELS,
    TileCache,
    TileKey,
    interpolated_picture,
    level_for,
    spacing,
    tile_region,
    tiles_over,
)
from latent_explorer.atlas.cache import Pictures
from latent_explorer.atlas.prefetch import wanted_tiles
from latent_explorer.atlas.view import View
from latent_explorer.charts import Chart, least_step
from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode import want_tile
from latent_explorer.fields import PICTURE
from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.session import OpenBundle

FIELD = PICTURE.name
_ASTRAY = 1e-3  # of the distance between neighbouring pictures
_COARSER = 5  # levels searched for a picture to interpolate from


class AtlasFeed:
    """The tiles of one chart.

    picture_pixels: the side of one picture on screen that is aimed at, in logical pixels; what is seen lies within a
    factor of the square root of 2 of it.
    """

    def __init__(self, client: EngineClient, store: TileStore) -> None:
        self.cache = TileCache()
        self.picture_pixels = PICTURE_PIXELS
        self.keys: list[TileKey] = []
        self.paused = False
        self._client, self._store = client, store
        self._chart: Chart | None = None
        self._shipped: Mapping[TileKey, Pictures] = {}
        self._level = 0
        self._before = View()

    @property
    def missing(self) -> int:
        """How many tiles of the view are not there yet."""
        return sum(not self.cache.fresh(key) for key in self.keys)

    def open(self, bundle: OpenBundle) -> None:
        """Start afresh with another bundle or chart, and with the tiles that it brings along."""
        self.cache.clear()
        self._chart, self._shipped = bundle.chart, shipped_tiles(bundle)
        self._take_shipped(self._shipped)

    def renew(self, chart: Chart) -> None:
        """Go on with another chart and decoder; what was decoded before stands in until it is decoded anew."""
        self.cache.expire()
        self._chart, self._shipped = chart, {}

    def forget_all(self) -> None:
        self.cache.clear()
        self._shipped = {}

    def look(self, view: View, near: tuple[float, float] | None) -> None:
        """Want the tiles of a view, nearest first to a plane point, then those that will be wanted next."""
        if self._chart is None:
            return
        self._level = level_for(view.scale, self.picture_pixels)
        groups = wanted_tiles(view, self._before, near, self.picture_pixels, field=FIELD, chart=self._chart.name)
        self.keys, *later = groups
        self._before = view
        wanted = dict.fromkeys(self.keys + [key for group in later for key in group])
        self._take_shipped(wanted)
        missing = [key for key in wanted if not self.cache.fresh(key)]
        kept = self._store.request("tiles", missing)
        if not self.paused:
            self._client.request("tiles", [want_tile(key, self._chart) for key in missing if key not in kept])

    def cover(self, view: View) -> list[TileKey]:
        if self._chart is None:
            return []
        level = level_for(view.scale, self.picture_pixels)
        return tiles_over(view.region, level, field=FIELD, chart=self._chart.name)

    def closest(self, uv: tuple[float, float]) -> float:
        """The scale up to which one can zoom in at a plane point: beyond, neighbouring pictures are the same."""
        step = 0.0 if self._chart is None else least_step(self._chart, uv)
        return self.picture_pixels / step if step else math.inf

    def take(self, answer: Answer) -> tuple[TileKey, list[TileKey]]:
        """Keep a tile that came; returns its key and those forgotten for it."""
        assert isinstance(answer.key, TileKey)
        assert answer.pictures is not None
        self._store.keep(answer.key, answer.pictures)
        return answer.key, self.cache.put(answer.key, answer.pictures)

    def interpolated(self, uv: tuple[float, float]) -> NDArray[np.uint8] | None:
        """The picture (h, w, c) at a plane point, from the tiles that are there; None where none is near."""
        if self._chart is None:
            return None
        levels = range(self._level, self._level - _COARSER, -1)
        return interpolated_picture(self.cache, uv, levels, field=FIELD, chart=self._chart.name)

    def _take_shipped(self, keys: Iterable[TileKey]) -> None:
        for key in keys:
            if key in self._shipped and key not in self.cache:
                self.cache.put(key, self._shipped[key])


def shipped_tiles(bundle: OpenBundle) -> dict[TileKey, Pictures]:
    """The tiles of pictures (64, h, w, c) that a bundle brings along, as they are seen through its chart.

    None where the chart puts them elsewhere than the one through which they were decoded: they are another map's.
    """
    if bundle.tiles is None or bundle.label:
        return {}
    keys = [TileKey(FIELD, bundle.chart.name, *place) for place in bundle.tiles.places.tolist()]
    middles = bundle.chart.to_latent(np.array([tile_region(key).centre for key in keys]))
    astray = np.abs(middles - bundle.tiles.latents).max(axis=1)
    allowed = np.array([_ASTRAY * spacing(key.level) for key in keys]) + np.spacing(np.abs(middles).max(axis=1))
    return dict(zip(keys, bundle.tiles.pictures, strict=True)) if (astray <= allowed).all() else {}
