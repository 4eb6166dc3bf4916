"""What lies under the marks of the map, painted once and kept: tiles, fields, points, rulers."""

from dataclasses import dataclass

from PyQt6.QtGui import QColor, QImage, QPainter, QRegion

from latent_explorer.atlas import TileKey
from latent_explorer.gui.fields.layer import FieldLayer
from latent_explorer.gui.fields.scale import paint_scale
from latent_explorer.gui.map.points import PointLayer
from latent_explorer.gui.map.rulers import paint_rulers, ruler_rects
from latent_explorer.gui.map.tiles import TileLayer, tile_rect
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.view import View


@dataclass(frozen=True, eq=False)
class Scene:
    """What is to be painted. keys: the tiles of the view. ratio: device pixels to the logical pixel."""

    view: View
    keys: list[TileKey]
    theme: Theme
    ratio: float


class Ground:
    """Paints the layers of a scene into one image, and tiles that come later into that."""

    def __init__(self, tiles: TileLayer, points: PointLayer, fields: list[FieldLayer]) -> None:
        self._tiles, self._points, self._fields = tiles, points, fields
        self._image: QImage | None = None
        self._tile_image = QImage()  # the tiles alone: what points are painted over again when a tile has come
        self._field_image = QImage()  # likewise the fields, see-through

    @property
    def painted(self) -> bool:
        """Whether there is an image to add to."""
        return self._image is not None

    def forget(self) -> None:
        """Paint everything anew next time."""
        self._image = None

    def image(self, scene: Scene) -> QImage:
        """The whole image, made if need be."""
        if self._image is None:
            self._tile_image = _blank(scene)
            self._field_image = _blank(scene, see_through=True)
            whole = QRegion(0, 0, scene.view.width, scene.view.height)
            self._paint_tiles(scene, scene.keys)
            self._paint_fields(scene, whole)
            self._image = self._tile_image.copy()
            self._paint_over(scene, self._image, whole)
        return self._image

    def add(self, scene: Scene, fresh: list[tuple[TileKey, int]]) -> QRegion:
        """Paint tiles that have come, each one step on of those that are left; returns the pixels that changed."""
        assert self._image is not None
        changed, of_fields = QRegion(), QRegion()
        for key, steps in fresh:
            where = tile_rect(scene.view, key)
            changed = changed.united(where)
            if key in scene.keys:
                self._paint_tiles(scene, [key], 1 / steps)
            else:
                of_fields = of_fields.united(where)
        self._paint_fields(scene, of_fields)
        self._paint_over(scene, self._image, changed)
        return changed

    def _paint_tiles(self, scene: Scene, keys: list[TileKey], share: float = 1.0) -> None:
        painter = QPainter(self._tile_image)
        self._tiles.paint(painter, scene.view, keys, QColor(scene.theme.map), share)
        painter.end()

    def _paint_fields(self, scene: Scene, where: QRegion) -> None:
        if where.isEmpty():
            return
        painter = QPainter(self._field_image)
        painter.setClipRegion(where)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.fillRect(where.boundingRect(), QColor(scene.theme.map))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        for field in self._fields:
            field.paint(painter, scene.view, where.boundingRect())
        painter.end()

    def _paint_over(self, scene: Scene, image: QImage, where: QRegion) -> None:
        painter = QPainter(image)
        painter.setClipRegion(where)
        painter.drawImage(0, 0, self._tile_image)
        if any(field.painted for field in self._fields):
            painter.drawImage(0, 0, self._field_image)
        self._points.paint(painter, scene.view, scene.ratio)
        if any(where.intersects(rect) for rect in ruler_rects(scene.view)):  # laying out text costs more than tiles
            paint_rulers(painter, scene.view, scene.theme)
        paint_scale(painter, self._fields, scene.theme, scene.view.width)
        painter.end()


def _blank(scene: Scene, *, see_through: bool = False) -> QImage:
    """An image of a scene's size in the map's colour, or in none."""
    width, height = round(scene.view.width * scene.ratio), round(scene.view.height * scene.ratio)
    form = QImage.Format.Format_ARGB32_Premultiplied if see_through else QImage.Format.Format_RGB32
    image = QImage(width, height, form)
    image.setDevicePixelRatio(scene.ratio)
    image.fill(QColor(0, 0, 0, 0) if see_through else QColor(scene.theme.map))
    return image
