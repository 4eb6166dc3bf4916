"""The map itself: a pyqtgraph plot over a ground of tiles and points; turns events into places."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QWheelEvent,
)
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
from latent_explorer.gui.pane.tools import ARROWS, Tool, within
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.focus_ring import OWN_FOCUS
from latent_explorer.gui.widgets.images import ratio_of

_CLICK = 4  # pixels the pointer may move between press and release of a click
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Control)
_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_STEPS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}


class MapCanvas(MapPlot):
    """The plot with tiles, points and marks; hands clicks and drags to the tool in hand, at pixels of the map.

    hovered: the plane point under the pointer (or moved to with the arrow keys). left: the pointer is no longer over
    the map. menu_wanted: at a pixel of the map, and where that is in global pixels. stepped: a button of the mouse asks
    for the view before (-1) or after (1). painted: a paint has ended.
    lifted: the layer whose lifted image is shown. tool_taken: a tool has been taken in hand. passing: items of others
    that are no part of the map as it is exported, each with what tells which pixels it covers.
    """

    hovered = pyqtSignal(float, float)
    left = pyqtSignal()
    menu_wanted = pyqtSignal(QPointF, QPoint)
    painted = pyqtSignal()
    stepped = pyqtSignal(int)
    tool_taken = pyqtSignal(object)

    def __init__(self, tiles: TileLayer, points: PointLayer) -> None:
        self.tiles, self.points = tiles, points
        self.marks = Marks()
        self.tool: Tool | None = None
        self.fields: list[FieldLayer] = []
        self.above: list[Layer] = [points]
        self.lifted: ThumbnailLayer | None = None
        self.passing: dict[PixelItem, Callable[[], QRectF]] = {}
        super().__init__()
        self._ground = DoubleBuffer(Layers(tiles, self.fields, self.above))
        shown = lambda: (self.view, self.devicePixelRatioF())  # noqa: E731
        self.frame_scheduler = FrameScheduler(self, self._ground, shown, self._repaint)
        self._pressed: QPointF | None = None
        self._dragging = False
        self._panned_from: QPointF | None = None
        self._space = False
        self._picturing = False
        self._make_items()
        self.dress(DARK)
        self.setMinimumSize(120, 120)
        self.setProperty(OWN_FOCUS, True)
        self.setAccessibleName("Map of the latent space")

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
        """An item that is painted in pixels of the map, so high above what is drawn; it covers nothing yet."""
        return PixelItem(self._box, height, paint)

    # -- what is shown

    @property
    def layers(self) -> list[Layer]:
        """All layers, the undermost first."""
        return [self.tiles, *self.fields, *self.above]

    def dress(self, theme: Theme) -> None:
        self.theme = theme
        self.setBackground(theme.map)
        for axis in self._axes.values():
            axis.dress(theme)
        self._mark_items.dress(theme)
        self._show_focus()

    def name_axes(self, names: tuple[str, str]) -> None:
        """Say what the axes are, from left to right and from bottom to top."""
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
        """Paint some points anew; covered: which pixels of a view they cover."""
        self._ground.again(self.view, covered)
        self._ground_item.update(QRectF(covered(self.view).boundingRect()))

    def set_marks(self, marks: Marks) -> None:
        self.marks, before = marks, self.marks
        self._mark_items.show(marks)
        self._probe_item.place(probe_rect(self.view, marks))
        if marks.linked != before.linked:
            self._linked_item.place(linked_rect(self.view, marks))

    def mark(self, **changes: Any) -> None:
        """Change some of the marks, by their names in `Marks`."""
        self.set_marks(replace(self.marks, **changes))

    def set_probe(self, probe: tuple[float, float] | None, loupe: QImage | None) -> None:
        """Move the probe; only the pixels it covered and covers are painted."""
        self.mark(probe=probe, loupe=loupe, neighbours=None)

    def show_lifted(self) -> None:
        """Another image is lifted, or none."""
        self._lifted_item.place(QRectF() if self.lifted is None else QRectF(self.lifted.lifted_rect(self.view)))

    def picture(self, scale: float) -> QImage:
        """The map as shown with its axes, at `scale` device pixels to the logical pixel, without the probe."""
        image = QImage((self.size().toSizeF() * scale).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(self.backgroundBrush().color())
        drawn = self._mark_items
        linked = (self._linked_item, drawn.linked_route, drawn.linked_dots)  # which the map alone does not tell
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
        """Paint at once what has changed above the ground, which the scene would put off."""
        self._repaint(QRect())

    def _view_changed(self) -> None:
        self._box.updateMatrix()  # else items learn of their place while they are painted, and are painted once more
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
        """Paint pixels of the map, or all of it, now, and whatever the scene has put off: for no pixels, that alone."""
        if where is None or not where.isEmpty():
            self._ground_item.update(QRectF() if where is None else QRectF(where))
        QCoreApplication.sendPostedEvents(self.scene(), QEvent.Type.MetaCall.value)  # in which the scene paints

    def _paint_ground(self, painter: QPainter, exposed: QRectF) -> None:
        ratio = ratio_of(painter)
        if self._picturing:
            layers = Layers(self.tiles, self.fields, self.above)  # an export has put others in their places
            painter.drawImage(0, 0, layered(layers, self.view, ratio))
        else:
            self._ground.paint(painter, self.view, ratio, QRegion(exposed.toAlignedRect()))

    def _paint_lifted(self, painter: QPainter, exposed: QRectF) -> None:
        if self.lifted is not None:
            self.lifted.paint_lifted(painter, self.view)

    # -- events

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        super().mousePressEvent(event)
        if self._is_claimed(event.button()):
            return
        at, left = self._on_map(event), event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panned_from = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() in _STEPS:
            self.stepped.emit(_STEPS[event.button()])
        elif left and self.tool is not None:
            self._pressed, self._dragging = at, False
            self.tool.begin(at)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        left = event.button() == Qt.MouseButton.LeftButton and not self._space
        if not (left and self.tool is not None and self.tool.double_click(self._on_map(event))):
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        assert event is not None
        at = QPointF(event.pos()) - self.origin
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self._probe_position()
        if self._is_claimed(Qt.MouseButton.RightButton):
            super().contextMenuEvent(event)
        elif self._has(at):
            self.menu_wanted.emit(at, self.viewport().mapToGlobal((at + self.origin).toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        at = self._on_map(event)
        if self._panned_from is not None:
            self.pan(at.x() - self._panned_from.x(), at.y() - self._panned_from.y())
            self._panned_from = at
        elif self._pressed is not None or self._has(at):
            self._emit_hover(at)
            self._use_tool(at)
        else:
            self._leave()
        if self.has_guests:
            super().mouseMoveEvent(event)

    def _use_tool(self, at: QPointF) -> None:
        if self.tool is None:
            return
        if self._pressed is None:
            self.tool.hover(at)
        elif self._dragging or (at - self._pressed).manhattanLength() > _CLICK:
            self._dragging = True
            self.tool.drag(at)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        super().mouseReleaseEvent(event)
        if self._panned_from is not None:
            self._panned_from = None
            self._show_cursor()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._let_go(self._on_map(event))

    def _let_go(self, at: QPointF) -> None:
        if self._pressed is not None and self.tool is not None:
            self._pressed = None
            (self.tool.drop if self._dragging else self.tool.click)(at)
            self._dragging = False

    def hold(self) -> None:
        """Press the left button at the probe, without a mouse: arrows drag until this is called once more."""
        if self._pressed is not None:
            self._let_go(self._probe_position())
        elif self.tool is not None:
            self._pressed, self._dragging = self._probe_position(), False
            self.tool.begin(self._pressed)

    def _on_map(self, event: QMouseEvent | QWheelEvent) -> QPointF:
        return event.position() - self.origin

    def _has(self, at: QPointF) -> bool:
        return 0 <= at.x() < self.view.width and 0 <= at.y() < self.view.height

    def _is_claimed(self, button: Qt.MouseButton) -> bool:
        hover = self.scene().lastHoverEvent
        return hover is not None and (button in hover.dragItems() or button in hover.clickItems())

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        steps = event.angleDelta().y() / 120 or event.pixelDelta().y() / 60
        at = self._on_map(event)
        self.zoom(1.25**steps, at)
        if self._has(at):
            self._emit_hover(at)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in ARROWS:
            self._arrow(*ARROWS[key], modifiers)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.tool is not None:
            self.tool.enter(self._probe_position(), bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in _DELETES and not modifiers & Qt.KeyboardModifier.ControlModifier and self.tool is not None:
            self.tool.delete(self._probe_position())
        elif key == Qt.Key.Key_Escape and self.tool is not None:
            self._pressed, self._dragging = None, False
            self.tool.cancel()
        else:
            super().keyPressEvent(event)
        if key in _MODIFIERS:
            self._show_cursor()

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        self._space &= event.key() != Qt.Key.Key_Space or event.isAutoRepeat()
        if event.key() in (*_MODIFIERS, Qt.Key.Key_Space):
            self._show_cursor()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        self._space = False
        self._show_focus()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        super().focusInEvent(event)
        self._show_focus()

    def _show_focus(self) -> None:
        focused = self.hasFocus()
        self._ring.setPen(QPen(QColor(self.theme.accent if focused else self.theme.line), 2 if focused else 1))

    def leaveEvent(self, event: QEvent | None) -> None:
        if event is not None:
            super().leaveEvent(event)
        self._leave()

    def _leave(self) -> None:
        if self.marks.loupe is not None:
            self.mark(loupe=None)
        self.left.emit()

    def take_tool(self, tool: Tool) -> None:
        if self.tool is not None:
            self.tool.cancel()
        self.tool = tool
        self._show_cursor()
        self.tool_taken.emit(tool)

    def _show_cursor(self) -> None:
        tool = self.tool.cursor if self.tool is not None else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else tool)

    def _emit_hover(self, at: QPointF) -> None:
        self.hovered.emit(*self.view.to_plane(at.x(), at.y()))

    def _probe_position(self) -> QPointF:
        if self.marks.probe is None:
            return QPointF(self.view.width / 2, self.view.height / 2)
        return QPointF(*self.view.to_screen_point(self.marks.probe))

    def _arrow(self, right: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        """Arrows move the probe, with Shift by single pixels; with Control they pan."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.pan(-60 * right, -60 * down)
            return
        step = QPointF(right, down) * (1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 8)
        at = within(self.view, self._probe_position() + step)
        self._emit_hover(at)
        self._use_tool(at)
