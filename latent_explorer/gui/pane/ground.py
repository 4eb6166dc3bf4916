"""What lies under the marks of the map: a buffer that is there, and one for a newer view that is being painted."""

from collections.abc import Callable, Iterator

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QImage, QPainter, QRegion

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.tiles import tile_rect
from latent_explorer.gui.pane.layer_buffer import LayerBuffer, Layers

_MARGIN = 64  # logical pixels painted around the view, so that panning has something to show at once
_STRAYED = 24  # logical pixels that a view may move until another buffer is painted for it


class Ground:
    """Shows the buffer that there is, moved and scaled, until one for the view is painted.

    ratio, throughout: device pixels to the logical pixel.
    """

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._buffer: LayerBuffer | None = None
        self._coming: LayerBuffer | None = None
        self._dissolves = False

    def forget(self) -> None:
        """Paint everything anew, and at once, when next asked."""
        self._buffer = self._coming = None

    def wants(self, key: TileKey) -> bool:
        """Whether a tile belongs on what is painted or being painted."""
        return any(buffer is not None and key in buffer for buffer in (self._buffer, self._coming))

    def fits(self, view: View, ratio: float) -> bool:
        """Whether no other buffer is needed for a view."""
        if self._buffer is None:
            return True
        mine = self._buffer.view
        if (mine.scale, self._buffer.ratio) != (view.scale, ratio):
            return False
        return max(abs(view.u - mine.u), abs(view.v - mine.v)) * view.scale <= _STRAYED

    def renewal(self, view: View, ratio: float) -> Iterator[None]:
        """Paint a buffer for a view, a piece at each step; it is shown once it is whole."""
        self._coming = buffer = LayerBuffer(self._layers, view, ratio, _MARGIN)
        yield from buffer.painting()
        if self._coming is buffer:
            if self._dissolves and self._buffer is not None:
                buffer.dissolve_from(self._buffer)
            self._buffer, self._coming, self._dissolves = buffer, None, False

    def dissolve(self) -> None:
        """Have the next buffer take the place of this one by and by, as `mix` says."""
        self._dissolves = self._buffer is not None

    def mix(self, share: float) -> None:
        """Paint points anew where they have moved, and tiles that have taken so much of the place of those before."""
        if self._buffer is not None:
            self._buffer.mix(share)

    def add(self, view: View, key: TileKey, steps: int) -> QRect:
        """Paint a tile that has come on the buffer, one step on of those left; returns the pixels that changed."""
        if self._buffer is None or key not in self._buffer:
            return QRect()
        self._buffer.add(key, steps)
        seen = QRect(0, 0, view.width, view.height)
        return tile_rect(view, key).adjusted(-1, -1, 1, 1).intersected(seen)

    def again(self, view: View, covered: Callable[[View], QRegion]) -> None:
        """Paint anew what points cover in a view; a buffer for another scale is soon replaced anyhow."""
        if self._buffer is not None and self._buffer.view.scale == view.scale:
            self._buffer.again(covered(self._buffer.view).boundingRect())

    def paint(self, painter: QPainter, view: View, ratio: float, where: QRegion) -> None:
        """Paint some pixels."""
        if self._buffer is None:
            for _ in self.renewal(view, ratio):
                pass
        assert self._buffer is not None
        covered = self._buffer.draw(painter, view)
        bare = where.intersected(QRegion(0, 0, view.width, view.height)).subtracted(QRegion(covered))
        if not bare.isEmpty():
            self._fill(painter, view, bare)

    def image(self, view: View, ratio: float) -> QImage:
        """A view painted once and whole."""
        buffer = LayerBuffer(self._layers, view, ratio, margin=0)
        for _ in buffer.painting():
            pass
        return buffer.image()

    def _fill(self, painter: QPainter, view: View, bare: QRegion) -> None:
        """Paint tiles roughly where the buffer does not reach, for the moment that the next one takes."""
        painter.save()
        painter.setClipRegion(bare)
        painter.fillRect(bare.boundingRect(), self._layers.tiles.ground)
        keys = [key for key in self._layers.tiles.cover(view) if bare.intersects(tile_rect(view, key))]
        self._layers.tiles.paint_tiles(painter, view, keys, smooth=False)
        painter.restore()
