"""The decoded pictures as a layer of the map."""

from collections.abc import Iterator

import numpy as np
from PyQt6.QtCore import QRect, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from latent_explorer.atlas import PICTURES, TileCache, TileKey, montage, tile_region
from latent_explorer.gui.images import inverted, to_qimage
from latent_explorer.gui.view import View

_ANCESTORS = 4
"""How many levels up a tile may be stood in for by a coarser one."""


class TileLayer:
    """Paints the tiles of a cache, a coarser one standing in, enlarged, where one is not there yet.

    invert: exchange black and white, for grey pictures on a light map.
    """

    def __init__(self, cache: TileCache) -> None:
        self.visible = True
        self.opacity = 0.6
        self.invert = False
        self._cache = cache
        self._images: dict[TileKey, QImage] = {}

    def forget(self, keys: "list[TileKey] | None" = None) -> None:
        """Forget the painted form of some tiles, or of all."""
        for key in list(self._images) if keys is None else keys:
            self._images.pop(key, None)

    def paint(self, painter: QPainter, view: View, keys: list[TileKey], ground: QColor) -> None:
        """Draw the tiles that a view wants, over a ground colour."""
        if not self.visible:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for key in keys:
            for found in _with_ancestors(key):
                if found in self._cache:
                    self._draw(painter, view, key, found, ground)
                    break

    def _image(self, key: TileKey) -> QImage:
        if key not in self._images:
            pictures = self._cache.get(key)
            assert pictures is not None
            image = to_qimage(montage(pictures, PICTURES))
            self._images[key] = inverted(image) if self.invert else image
        return self._images[key]

    def _draw(self, painter: QPainter, view: View, key: TileKey, found: TileKey, ground: QColor) -> None:
        """Draw the part of `found` that covers `key`, its edges on whole pixels so that no seam shows."""
        image, wanted, whole = self._image(found), tile_region(key), tile_region(found)
        target = QRectF(tile_rect(view, key))
        part = QRectF(
            (wanted.left - whole.left) / whole.width * image.width(),
            (whole.top - wanted.top) / whole.height * image.height(),
            wanted.width / whole.width * image.width(),
            wanted.height / whole.height * image.height(),
        )
        painter.fillRect(target, ground)
        painter.setOpacity(self.opacity)
        painter.drawImage(target, image, part)
        painter.setOpacity(1.0)


def _with_ancestors(key: TileKey) -> Iterator[TileKey]:
    for up in range(_ANCESTORS + 1):
        yield TileKey(key.field, key.chart, key.level - up, key.column >> up, key.row >> up)


def tile_rect(view: View, key: TileKey) -> QRect:
    """The pixels that a tile covers."""
    region = tile_region(key)
    corners = np.array([[region.left, region.top], [region.right, region.bottom]])
    (left, top), (right, bottom) = view.to_screen(corners).round().astype(int).tolist()
    return QRect(left, top, right - left, bottom - top)
