"""The map widget: translates mouse and keys into places, and passes clicks and drags to the current tool."""

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent

from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.layered_map import LayeredMap
from latent_explorer.gui.pane.tools import ARROWS, Tool, within
from latent_explorer.gui.widgets.focus_ring import OWN_FOCUS

_CLICK = 4  # pixels the pointer may move between press and release of a click
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Control)
_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_STEPS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}


class MapCanvas(LayeredMap):
    """The map with mouse and keys. Tools get positions in pixels of the map.

    hovered: the plane point under the pointer (or reached with the arrow keys). left: the pointer has left the map.
    menu_wanted: a context menu is requested at a pixel of the map and a global position. stepped: a mouse button
    requests the previous (-1) or next (1) view. tool_taken: the current tool has changed.
    """

    hovered = pyqtSignal(float, float)
    left = pyqtSignal()
    menu_wanted = pyqtSignal(QPointF, QPoint)
    stepped = pyqtSignal(int)
    tool_taken = pyqtSignal(object)

    def __init__(self, tiles: TileLayer, points: PointLayer) -> None:
        super().__init__(tiles, points)
        self.tool: Tool | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        self._panned_from: QPointF | None = None
        self._space = False
        self.setMinimumSize(120, 120)
        self.setProperty(OWN_FOCUS, True)
        self.setAccessibleName("Map of the latent space")

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
        """Press the left button at the probe without a mouse: the arrow keys drag until this is called again."""
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
        """Move the probe with the arrow keys, by single pixels with Shift; pan with Control."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.pan(-60 * right, -60 * down)
            return
        step = QPointF(right, down) * (1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 8)
        at = within(self.view, self._probe_position() + step)
        self._emit_hover(at)
        self._use_tool(at)
