"""The tiles of pictures and fields: cached, and requested from the engine as the view needs them."""

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import (
    TileCache,
    TileKey,
    interpolated_picture,
    level_for,
    spacing,
    tile_region,
    tiles_over,
    usual_picture_pixels,
)
from latent_explorer.atlas.cache import Pictures
from latent_explorer.atlas.prefetch import AROUND, wanted_tiles
from latent_explorer.atlas.view import View
from latent_explorer.charts import Chart, least_step
from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.decode import want_tile
from latent_explorer.engine.handlers.evaluate import want_value_tile, want_values
from latent_explorer.fields import PICTURE, Field, field_called, layer_fields
from latent_explorer.gui.layers.colours import Span
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.session import OpenBundle

FIELD = PICTURE.name
_ASTRAY = 1e-3  # tolerance, as a share of the distance between neighbouring pictures
_COARSER = 5  # coarser levels searched for pictures to interpolate
_BYTES = 64 * 2**20  # for values of fields
_SAMPLE = 800  # images that determine the range of a field


class AtlasFeed:
    """The tiles of one chart.

    chosen_pixels: the target side of one picture on screen in logical pixels; the actual side is within a factor of the
    square root of 2. 0 chooses one for the map. sides: the width and height of the map.
    """

    def __init__(self, client: EngineClient, store: TileStore) -> None:
        self.cache = TileCache()
        self.chosen_pixels = 0.0
        self.sides: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self.keys: list[TileKey] = []
        self.paused = False
        self._client, self._store = client, store
        self._chart: Chart | None = None
        self._decodes = True
        self._shipped: Mapping[TileKey, Pictures] = {}
        self._level = 0
        self._before = View()

    @property
    def picture_pixels(self) -> float:
        """The target side of one picture on screen in logical pixels."""
        return self.chosen_pixels or usual_picture_pixels(*self.sides())

    @property
    def missing(self) -> int:
        """The number of tiles of the view that are missing."""
        return sum(not self.cache.fresh(key) for key in self.keys)

    def open(self, bundle: OpenBundle) -> None:
        """Start over with another bundle or chart, and the tiles included in the bundle."""
        self.cache.clear()
        self._decodes = bundle.config.decodes
        self._chart, self._shipped = bundle.chart, shipped_tiles(bundle)
        self._take_shipped(self._shipped)

    def leave(self) -> None:
        """Withdraw all requests until the next chart is ready."""
        self.forget_all()
        self._chart, self.keys = None, []
        self._client.request("tiles", [])

    def renew(self, bundle: OpenBundle) -> None:
        """Continue with another decoder of the same images; old tiles stand in until the new ones are decoded."""
        self.cache.expire()
        self._chart, self._shipped = bundle.chart, shipped_tiles(bundle)
        self._take_shipped(self._shipped)

    def forget_all(self) -> None:
        self.cache.clear()
        self._shipped = {}

    def look(self, view: View, near: tuple[float, float] | None) -> None:
        """Request the tiles of a view, nearest to a plane point first, then prefetch likely next ones."""
        if self._chart is None or not self._decodes:
            self.keys = []
            self._client.request("tiles", [])
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
        if self._chart is None or not self._decodes:
            return []
        level = level_for(view.scale, self.picture_pixels)
        return tiles_over(view.region, level, field=FIELD, chart=self._chart.name)

    def closest(self, uv: tuple[float, float]) -> float:
        """The largest scale at a plane point: beyond it, neighbouring pictures are the same."""
        step = 0.0 if self._chart is None else least_step(self._chart, uv)
        return self.picture_pixels / step if step else math.inf

    def take(self, answer: Answer) -> tuple[TileKey, list[TileKey]]:
        """Cache a new tile; returns its key and the keys evicted for it."""
        assert isinstance(answer.key, TileKey)
        assert answer.pictures is not None
        self._store.keep(answer.key, answer.pictures)
        return answer.key, self.cache.put(answer.key, answer.pictures)

    def interpolated(self, uv: tuple[float, float]) -> NDArray[np.uint8] | None:
        """The picture (h, w, c) at a plane point, interpolated from cached tiles; None if none is near."""
        if self._chart is None:
            return None
        levels = range(self._level, self._level - _COARSER, -1)
        return interpolated_picture(self.cache, uv, levels, field=FIELD, chart=self._chart.name)

    def _take_shipped(self, keys: Iterable[TileKey]) -> None:
        for key in keys:
            if key in self._shipped and not self.cache.fresh(key):
                self.cache.put(key, self._shipped[key])


def shipped_tiles(bundle: OpenBundle) -> dict[TileKey, Pictures]:
    """The tiles (64, h, w, c) included in a bundle, as its chart shows them.

    Empty if the chart is not the one for which they were decoded.
    """
    if bundle.tiles is None or bundle.label:
        return {}
    keys = [TileKey(FIELD, bundle.chart.name, *place) for place in bundle.tiles.places.tolist()]
    middles = bundle.chart.to_latent(np.array([tile_region(key).centre for key in keys]))
    astray = np.abs(middles - bundle.tiles.latents).max(axis=1)
    allowed = np.array([_ASTRAY * spacing(key.level) for key in keys]) + np.spacing(np.abs(middles).max(axis=1))
    return dict(zip(keys, bundle.tiles.pictures, strict=True)) if (astray <= allowed).all() else {}


class FieldLayers:
    """All fields as layers; the veil is the lowest and the only one visible at first."""

    def __init__(self, client: EngineClient, store: TileStore, canvas: MapCanvas) -> None:
        self._client, self._store, self._canvas = client, store, canvas
        self._cache = TileCache(_BYTES)
        self._bundle: OpenBundle | None = None
        self.by_title = {field.title: FieldLayer(field, self._cache) for field in layer_fields()}
        canvas.fields += self.by_title.values()

    @property
    def missing(self) -> int:
        """The number of tiles and ranges of visible fields that are missing."""
        ranges = sum(self._lacks_range(layer) for layer in self._shown)
        return ranges + sum(not self._cache.fresh(key) for key in self.keys)

    @property
    def keys(self) -> list[TileKey]:
        """The tiles of visible fields that the view needs."""
        return [key for layer in self._shown for key in layer.keys(self._canvas.view)]

    @property
    def _shown(self) -> list[FieldLayer]:
        if self._bundle is None:
            return []
        bundle = self._bundle
        return [layer for layer in self.by_title.values() if layer.visible and not layer.lacks(bundle)]

    def open(self, bundle: OpenBundle) -> None:
        """Start over with another bundle."""
        self._bundle = bundle
        self._cache.clear()
        for layer in self.by_title.values():
            layer.see_through(bundle.chart.name)

    def leave(self) -> None:
        """Withdraw all requests until the next chart is ready."""
        self._bundle = None
        self._cache.clear()
        for layer in self.by_title.values():
            layer.forget()
        self._client.request("fields", [])

    def renew(self, bundle: OpenBundle) -> None:
        """Continue with another bundle of the same images; old values stand in until the new ones are computed."""
        self._bundle = bundle
        self._cache.expire()
        for layer in self.by_title.values():
            layer.outdated = True

    def renew_given(self, title: str, given: str) -> None:
        """Recompute a field whose given values have changed. given: identifies the values; empty if there are none."""
        layer = self.by_title[title]
        if self._bundle is not None and layer.given != given:
            layer.renew_given(self._bundle.chart.name, given)
            self.look()
            self._canvas.refresh()

    def look(self, *, asking: bool = True) -> None:
        """Request what the visible fields need: first their ranges, then the tiles of the view, then those around it.

        asking: whether to ask the engine; tiles on disk are read in any case.
        """
        view, shown = self._canvas.view, self._shown
        ranges = [self._range_want(layer) for layer in shown if self._lacks_range(layer)]
        keys = [key for around in (0.0, AROUND) for layer in shown for key in layer.keys(view, around)]
        missing = [key for key in dict.fromkeys(keys) if not self._cache.fresh(key)]
        kept = self._store.request("fields", missing)
        if asking and self._bundle is not None:
            tiles = (want_value_tile(key, self._bundle.chart) for key in missing if key not in kept)
            self._client.request("fields", [*ranges, *tiles])

    def take(self, answer: Answer) -> None:
        assert answer.values is not None
        if isinstance(answer.key, TileKey):
            if not field_called(answer.key.field).fleeting:
                self._store.keep(answer.key, answer.values)
            self.take_tile(answer.key, answer.values)
        elif isinstance(answer.key, tuple):
            layer = self._layer(answer.key[0])
            if layer.chart != answer.key[1]:
                return
            layer.span = Span.of(answer.values[:, 0], logarithmic=layer.field.logarithmic)
            layer.outdated = False
            layer.colour()
            self._canvas.refresh()

    def take_tile(self, key: TileKey, values: Pictures) -> None:
        """Cache and show a tile from the engine or from disk."""
        for forgotten in self._cache.put(key, values):
            self._layer(forgotten.field).forget([forgotten])
        self._layer(key.field).forget([key])
        self._canvas.show_tile(key)

    def _layer(self, name: str) -> FieldLayer:
        return self.by_title[field_called(name).title]

    def _lacks_range(self, layer: FieldLayer) -> bool:
        return layer.field.scaled and (layer.span is None or layer.outdated)

    def _range_want(self, layer: FieldLayer) -> Want:
        assert self._bundle is not None
        key = layer.field.name, layer.chart
        return want_values(key, layer.field.name, range_sample(layer.field, self._bundle.latents.mean))


def range_sample(field: Field, means: NDArray[np.float32]) -> NDArray[np.float32]:
    """The latents, a sample of (n, d), that determine the range of a field."""
    return means[np.random.default_rng(0).permutation(len(means))[: _SAMPLE if field.steps > 8 else 200]]
