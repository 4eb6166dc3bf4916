"""One field as a layer of the map."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter

from latent_explorer.atlas import TileCache, TileKey, field_value, level_for, tile_region, tiles_over
from latent_explorer.atlas.view import View
from latent_explorer.fields import Field
from latent_explorer.gui.layers.colours import Colouring, Span
from latent_explorer.gui.layers.tiles import tile_rect
from latent_explorer.gui.widgets.images import borrowed_qimage

_TILE_PIXELS_PER_PICTURE = 32.0  # as the pictures: a tile is about 256 pixels wide
_COARSER = 5  # levels up from which a tile may stand in


class FieldLayer:
    """Paints the tiles of a field.

    colouring: makes colours of values; nothing is painted while it is None. span: its scale, once known, where it has
    one. classes: how many its first channel tells apart, where it does.
    """

    def __init__(self, field: Field, cache: TileCache, *, visible: bool, opacity: float) -> None:
        self.field = field
        self.visible, self.opacity = visible, opacity
        self.chart = ""
        self.colouring: Colouring | None = None
        self.span: Span | None = None
        self.outdated = False  # whether the span is of other data by now
        self.classes = 0
        self._cache = cache
        self._images: dict[TileKey, QImage] = {}

    @property
    def painted(self) -> bool:
        """Whether there is something to see."""
        return self.visible and self.colouring is not None

    def keys(self, view: View, around: float = 0.0) -> list[TileKey]:
        """The tiles that cover a view, and `around` it in shares of its sides."""
        level = level_for(view.scale, _TILE_PIXELS_PER_PICTURE)
        return tiles_over(view.region.grown(around), level, field=self.field.name, chart=self.chart)

    def forget(self, keys: Iterable[TileKey] | None = None) -> None:
        """Forget the painted form of some tiles, or of all."""
        for key in list(self._images) if keys is None else keys:
            self._images.pop(key, None)

    def value(self, view: View, uv: tuple[float, float]) -> NDArray[np.float64] | None:
        """The values at a plane point, from the tiles that are there."""
        level = level_for(view.scale, _TILE_PIXELS_PER_PICTURE)
        levels = range(level, level - _COARSER, -1)
        field, name = self.field, self.field.name
        return field_value(
            self._cache, uv, levels, field=name, chart=self.chart, steps=field.steps, categorical=field.categorical
        )

    def paint(self, painter: QPainter, view: View, keys: Iterable[TileKey]) -> None:
        """Draw tiles of a view."""
        if not self.painted:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(self.opacity)
        for key in keys:
            found = next((each for each in _with_ancestors(key) if each in self._cache), None)
            if found is not None and not (image := self._image(found)).isNull():
                painter.drawImage(QRectF(tile_rect(view, key)), image, self._part(key, found))
        painter.restore()

    def _image(self, key: TileKey) -> QImage:
        if key not in self._images:
            values, nodes = self._cache.get(key), self.field.steps + 1
            assert values is not None
            assert self.colouring is not None
            pixels = self.colouring(values.reshape(nodes, nodes, -1))
            self._images[key] = borrowed_qimage(pixels) if pixels.any() else QImage()  # nothing to see is not drawn
        return self._images[key]

    def _part(self, key: TileKey, found: TileKey) -> QRectF:
        """The pixels of `found` that cover `key`; a node lies in the middle of its pixel, hence the halves."""
        wanted, whole, steps = tile_region(key), tile_region(found), self.field.steps
        return QRectF(
            0.5 + (wanted.left - whole.left) / whole.width * steps,
            0.5 + (whole.top - wanted.top) / whole.height * steps,
            wanted.width / whole.width * steps,
            wanted.height / whole.height * steps,
        )


def _with_ancestors(key: TileKey) -> Iterator[TileKey]:
    for up in range(_COARSER):
        yield TileKey(key.field, key.chart, key.level - up, key.column >> up, key.row >> up)
