"""Exporting the map: decodes pictures and fields again, so that the file is reproducible to the bit."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor

from latent_explorer.atlas import PICTURES, TileCache, TileKey
from latent_explorer.engine.client import Want
from latent_explorer.engine.handlers.decode import want_tile
from latent_explorer.engine.handlers.evaluate import want_value_tile, want_values
from latent_explorer.export import Format, MapScene, Provenance
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.scene import map_scene
from latent_explorer.gui.exports.subjects import Other, Subject, region_text
from latent_explorer.gui.layers.colours import Span
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.tile_feed import range_sample
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import Session

_BETWEEN = 6  # pixels between two maps
_SHOWN_ZOOM = 1.5  # zoom of a map's preview
_Values = dict[Hashable, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class MapSubject(Subject):
    """The current map of a pane.

    beside: the pane with the other map, if there are two. left: whether this one is on the left.
    """

    name: str
    pane: MapPane
    session: Session
    beside: MapPane | None = None
    left: bool = True
    kind = "map"
    title = "Export map"
    live = True

    def heeds(self, known: Format) -> tuple[str, ...]:
        if known.key != "png":
            return ("legend",)
        return ("zoom",) if self.beside is None else ("zoom", "both")

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        canvas = self.pane.canvas
        if known.key == "svg":
            return canvas.view.height, canvas.view.width, 4
        height, width = round(canvas.height() * choices.zoom), round(canvas.width() * choices.zoom)
        if (other := self.other(known, choices)) is None:
            return height, width, 4
        besides = other.subject.shape(known, choices)
        return max(height, besides[0]), width + _gap(choices) + besides[1], 4

    def other(self, known: Format, choices: Choices) -> Other | None:
        pane = self.beside
        if known.key != "png" or not choices.both or pane is None or pane.session is None:
            return None
        return Other(MapSubject(self.name, pane, pane.session), pane.client)

    def joined(self, known: Format, choices: Choices, content: Any, other: Any) -> Any:
        """Both maps side by side, as in the window."""
        maps = (content, other) if self.left else (other, content)
        height, gap = max(len(each) for each in maps), _gap(choices)
        whole = np.empty((height, sum(each.shape[1] for each in maps) + gap, 3), np.uint8)
        whole[:] = QColor(self.pane.theme.line).getRgb()[:3]
        whole[: len(maps[0]), : maps[0].shape[1]] = maps[0]
        whole[: len(maps[1]), -maps[1].shape[1] :] = maps[1]
        return whole

    def lighter(self, choices: Choices) -> Choices:
        return replace(choices, zoom=min(choices.zoom, _SHOWN_ZOOM))

    @property
    def settled(self) -> bool:
        return self.pane.settled

    def wants(self, choices: Choices) -> list[Want]:
        chart, means = self.session.bundle.chart, self.session.bundle.latents.mean
        wants = [want_tile(key, chart, repeatable=True) for key in self._tiles]
        for layer in self._fields:
            name = layer.field.name
            if layer.field.scaled:
                sample = range_sample(layer.field, means)
                wants.append(want_values(("range", name), name, sample, repeatable=True))
            wants += [want_value_tile(key, chart, repeatable=True) for key in layer.keys(self.pane.canvas.view)]
        return wants

    @property
    def _tiles(self) -> list[TileKey]:
        canvas = self.pane.canvas
        shown = canvas.tiles.visible and not canvas.tiles.lacks(self.session.bundle)
        return canvas.tiles.cover(canvas.view) if shown else []

    @property
    def _fields(self) -> list[FieldLayer]:
        bundle = self.session.bundle
        return [layer for layer in self.pane.canvas.fields if layer.visible and not layer.lacks(bundle)]

    def content(
        self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None
    ) -> NDArray[np.uint8] | MapScene:
        canvas = self.pane.canvas
        if known.key == "svg":
            return map_scene(canvas, self.session, legend=choices.legend)
        return to_array(canvas.picture(choices.zoom))[..., :3]

    def content_of(
        self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None, values: _Values
    ) -> NDArray[np.uint8] | MapScene:
        with self._showing(pictures, values):
            return self.content(known, choices, pictures)

    @contextmanager
    def _showing(self, pictures: NDArray[np.uint8] | None, values: _Values) -> Iterator[None]:
        """A context in which the canvas has the content decoded for the export."""
        canvas = self.pane.canvas
        before = canvas.tiles, canvas.fields
        fields = {layer: self._field(layer, values) for layer in self._fields}
        canvas.tiles = self._tile_layer(pictures)
        canvas.fields = [fields.get(layer, layer) for layer in before[1]]
        try:
            yield
        finally:
            canvas.tiles, canvas.fields = before

    def _tile_layer(self, pictures: NDArray[np.uint8] | None) -> TileLayer:
        shown, cache = self.pane.canvas.tiles, TileCache()
        for number, key in enumerate(self._tiles):
            assert pictures is not None
            cache.put(key, pictures[number * PICTURES**2 : (number + 1) * PICTURES**2])
        layer = TileLayer(cache)
        layer.cover, layer.visible, layer.opacity = shown.cover, shown.visible, shown.opacity
        layer.dress(self.session.bundle, shown.hidden, self.pane.theme)
        return layer

    def _field(self, shown: FieldLayer, values: _Values) -> FieldLayer:
        cache, name = TileCache(), shown.field.name
        for key in shown.keys(self.pane.canvas.view):
            cache.put(key, values[key])
        layer = FieldLayer(shown.field, cache)
        layer.chart, layer.visible, layer.opacity = shown.chart, shown.visible, shown.opacity
        layer.linked = shown.linked
        if shown.field.scaled:
            layer.span = Span.of(values["range", name][:, 0], logarithmic=shown.field.logarithmic)
        layer.dress(self.session.bundle, shown.hidden, self.pane.theme)
        return layer

    def provenance(self, choices: Choices) -> Provenance:
        bundle = self.session.bundle
        source = Provenance(bundle.name, region_text(self.pane.canvas.view.region, bundle.chart))
        if choices.both and self.beside is not None and self.beside.bundle is not None:
            other = self.beside.bundle
            return source.and_also(beside=other.name, region=region_text(self.beside.canvas.view.region, other.chart))
        return source


def _gap(choices: Choices) -> int:
    """Pixels between two maps."""
    return max(1, round(_BETWEEN * choices.zoom))
