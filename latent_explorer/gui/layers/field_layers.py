"""The fields of a window: which are wanted of the engine, how they look, and what they say about a place."""

import numpy as np

from latent_explorer.atlas import TileCache, TileKey
from latent_explorer.atlas.cache import Pictures
from latent_explorer.atlas.prefetch import AROUND
from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.evaluate import want_value_tile, want_values
from latent_explorer.fields import field_called, layer_fields
from latent_explorer.gui.layers.colours import Span
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.session import OpenBundle

_BYTES = 64 * 2**20
_SAMPLE = 800  # images over which the range of a field is found


class FieldLayers:
    """All fields as layers, the veil undermost and at first the only one shown."""

    def __init__(self, client: EngineClient, store: TileStore, canvas: MapCanvas) -> None:
        self._client, self._store, self._canvas = client, store, canvas
        self._cache = TileCache(_BYTES)
        self._bundle: OpenBundle | None = None
        self.by_title = {field.title: FieldLayer(field, self._cache) for field in layer_fields()}
        canvas.fields += self.by_title.values()

    @property
    def missing(self) -> int:
        """How many tiles of visible fields, and ranges, are not there yet."""
        ranges = sum(self._lacks_range(layer) for layer in self._shown)
        return ranges + sum(not self._cache.fresh(key) for key in self.keys)

    @property
    def keys(self) -> list[TileKey]:
        """The tiles of visible fields that the view wants."""
        return [key for layer in self._shown for key in layer.keys(self._canvas.view)]

    @property
    def _shown(self) -> list[FieldLayer]:
        if self._bundle is None:
            return []
        bundle = self._bundle
        return [layer for layer in self.by_title.values() if layer.visible and not layer.lacks(bundle)]

    def open(self, bundle: OpenBundle) -> None:
        """Start afresh with another bundle."""
        self._bundle = bundle
        self._cache.clear()
        for layer in self.by_title.values():
            layer.chart, layer.span, layer.colouring = bundle.chart.name, None, None
            layer.forget()

    def renew(self, bundle: OpenBundle) -> None:
        """Go on with another bundle whose data lie elsewhere; what was known stands in until it is known anew."""
        self._bundle = bundle
        self._cache.expire()
        for layer in self.by_title.values():
            layer.outdated = True

    def look(self, *, asking: bool = True) -> None:
        """Want what the visible fields lack: first their ranges, then the tiles of the view, then those around it.

        asking: of the engine; what is on disk is read in any case.
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
            self._store.keep(answer.key, answer.values)
            self.take_tile(answer.key, answer.values)
        elif isinstance(answer.key, str):
            layer = self._layer(answer.key)
            layer.span = Span.of(answer.values[:, 0], logarithmic=layer.field.logarithmic)
            layer.outdated = False
            layer.colour()
            self._canvas.refresh()

    def take_tile(self, key: TileKey, values: Pictures) -> None:
        """Keep a tile, be it from the engine or from the disk, and show it."""
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
        means = self._bundle.latents.mean
        sample = means[np.random.default_rng(0).permutation(len(means))[: _SAMPLE if layer.field.steps > 8 else 200]]
        return want_values(layer.field.name, layer.field.name, sample)
