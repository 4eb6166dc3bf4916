"""The layers of the map painted for one view and a little around it, piece by piece."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QImage, QPainter

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.layers.layer import Layer
from latent_explorer.gui.layers.tiles import TileLayer, tile_rect

_PIECE = 4  # tiles painted in one piece: about half a millisecond


@dataclass(frozen=True, eq=False)
class Layers:
    """What is painted, from the undermost to the uppermost."""

    tiles: TileLayer
    fields: list[FieldLayer]
    above: list[Layer]

    @property
    def shown_fields(self) -> list[FieldLayer]:
        """The fields that there is something to see of."""
        return [field for field in self.fields if field.painted]


class LayerBuffer:
    """One image of all layers, and under it those of tiles and of fields, to which tiles that come are added.

    view: what it shows, `margin` logical pixels wider than the map at each side. ratio: device pixels to the logical
    pixel. The tiles, of pictures and of fields, that belong on it are `in` it.
    """

    def __init__(self, layers: Layers, view: View, ratio: float, margin: int) -> None:
        self.view = view.resized(view.width + 2 * margin, view.height + 2 * margin)
        self.ratio = ratio
        self._layers = layers
        self._tile_keys = dict.fromkeys(layers.tiles.cover(self.view))
        self._field_keys = dict.fromkeys(key for field in layers.shown_fields for key in field.keys(self.view))
        self._tiles, self._fields = self._blank(QImage.Format.Format_RGB32), self._blank()
        self._whole = QImage()
        self._before: QImage | None = None  # the tiles that these take the place of, and how far they have
        self._share = 1.0

    def __contains__(self, key: TileKey) -> bool:
        return key in self._tile_keys or key in self._field_keys

    def painting(self) -> Iterator[None]:
        """Paint everything, a piece at each step."""
        self._tiles.fill(self._layers.tiles.ground)
        for keys in _pieces(self._tile_keys):
            self._paint_tiles(keys)
            yield
        self._fields.fill(Qt.GlobalColor.transparent)
        for field in self._layers.shown_fields:
            for keys in _pieces(field.keys(self.view)):
                self._paint_field(field, keys)
                yield
        for layer in self._layers.above:
            layer.prepare(self.view, self.ratio)
        yield
        self._whole = self._tiles.copy()
        self._compose(self._everything, anew=False)

    @property
    def _everything(self) -> QRect:
        return QRect(0, 0, self.view.width, self.view.height)

    def add(self, key: TileKey, steps: int) -> None:
        """Paint a tile that has come, one step on of those that are left."""
        where = tile_rect(self.view, key)
        if key in self._tile_keys:
            self._paint_tiles((key,), 1 / steps)
        else:
            self._repaint_fields(where)
        self._compose(where, anew=True)

    def dissolve_from(self, other: "LayerBuffer") -> None:
        """Show the tiles of another buffer in place of one's own, as `mix` has them go over."""
        if (other.view, other.ratio) == (self.view, self.ratio):
            self._before, self._share = other._tiles, 0.0
            self._compose(self._everything, anew=True)

    def mix(self, share: float) -> None:
        """Lay the layers over one another once more; of the tiles before, 1 - share is still to be seen."""
        self._share = share
        if share >= 1:
            self._before = None
        self._compose(self._everything, anew=True)

    def again(self, where: QRect) -> None:
        """Lay the layers over one another once more, where points look different."""
        if not where.isEmpty():
            self._compose(where, anew=True)

    def draw(self, painter: QPainter, view: View) -> QRect:
        """Draw what a view of the same or another scale shows of it; returns the pixels covered."""
        left, top = view.to_screen_point((self.view.region.left, self.view.region.top))
        if view.scale == self.view.scale:
            left, top = round(left * self.ratio) / self.ratio, round(top * self.ratio) / self.ratio
            painter.drawImage(QPointF(left, top), self._whole)
            return _inner(QRectF(left, top, self.view.width, self.view.height))
        zoom = view.scale / self.view.scale
        place = QRectF(left, top, self.view.width * zoom, self.view.height * zoom)
        seen = place.intersected(QRectF(0, 0, view.width, view.height))
        source = seen.translated(-place.topLeft())
        scale = self.ratio / zoom
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # it is soon painted anew
        painter.drawImage(
            seen,
            self._whole,
            QRectF(source.x() * scale, source.y() * scale, source.width() * scale, source.height() * scale),
        )
        return _inner(seen)

    def image(self) -> QImage:
        """All of it."""
        return self._whole

    def _paint_tiles(self, keys: tuple[TileKey, ...], share: float = 1.0) -> None:
        painter = QPainter(self._tiles)
        self._layers.tiles.paint_tiles(painter, self.view, keys, share)
        painter.end()

    def _paint_field(self, field: FieldLayer, keys: tuple[TileKey, ...]) -> None:
        painter = QPainter(self._fields)
        field.paint_tiles(painter, self.view, keys)
        painter.end()

    def _repaint_fields(self, where: QRect) -> None:
        painter = QPainter(self._fields)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.fillRect(where, Qt.GlobalColor.black)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setClipRect(where)
        for field in self._layers.shown_fields:
            keys = [key for key in field.keys(self.view) if where.intersects(tile_rect(self.view, key))]
            field.paint_tiles(painter, self.view, keys)
        painter.end()

    def _compose(self, where: QRect, *, anew: bool) -> None:
        """Lay the layers over one another, in one rectangle: Qt is slow where a clip is not one."""
        painter = QPainter(self._whole)
        painter.setClipRect(where)
        if anew and self._before is not None:
            painter.drawImage(0, 0, self._before)
            painter.setOpacity(self._share)
        if anew:
            painter.drawImage(0, 0, self._tiles)
            painter.setOpacity(1.0)
        if self._layers.shown_fields:
            painter.drawImage(0, 0, self._fields)
        for layer in self._layers.above:
            if layer.visible:
                layer.paint(painter, self.view, self.ratio)
        painter.end()

    def _blank(self, form: QImage.Format = QImage.Format.Format_ARGB32_Premultiplied) -> QImage:
        """An image of the buffer's size, its pixels not set yet."""
        image = QImage(round(self.view.width * self.ratio), round(self.view.height * self.ratio), form)
        image.setDevicePixelRatio(self.ratio)
        return image


def _pieces(keys: Iterable[TileKey]) -> Iterator[tuple[TileKey, ...]]:
    rest = iter(keys)
    return iter(lambda: tuple(islice(rest, _PIECE)), ())


def _inner(place: QRectF) -> QRect:
    """The whole pixels within a rectangle; a thousandth of a pixel is nothing."""
    slack = place.adjusted(-1e-3, -1e-3, 1e-3, 1e-3)
    left, top = -int(-slack.left() // 1), -int(-slack.top() // 1)
    right, bottom = int(slack.right() // 1), int(slack.bottom() // 1)
    return QRect(left, top, right - left, bottom - top)
