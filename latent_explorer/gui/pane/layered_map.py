"""A plot with a ground of tiles and points, and marks and the probe above: what is painted, and when."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QCoreApplication, QEvent, QRect, QRectF, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QRegion
from PyQt6.QtWidgets import QGraphicsRectItem

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.layers.layer import Layer
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.scale import paint_scale, scale_rect
from latent_explorer.gui.layers.thumbnails import ThumbnailLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.frame_scheduler import FrameScheduler
from latent_explorer.gui.pane.layer_buffer import DoubleBuffer, Layers, layered
from latent_explorer.gui.pane.marks import MarkItems, Marks, linked_rect, paint_linked, paint_probe, probe_rect
from latent_explorer.gui.pane.plot import GROUND, LIFTED, PROBE, SCALE, MapPlot, PixelItem
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import ratio_of


class LayeredMap(MapPlot):
    """The plot with tiles, fields, points and marks.

    painted: a paint has ended. lifted: the layer whose enlarged image is shown. passing: items that do not appear in
    exports, each with a function that returns the pixels it covers.
    """

    painted = pyqtSignal()

    def __init__(self, tiles: TileLayer, points: PointLayer) -> None:
        self.tiles, self.points = tiles, points
        self.marks = Marks()
        self.fields: list[FieldLayer] = []
        self.above: list[Layer] = [points]
        self.lifted: ThumbnailLayer | None = None
        self.passing: dict[PixelItem, Callable[[], QRectF]] = {}
        super().__init__()
        self._ground = DoubleBuffer(Layers(tiles, self.fields, self.above))
        shown = lambda: (self.view, self.devicePixelRatioF())  # noqa: E731
        self.frame_scheduler = FrameScheduler(self, self._ground, shown, self._repaint)
        self._picturing = False
        self._make_items()
        self.dress(DARK)

    def _make_items(self) -> None:
        self._mark_items = MarkItems(self._box)
        self._ground_item = PixelItem(self._box, GROUND, self._paint_ground)
        self._scale_item = PixelItem(
            self._box, SCALE, lambda painter, _: paint_scale(painter, self.layers, self.theme, self.view.width)
        )
        self._lifted_item = PixelItem(self._box, LIFTED, self._paint_lifted)
        self._probe_item = PixelItem(
            self._box, PROBE, lambda painter, _: paint_probe(painter, self.view, self.marks, self.theme)
        )
        self._linked_item = PixelItem(
            self._box, PROBE, lambda painter, _: paint_linked(painter, self.view, self.marks, self.theme)
        )
        self._ring = QGraphicsRectItem(self._box)
        self._ring.setZValue(PROBE)

    def add_pixel_item(self, height: float, paint: Callable[[QPainter, QRectF], None]) -> PixelItem:
        """Add an item painted in pixels of the map, at a z value `height`; it covers nothing yet."""
        return PixelItem(self._box, height, paint)

    # -- what is shown

    @property
    def layers(self) -> list[Layer]:
        """All layers, the lowest first."""
        return [self.tiles, *self.fields, *self.above]

    def dress(self, theme: Theme) -> None:
        self.theme = theme
        self.setBackground(theme.map)
        for axis in self._axes.values():
            axis.dress(theme)
        self._mark_items.dress(theme)
        self._show_focus()

    def name_axes(self, names: tuple[str, str]) -> None:
        """Set the titles of the horizontal and the vertical axis."""
        for side, name in zip(("bottom", "left"), names, strict=True):
            self._axes[side].set_title(name)

    def show_tile(self, key: TileKey) -> None:
        self.frame_scheduler.show_tile(key, stood_in=self.tiles.has_stand_in(key))

    def refresh(self) -> None:
        self.frame_scheduler.forget()
        scale = scale_rect(self.layers, self.view.width)
        self._scale_item.place(scale)
        self._mark_items.lay_out(scale.left() or self.view.width)
        self._ground_item.update()

    def refresh_points(self, covered: Callable[[View], QRegion]) -> None:
        """Repaint some points. covered: returns the pixels of a view that they cover."""
        self._ground.again(self.view, covered)
        self._ground_item.update(QRectF(covered(self.view).boundingRect()))

    def set_marks(self, marks: Marks) -> None:
        self.marks, before = marks, self.marks
        self._mark_items.show(marks)
        self._probe_item.place(probe_rect(self.view, marks))
        if marks.linked != before.linked:
            self._linked_item.place(linked_rect(self.view, marks))

    def mark(self, **changes: Any) -> None:
        """Change marks, by their field names in `Marks`."""
        self.set_marks(replace(self.marks, **changes))

    def set_probe(self, probe: tuple[float, float] | None, loupe: QImage | None) -> None:
        """Move the probe; repaints only the pixels of its old and new place."""
        self.mark(probe=probe, loupe=loupe, neighbours=None)

    def show_lifted(self) -> None:
        """Update the enlarged image, or remove it."""
        self._lifted_item.place(QRectF() if self.lifted is None else QRectF(self.lifted.lifted_rect(self.view)))

    def picture(self, scale: float) -> QImage:
        """The map with its axes, at `scale` device pixels per logical pixel, without the probe."""
        image = QImage((self.size().toSizeF() * scale).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(self.backgroundBrush().color())
        drawn = self._mark_items
        linked = (self._linked_item, drawn.linked_route, drawn.linked_dots)  # these depend on the other map
        others = (*linked, *self.passing)
        momentary = (self._probe_item, self._lifted_item, drawn.neighbours, drawn.chosen, self._ring, *others)
        shown = [item for item in momentary if item.isVisible()]
        for item in shown:
            item.hide()
        self._picturing, painter = True, QPainter(image)
        whole = QRectF(self.viewport().rect())
        self.scene().render(painter, whole, whole)
        painter.end()
        self._picturing = False
        for item in shown:
            item.show()
        return image

    def paint_now(self) -> None:
        """Paint changes above the ground at once, instead of when the scene schedules it."""
        self._repaint(QRect())

    def _view_changed(self) -> None:
        self._box.updateMatrix()  # otherwise items update their place while painting, and paint twice
        self._probe_item.place(probe_rect(self.view, self.marks))
        if self.marks.linked is not None:
            self._linked_item.place(linked_rect(self.view, self.marks))
        for item, covered in self.passing.items():
            item.place(covered())
        self.show_lifted()
        self.frame_scheduler.move()

    def _size_changed(self) -> None:
        whole = QRectF(0, 0, self.view.width, self.view.height)
        self._ground_item.place(whole)
        self._ring.setRect(whole.adjusted(1, 1, -1, -1))
        self.refresh()

    # -- painting

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        self.painted.emit()

    def _repaint(self, where: QRect | None = None) -> None:
        """Paint some pixels of the map, or all, and pending updates of the scene; no pixels: only those updates."""
        if where is None or not where.isEmpty():
            self._ground_item.update(QRectF() if where is None else QRectF(where))
        QCoreApplication.sendPostedEvents(self.scene(), QEvent.Type.MetaCall.value)  # the scene paints in these

    def _paint_ground(self, painter: QPainter, exposed: QRectF) -> None:
        ratio = ratio_of(painter)
        if self._picturing:
            layers = Layers(self.tiles, self.fields, self.above)  # an export may have replaced layers
            painter.drawImage(0, 0, layered(layers, self.view, ratio))
        else:
            self._ground.paint(painter, self.view, ratio, QRegion(exposed.toAlignedRect()))

    def _paint_lifted(self, painter: QPainter, exposed: QRectF) -> None:
        if self.lifted is not None:
            self.lifted.paint_lifted(painter, self.view)

    def _show_focus(self) -> None:
        focused = self.hasFocus()
        self._ring.setPen(QPen(QColor(self.theme.accent if focused else self.theme.line), 2 if focused else 1))
