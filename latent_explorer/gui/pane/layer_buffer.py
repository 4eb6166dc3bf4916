"""The ground of the map below its marks: a buffer of the layers, and the next one while it is painted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QImage, QPainter, QRegion

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.layers.layer import Layer, painter_on
from latent_explorer.gui.layers.tiles import TileLayer, tile_rect

_PIECE = 4  # tiles painted in one piece, about half a millisecond
_MARGIN = 64  # logical pixels painted around the view, for panning
_STRAYED = 24  # logical pixels that a view may move before a new buffer is painted


@dataclass(frozen=True, eq=False)
class Layers:
    """The layers to paint, from bottom to top."""

    tiles: TileLayer
    fields: list[FieldLayer]
    above: list[Layer]

    @property
    def shown_fields(self) -> list[FieldLayer]:
        """The fields that are visible."""
        return [field for field in self.fields if field.painted]


class LayerBuffer:
    """An image of all layers, composed of an image of tiles and one of fields; new tiles are painted into these.

    view: the view it shows, `margin` logical pixels wider than the map on each side. ratio: device pixels per logical
    pixel. whole: the image. `key in buffer` tells whether a tile, of pictures or of a field, belongs on it.
    """

    def __init__(self, layers: Layers, view: View, ratio: float, margin: int) -> None:
        self.view = view.resized(view.width + 2 * margin, view.height + 2 * margin)
        self.ratio = ratio
        self._layers = layers
        self._tile_keys = dict.fromkeys(layers.tiles.cover(self.view))
        self._field_keys = dict.fromkeys(key for field in layers.shown_fields for key in field.keys(self.view))
        self._tiles, self._fields = self._blank(QImage.Format.Format_RGB32), self._blank()
        self.whole = QImage()
        self._before: QImage | None = None  # the previous tiles, while they dissolve
        self._share = 1.0

    def __contains__(self, key: TileKey) -> bool:
        return key in self._tile_keys or key in self._field_keys

    def painting(self) -> Iterator[None]:
        """Paint everything, one piece at each step."""
        self._tiles.fill(self._layers.tiles.ground)
        for keys in _pieces(self._tile_keys):
            self._paint_tiles(keys)
            yield
        self._fields.fill(Qt.GlobalColor.transparent)
        for field in self._layers.shown_fields:
            for keys in _pieces(field.keys(self.view)):
                with painter_on(self._fields) as painter:
                    field.paint_tiles(painter, self.view, keys, field.opacity)
                yield
        for layer in self._layers.above:
            layer.prepare(self.view, self.ratio)
        yield
        self.whole = self._tiles.copy()
        self.compose(anew=False)

    def add(self, key: TileKey, steps: int) -> None:
        """Paint a new tile; the next of the `steps` that are left of its fade."""
        where = tile_rect(self.view, key)
        if key in self._tile_keys:
            self._paint_tiles((key,), 1 / steps)
        else:
            self._repaint_fields(where)
        self.compose(where)

    def dissolve_from(self, other: "LayerBuffer") -> None:
        """Start a dissolve from the tiles of another buffer; `mix` advances it."""
        if (other.view, other.ratio) == (self.view, self.ratio):
            self._before, self._share = other._tiles, 0.0
            self.compose()

    def mix(self, share: float) -> None:
        """Compose the layers again, with the previous tiles at opacity 1 - share."""
        self._share = share
        if share >= 1:
            self._before = None
        self.compose()

    def draw(self, painter: QPainter, view: View) -> QRect:
        """Draw the part that a view shows, at any scale; returns the pixels covered."""
        left, top = view.to_screen_point((self.view.region.left, self.view.region.top))
        if view.scale == self.view.scale:
            left, top = round(left * self.ratio) / self.ratio, round(top * self.ratio) / self.ratio
            painter.drawImage(QPointF(left, top), self.whole)
            return _inner(QRectF(left, top, self.view.width, self.view.height))
        zoom = view.scale / self.view.scale
        place = QRectF(left, top, self.view.width * zoom, self.view.height * zoom)
        seen = place.intersected(QRectF(0, 0, view.width, view.height))
        source = seen.translated(-place.topLeft())
        scale = self.ratio / zoom
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # fast, as a new buffer follows soon
        part = QRectF(source.topLeft() * scale, source.size() * scale)
        painter.drawImage(seen, self.whole, part)
        return _inner(seen)

    def _paint_tiles(self, keys: tuple[TileKey, ...], share: float = 1.0) -> None:
        with painter_on(self._tiles) as painter:
            self._layers.tiles.paint_tiles(painter, self.view, keys, share)

    def _repaint_fields(self, where: QRect) -> None:
        with painter_on(self._fields) as painter:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.fillRect(where, Qt.GlobalColor.black)
        for field in self._layers.shown_fields:
            keys = [key for key in field.keys(self.view) if where.intersects(tile_rect(self.view, key))]
            with painter_on(self._fields, where) as painter:
                field.paint_tiles(painter, self.view, keys, field.opacity)

    def compose(self, where: QRect | None = None, *, anew: bool = True) -> None:
        """Compose the layers in one rectangle or everywhere: Qt is slow with other clips."""
        with painter_on(self.whole, where) as painter:
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
                with painter_on(self.whole, where) as painter:
                    layer.paint(painter, self.view, self.ratio)

    def _blank(self, form: QImage.Format = QImage.Format.Format_ARGB32_Premultiplied) -> QImage:
        """An image of the buffer's size with uninitialised pixels."""
        image = QImage(round(self.view.width * self.ratio), round(self.view.height * self.ratio), form)
        image.setDevicePixelRatio(self.ratio)
        return image


class DoubleBuffer:
    """Shows the current buffer, moved and scaled, until one for the view is painted.

    ratio is device pixels per logical pixel throughout.
    """

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._buffer: LayerBuffer | None = None
        self._coming: LayerBuffer | None = None
        self._dissolves = False

    def forget(self) -> None:
        self._buffer = self._coming = None

    def wants(self, key: TileKey) -> bool:
        return any(buffer is not None and key in buffer for buffer in (self._buffer, self._coming))

    def fits(self, view: View, ratio: float) -> bool:
        if self._buffer is None:
            return True
        mine = self._buffer.view
        if (mine.scale, self._buffer.ratio) != (view.scale, ratio):
            return False
        return max(abs(view.u - mine.u), abs(view.v - mine.v)) * view.scale <= _STRAYED

    def renewal(self, view: View, ratio: float) -> Iterator[None]:
        """Paint a buffer for a view, one piece at each step; it is shown when complete."""
        self._coming = buffer = LayerBuffer(self._layers, view, ratio, _MARGIN)
        yield from buffer.painting()
        if self._coming is buffer:
            if self._dissolves and self._buffer is not None:
                buffer.dissolve_from(self._buffer)
            self._buffer, self._coming, self._dissolves = buffer, None, False

    def dissolve(self) -> None:
        """Dissolve the current buffer into the next one; `mix` advances it."""
        self._dissolves = self._buffer is not None

    def mix(self, share: float) -> None:
        """Repaint the points, and the new tiles with opacity `share` over the previous ones."""
        if self._buffer is not None:
            self._buffer.mix(share)

    def add(self, view: View, key: TileKey, steps: int) -> QRect:
        """Paint a new tile on the buffer, the next of its steps; returns the pixels that changed."""
        if self._buffer is None or key not in self._buffer:
            return QRect()
        self._buffer.add(key, steps)
        seen = QRect(0, 0, view.width, view.height)
        return tile_rect(view, key).adjusted(-1, -1, 1, 1).intersected(seen)

    def again(self, view: View, covered: Callable[[View], QRegion]) -> None:
        """Repaint what points cover in a view; not on a buffer of another scale, which is replaced soon."""
        if self._buffer is not None and self._buffer.view.scale == view.scale:
            where = covered(self._buffer.view).boundingRect()
            if not where.isEmpty():
                self._buffer.compose(where)

    def paint(self, painter: QPainter, view: View, ratio: float, where: QRegion) -> None:
        if self._buffer is None:
            for _ in self.renewal(view, ratio):
                pass
        assert self._buffer is not None
        covered = self._buffer.draw(painter, view)
        bare = where.intersected(QRegion(0, 0, view.width, view.height)).subtracted(QRegion(covered))
        if not bare.isEmpty():
            self._fill(painter, view, bare)

    def _fill(self, painter: QPainter, view: View, bare: QRegion) -> None:
        """Paint tiles coarsely outside the buffer until the next buffer is complete."""
        painter.save()
        painter.setClipRegion(bare)
        painter.fillRect(bare.boundingRect(), self._layers.tiles.ground)
        keys = [key for key in self._layers.tiles.cover(view) if bare.intersects(tile_rect(view, key))]
        self._layers.tiles.paint_tiles(painter, view, keys, smooth=False)
        painter.restore()


def layered(layers: Layers, view: View, ratio: float) -> QImage:
    """All layers of a view in one image."""
    buffer = LayerBuffer(layers, view, ratio, margin=0)
    for _ in buffer.painting():
        pass
    return buffer.whole


def _pieces(keys: Iterable[TileKey]) -> Iterator[tuple[TileKey, ...]]:
    rest = iter(keys)
    return iter(lambda: tuple(islice(rest, _PIECE)), ())


def _inner(place: QRectF) -> QRect:
    """The whole pixels within a rectangle, with a tolerance of a thousandth of a pixel."""
    slack = place.adjusted(-1e-3, -1e-3, 1e-3, 1e-3)
    left, top = -int(-slack.left() // 1), -int(-slack.top() // 1)
    right, bottom = int(slack.right() // 1), int(slack.bottom() // 1)
    return QRect(left, top, right - left, bottom - top)
