"""What lies under the marks of the map: a sheet that is there, and one for a newer view that is being painted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QImage, QPainter, QRegion

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.tiles import tile_rect
from latent_explorer.gui.pane.layer_buffer import Layers, Sheet

_MARGIN = 64  # logical pixels painted around the view, so that panning has something to show at once
_STRAYED = 24  # logical pixels that a view may move until another sheet is painted for it


@dataclass(frozen=True, eq=False)
class Scene:
    """What is to be painted. ratio: device pixels to the logical pixel."""

    view: View
    ratio: float


class Ground:
    """Shows the sheet that there is, moved and scaled, until one for the view is painted."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._sheet: Sheet | None = None
        self._coming: Sheet | None = None
        self._dissolves = False

    def forget(self) -> None:
        """Paint everything anew, and at once, when next asked."""
        self._sheet = self._coming = None

    def wants(self, key: TileKey) -> bool:
        """Whether a tile belongs on what is painted or being painted."""
        return any(sheet is not None and key in sheet for sheet in (self._sheet, self._coming))

    def fits(self, scene: Scene) -> bool:
        """Whether no other sheet is needed for a scene."""
        if self._sheet is None:
            return True
        mine, view = self._sheet.view, scene.view
        if (mine.scale, self._sheet.ratio) != (view.scale, scene.ratio):
            return False
        return max(abs(view.u - mine.u), abs(view.v - mine.v)) * view.scale <= _STRAYED

    def renewal(self, scene: Scene) -> Iterator[None]:
        """Paint a sheet for a scene, a piece at each step; it is shown once it is whole."""
        self._coming = sheet = Sheet(self._layers, scene.view, scene.ratio, _MARGIN)
        yield from sheet.painting()
        if self._coming is sheet:
            if self._dissolves and self._sheet is not None:
                sheet.dissolve_from(self._sheet)
            self._sheet, self._coming, self._dissolves = sheet, None, False

    def dissolve(self) -> None:
        """Have the next sheet take the place of this one by and by, as `mix` says."""
        self._dissolves = self._sheet is not None

    def mix(self, share: float) -> None:
        """Paint points anew where they have moved, and tiles that have taken so much of the place of those before."""
        if self._sheet is not None:
            self._sheet.mix(share)

    def add(self, view: View, key: TileKey, steps: int) -> QRect:
        """Paint a tile that has come on the sheet, one step on of those left; returns the pixels that changed."""
        if self._sheet is None or key not in self._sheet:
            return QRect()
        self._sheet.add(key, steps)
        seen = QRect(0, 0, view.width, view.height)
        return tile_rect(view, key).adjusted(-1, -1, 1, 1).intersected(seen)

    def again(self, view: View, covered: Callable[[View], QRegion]) -> None:
        """Paint anew what points cover in a view; a sheet for another scale is soon replaced anyhow."""
        if self._sheet is not None and self._sheet.view.scale == view.scale:
            self._sheet.again(covered(self._sheet.view).boundingRect())

    def paint(self, painter: QPainter, scene: Scene, where: QRegion) -> None:
        """Paint some pixels."""
        if self._sheet is None:
            for _ in self.renewal(scene):
                pass
        assert self._sheet is not None
        covered = self._sheet.draw(painter, scene.view)
        bare = where.intersected(QRegion(0, 0, scene.view.width, scene.view.height)).subtracted(QRegion(covered))
        if not bare.isEmpty():
            self._fill(painter, scene, bare)

    def image(self, scene: Scene) -> QImage:
        """A scene painted once and whole."""
        sheet = Sheet(self._layers, scene.view, scene.ratio, margin=0)
        for _ in sheet.painting():
            pass
        return sheet.image()

    def _fill(self, painter: QPainter, scene: Scene, bare: QRegion) -> None:
        """Paint tiles roughly where the sheet does not reach, for the moment that the next one takes."""
        painter.save()
        painter.setClipRegion(bare)
        painter.fillRect(bare.boundingRect(), self._layers.tiles.ground)
        keys = [key for key in self._layers.tiles.cover(scene.view) if bare.intersects(tile_rect(scene.view, key))]
        self._layers.tiles.paint_tiles(painter, scene.view, keys, smooth=False)
        painter.restore()
