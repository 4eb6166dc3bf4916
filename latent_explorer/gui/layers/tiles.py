"""Layers made of tiles, and the layer of decoded pictures."""

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from PyQt6.QtCore import QRect, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from latent_explorer.atlas import PICTURES, TileCache, TileKey, montage, tile_region
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.session import OpenBundle

COARSER = 5  # levels, including its own, from which a tile can be painted or read
_IMAGES = 320  # tiles cached in painted form: about 200 KB each with pictures of 28 x 28

DECODED = LayerSpec("pictures", "Pictures", "The picture that the model decodes at each place.", key="1", opacity=1.0)


class TiledLayer(Layer):
    """Paints cached tiles; coarser ones stand in for missing ones."""

    rim = 0.0
    """Pixels of a tile's image outside the tile on each side."""

    def __init__(self, spec: LayerSpec, cache: TileCache) -> None:
        self._cache = cache
        self._images: OrderedDict[TileKey, QImage] = OrderedDict()  # most recently used last
        super().__init__(spec)

    def forget(self, keys: Iterable[TileKey] | None = None) -> None:
        """Drop the painted form of tiles, or of all."""
        for key in list(self._images) if keys is None else keys:
            self._images.pop(key, None)

    def paint_tiles(
        self, painter: QPainter, view: View, keys: Iterable[TileKey], share: float = 1.0, *, smooth: bool = True
    ) -> None:
        """Draw tiles of a view.

        share: the opacity over what was painted before. smooth: smooth scaling instead of fast.
        """
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setOpacity(share)
        for key in keys:
            for part, found in self._sources(key):
                image = self._image(found)
                painter.drawImage(QRectF(tile_rect(view, part)), image, self._part(part, found, image))
        painter.restore()

    def _sources(self, key: TileKey) -> Iterator[tuple[TileKey, TileKey]]:
        """What to draw for a tile, in order: the part of the map to cover, and the source tile."""
        found = next((each for each in _with_ancestors(key) if each in self._cache), None)
        if found is not None:
            yield key, found

    def _part(self, key: TileKey, found: TileKey, image: QImage) -> QRectF:
        wanted, whole = tile_region(key), tile_region(found)
        across, down = image.width() - 2 * self.rim, image.height() - 2 * self.rim
        return QRectF(
            self.rim + (wanted.left - whole.left) / whole.width * across,
            self.rim + (whole.top - wanted.top) / whole.height * down,
            wanted.width / whole.width * across,
            wanted.height / whole.height * down,
        )

    def _image(self, key: TileKey) -> QImage:
        if key not in self._images:
            self._images[key] = self._painted_form(key)
        self._images.move_to_end(key)
        if len(self._images) > _IMAGES:
            self._images.popitem(last=False)
        return self._images[key]

    @abstractmethod
    def _painted_form(self, key: TileKey) -> QImage:
        """The painted form of a cached tile."""


class TileLayer(TiledLayer):
    """Paints cached tiles of pictures; coarser tiles, and finer ones over them, stand in for missing ones.

    cover: the tiles that a view needs. ground: the background colour. grey: whether pictures are greyscale; light:
    whether to invert them for the light theme.
    """

    def __init__(self, cache: TileCache) -> None:
        super().__init__(DECODED, cache)
        self.cover: Callable[[View], list[TileKey]] = lambda _: []
        self.ground = QColor(0, 0, 0)
        self.grey = self.light = False

    @property
    def opacity(self) -> float:  # pictures are blended with the background once, when they arrive
        return self._opacity

    @opacity.setter
    def opacity(self, opacity: float) -> None:
        self._opacity = opacity
        self.forget()

    def lacks(self, bundle: OpenBundle) -> str:
        return bundle.config.undecoded

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        self.grey = bundle.config.net.image_shape[2] == 1
        self.ground, self.light = QColor(theme.map), not theme.dark
        self.forget()

    def has_stand_in(self, key: TileKey) -> bool:
        """Whether other tiles stand in for a tile."""
        others = (*list(_with_ancestors(key))[1:], *_children(key))
        return self.visible and any(other in self._cache for other in others)

    def paint_tiles(
        self, painter: QPainter, view: View, keys: Iterable[TileKey], share: float = 1.0, *, smooth: bool = True
    ) -> None:
        if self.visible:
            super().paint_tiles(painter, view, keys, share, smooth=smooth)

    def _sources(self, key: TileKey) -> Iterator[tuple[TileKey, TileKey]]:
        found = next(super()._sources(key), None)
        if found is not None:
            yield found
        if found != (key, key):
            yield from ((child, child) for child in _children(key) if child in self._cache)

    def _painted_form(self, key: TileKey) -> QImage:
        pictures = self._cache.get(key)
        assert pictures is not None
        image = to_qimage(montage(pictures, PICTURES))
        return self._on_the_ground(displayed(image, light=self.light))

    def _on_the_ground(self, image: QImage) -> QImage:
        mixed = QImage(image.size(), image.format())
        mixed.fill(self.ground)
        painter = QPainter(mixed)
        painter.setOpacity(self._opacity)
        painter.drawImage(0, 0, image)
        painter.end()
        return mixed


def _with_ancestors(key: TileKey) -> Iterator[TileKey]:
    for up in range(COARSER):
        yield TileKey(key.field, key.chart, key.level - up, key.column >> up, key.row >> up)


def _children(key: TileKey) -> Iterator[TileKey]:
    for row in (2 * key.row, 2 * key.row + 1):
        for column in (2 * key.column, 2 * key.column + 1):
            yield TileKey(key.field, key.chart, key.level + 1, column, row)


def tile_rect(view: View, key: TileKey) -> QRect:
    """The pixels that a tile covers."""
    region = tile_region(key)
    left, top = view.to_screen_point((region.left, region.top))
    right, bottom = view.to_screen_point((region.right, region.bottom))
    return QRect(round(left), round(top), round(right) - round(left), round(bottom) - round(top))
