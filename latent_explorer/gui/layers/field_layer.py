"""A field as a layer of the map."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor, QImage, QPainter

from latent_explorer.atlas import TileCache, TileKey, field_value, level_for, tiles_over
from latent_explorer.atlas.view import View
from latent_explorer.fields import Field, number
from latent_explorer.gui.layers.colours import Colouring, Span, by_class, by_cover, by_ramp
from latent_explorer.gui.layers.layer import LayerSpec, Scale
from latent_explorer.gui.layers.tiles import COARSER, TiledLayer
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import borrowed_qimage
from latent_explorer.session import OpenBundle

_TILE_PIXELS_PER_PICTURE = 32.0  # as for pictures: a tile is about 256 pixels wide
_SHADES = 180


class FieldLayer(TiledLayer):
    """Paints the tiles of a field; the outermost nodes lie in the centres of the outermost pixels of an image.

    colouring: maps values to colours; None while nothing can be painted. span: its scale, if it has one, once known.
    preparing: what its values wait for. classes: the number of classes in its first channel, if it is categorical.
    chart: identifies its tiles: the chart, and `given`, which identifies given values; before: the same for the tiles
    that stand in until new ones arrive. names: of its classes, if not those of the bundle.
    """

    rim = 0.5

    def __init__(self, field: Field, cache: TileCache) -> None:
        self.field = field
        words = field.name, field.title, field.sentence
        spec = LayerSpec(*words, key=field.key, shown=field.shown, opacity=field.opacity, needs_link=field.needs_link)
        super().__init__(spec, cache)
        self.chart = self.given = self.before = ""
        self.colouring: Colouring | None = None
        self.span: Span | None = None
        self.outdated = False  # whether the span belongs to earlier data
        self.classes = 0
        self.names: tuple[str, ...] | None = None
        self.preparing = ""

    @property
    def painted(self) -> bool:
        return super().painted and self.colouring is not None

    def lacks(self, bundle: OpenBundle) -> str:
        if missing := super().lacks(bundle):
            return missing
        if self.spec.needs_link and (self.linked is None or self.linked.errors is None):
            return "no image is known to be the same in both maps, or its errors are not measured yet"
        if self.field.needs_given and not self.given:
            return self.field.needs_given
        encodes, decodes = bundle.config.encodes, bundle.config.decodes
        return self.field.lacks(bundle.latents, encodes=encodes, decodes=decodes, linked=True)

    def see_through(self, chart: str) -> None:
        """Start over with the tiles of a chart."""
        self.chart, self.before, self.span, self.colouring = _named(chart, self.given), "", None, None
        self.forget()

    def renew_given(self, chart: str, given: str) -> None:
        """Continue with other values; the old tiles stand in."""
        self.before, self.given = self.chart if given else "", given
        self.chart, self.outdated = _named(chart, given), True
        self.forget()

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        self.colour()

    def colour(self) -> None:
        """Recompute the colours, after a change of the theme or the span."""
        self.forget()
        if self.theme is None or self.bundle is None:
            return
        if self.field.colouring == "cover":
            self.colouring = by_cover(QColor(self.theme.map))
        elif self.field.categorical:
            self.classes = len(self.class_names)
            self.colouring = by_class([self.theme.class_colour(label) for label in range(self.classes)])
        elif self.span is not None:
            self.colouring = by_ramp(self.span)

    def line(self, view: View, uv: tuple[float, float]) -> str:
        values = self.value(view, uv)
        if values is not None:
            return self.field.line(values, self.class_names)
        keys = self.keys(view)
        done = sum(self._cache.fresh(key) for key in keys) / max(1, len(keys))
        return f"{self.field.title}: {self.preparing or f'computing, {done:.0%} done'}"

    @property
    def class_names(self) -> tuple[str, ...]:
        """The class names of its first channel, if it is categorical."""
        if self.names is not None:
            return self.names
        return () if self.bundle is None else self.bundle.class_names

    @property
    def scale(self) -> Scale | None:
        if self.colouring is None or not (self.span or self.classes):
            return None
        values, words = _ramp(self.span) if self.span is not None else _class_bands(self.classes)
        return Scale(self.field.title, self.field.unit, self.colouring(values), words)

    def keys(self, view: View, around: float = 0.0) -> list[TileKey]:
        """The tiles that cover a view, extended by `around` in shares of its sides."""
        level = level_for(view.scale, _TILE_PIXELS_PER_PICTURE)
        return tiles_over(view.region.grown(around), level, field=self.field.name, chart=self.chart)

    def value(self, view: View, uv: tuple[float, float]) -> NDArray[np.float64] | None:
        level = level_for(view.scale, _TILE_PIXELS_PER_PICTURE)
        levels = range(level, level - COARSER, -1)
        field, name = self.field, self.field.name
        return field_value(
            self._cache, uv, levels, field=name, chart=self.chart, steps=field.steps, categorical=field.categorical
        )

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        self.paint_tiles(painter, view, self.keys(view), self.opacity)

    def _sources(self, key: TileKey) -> Iterator[tuple[TileKey, TileKey]]:
        found = next(super()._sources(key), None)
        if found is None and self.before:
            found = next(super()._sources(replace(key, chart=self.before)), None)
        if found is not None:
            yield found

    def _painted_form(self, key: TileKey) -> QImage:
        values, nodes = self._cache.get(key), self.field.steps + 1
        assert values is not None
        assert self.colouring is not None
        pixels = self.colouring(values.reshape(nodes, nodes, -1))
        return borrowed_qimage(pixels) if pixels.any() else QImage()  # fully transparent tiles are not drawn


def _ramp(span: Span) -> tuple[NDArray[np.float32], tuple[str, str, str]]:
    """The values of the colour bar from left to right, and the labels of its ends and centre."""
    shades = np.array([span.at(share) for share in np.linspace(0, 1, _SHADES)], np.float32)
    return shades[None, :, None], (number(span.low), number(span.at(0.5)), number(span.high))


def _class_bands(classes: int) -> tuple[NDArray[np.float32], tuple[str, str, str]]:
    """All classes side by side, each from a mixed (left) to a clear class (right)."""
    place = np.arange(_SHADES) * classes / _SHADES
    bands = np.stack([np.floor(place), 0.3 + 0.7 * (place % 1)], axis=-1)
    return bands[None].astype(np.float32), ("pale: mixed", "", "strong: they agree")


def _named(chart: str, given: str) -> str:
    return f"{chart} given {given}" if given else chart
