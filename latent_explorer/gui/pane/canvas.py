"""The map itself: a widget that paints the layers and turns events into places."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.atlas import Region, TileKey
from latent_explorer.atlas.view import SCALES, View
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.frame_scheduler import Pacing
from latent_explorer.gui.pane.ground import Ground, Scene
from latent_explorer.gui.pane.layer_buffer import Layers
from latent_explorer.gui.pane.marks import Marks, paint_marks, probe_rect
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.gui.theme import DARK, Theme

_CLICK = 4  # pixels the pointer may move between press and release of a click
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MapCanvas(QWidget):
    """Paints tiles, points, rulers and marks; zooms, pans, and hands clicks and drags to the tool in hand.

    hovered: the plane point under the pointer (or moved to with the arrow keys). looked: the view has changed.
    painted: a paint has ended. ended: one has tried to zoom in where it goes no deeper.

    closest: the scale up to which one can zoom in at a plane point.
    """

    hovered = pyqtSignal(float, float)
    looked = pyqtSignal()
    painted = pyqtSignal()
    ended = pyqtSignal()

    def __init__(self, tiles: TileLayer, points: PointLayer) -> None:
        super().__init__()
        self.tiles, self.points = tiles, points
        self.theme: Theme = DARK
        self.marks = Marks()
        self.view = View()
        self.tool: Tool | None = None
        self.fields: list[FieldLayer] = []
        self.closest: Callable[[tuple[float, float]], float] = lambda _: math.inf
        self.lifted: Callable[[QPainter, View], None] = lambda painter, view: None  # painted between ground and marks
        self._home: Region | None = None
        self._follows_home = True
        self._ground = Ground(Layers(tiles, self.fields, points))
        self.pacing = Pacing(self, self._ground, self._scene)
        self.pacing.looked.connect(self.looked)
        self._pressed: QPointF | None = None
        self._dragging = False
        self._panned_from: QPointF | None = None
        self._space = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAccessibleName("Map of the latent space")

    # -- what is shown

    def set_home(self, home: Region) -> None:
        """Fit the view to a region, now and, until one zooms or pans, whenever the size changes."""
        self._home = home
        self.fit()

    def change_home(self, home: Region) -> None:
        """Another region is to be fitted to; the view goes there unless one has zoomed or panned."""
        self._home = home
        if self._follows_home:
            self.fit()

    def fit(self) -> None:
        """Show everything."""
        if self._home is not None:
            self._follows_home = True
            self._look(self.view.fitted(self._home))

    @property
    def fitted(self) -> View:
        """The view that shows everything."""
        return self.view if self._home is None else self.view.fitted(self._home)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Come closer by a factor, towards a pixel or the middle."""
        x, y = (at.x(), at.y()) if at is not None else (self.width() / 2, self.height() / 2)
        self._follows_home = False
        if factor > 1:
            factor = self._as_far_as_it_goes(factor, x, y)
        self._look(self.view.zoomed(factor, x, y))

    def _as_far_as_it_goes(self, factor: float, x: float, y: float) -> float:
        """The factor, or what is left of it before the latents no longer differ."""
        left = max(1.0, min(self.closest(self.view.to_plane(x, y)), SCALES[1]) / self.view.scale)
        if left < factor:
            self.ended.emit()
        return min(factor, left)

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen by pixels."""
        self._follows_home = False
        self._look(self.view.panned(dx, dy))

    def centre(self, u: float, v: float) -> None:
        """Bring a plane point into the middle."""
        self._follows_home = False
        self._look(self.view.centred(u, v))

    def show_tile(self, key: TileKey) -> None:
        """A tile has come; it is painted soon."""
        self.pacing.show_tile(key, stood_in=self.tiles.has_stand_in(key))

    def refresh(self) -> None:
        """Paint everything anew."""
        self.pacing.forget()
        self.update()

    def refresh_points(self, covered: Callable[[View], QRegion]) -> None:
        """Paint some points anew; covered: which pixels of a view they cover."""
        self._ground.again(self.view, covered)
        self.update(covered(self.view).boundingRect())

    def set_marks(self, marks: Marks) -> None:
        """Exchange the marks."""
        self.marks = marks
        self.update()

    def set_probe(self, probe: tuple[float, float] | None, loupe: QImage | None) -> None:
        """Move the probe; only the pixels it covered and covers are painted."""
        before = probe_rect(self.view, self.marks)
        self.marks = replace(self.marks, probe=probe, loupe=loupe, neighbours=None)
        if not self.pacing.moving:  # else everything is painted in a moment
            self.update(before.united(probe_rect(self.view, self.marks)))  # Qt is slow where a clip is no rectangle

    def picture(self, scale: float) -> QImage:
        """The map as shown, at `scale` device pixels to the logical pixel, without the probe."""
        image = self._ground.image(self._scene(scale))
        painter = QPainter(image)
        paint_marks(painter, self.view, replace(self.marks, probe=None, neighbours=None, loupe=None), self.theme)
        painter.end()
        return image

    def _look(self, view: View) -> None:
        if view == self.view:
            return
        self.view = view
        self.pacing.move()

    # -- painting

    def paintEvent(self, event: QPaintEvent | None) -> None:
        where = QRegion(self.rect()) if event is None else event.region()
        painter = QPainter(self)
        painter.setClipRegion(where)
        self._ground.paint(painter, self._scene(), where)
        self.lifted(painter, self.view)
        paint_marks(painter, self.view, self.marks, self.theme)
        if self.hasFocus():
            painter.setPen(QColor(self.theme.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        self.painted.emit()

    def _scene(self, ratio: float | None = None) -> Scene:
        return Scene(self.view, self.theme, ratio or self.devicePixelRatioF())

    # -- events

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        view = self.view.resized(self.width(), self.height())
        self._look(view.fitted(self._home) if self._home is not None and self._follows_home else view)
        self.refresh()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panned_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and self.tool is not None:
            self._pressed, self._dragging = event.position(), False
            self.tool.begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        at = event.position()
        if self._panned_from is not None:
            self.pan(at.x() - self._panned_from.x(), at.y() - self._panned_from.y())
            self._panned_from = at
            return
        self._emit_hover(at)
        if self.tool is None:
            return
        if self._pressed is None:
            self.tool.hover(at)
        elif self._dragging or (at - self._pressed).manhattanLength() > _CLICK:
            self._dragging = True
            self.tool.drag(at)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._panned_from is not None:
            self._panned_from = None
            self._show_cursor()
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed is not None and self.tool is not None:
            self._pressed = None
            (self.tool.drop if self._dragging else self.tool.click)(event.position())
            self._dragging = False

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        steps = event.angleDelta().y() / 120 or event.pixelDelta().y() / 60
        self.zoom(1.25**steps, event.position())
        self._emit_hover(event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in _ARROWS:
            self._arrow(*_ARROWS[key], modifiers)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.tool is not None:
            self.tool.click(self._probe_position())
        elif key == Qt.Key.Key_Escape and self.tool is not None:
            self._pressed, self._dragging = None, False
            self.tool.cancel()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        self._space = False
        self.update()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        self.update()

    def leaveEvent(self, event: QEvent | None) -> None:
        self.set_probe(self.marks.probe, None)

    def take_tool(self, tool: Tool) -> None:
        """Work with another tool."""
        if self.tool is not None:
            self.tool.cancel()
        self.tool = tool
        self._show_cursor()

    def _show_cursor(self) -> None:
        tool = self.tool.cursor if self.tool is not None else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else tool)

    def _emit_hover(self, at: QPointF) -> None:
        self.hovered.emit(*self.view.to_plane(at.x(), at.y()))

    def _probe_position(self) -> QPointF:
        if self.marks.probe is None:
            return QPointF(self.width() / 2, self.height() / 2)
        return QPointF(*self.view.to_screen(np.array(self.marks.probe)).tolist())

    def _arrow(self, right: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        """Arrows move the probe, with Shift by single pixels; with Control they pan."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.pan(-60 * right, -60 * down)
            return
        step = 1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 8
        at = self._probe_position() + QPointF(step * right, step * down)
        at = QPointF(min(max(at.x(), 0), self.width() - 1), min(max(at.y(), 0), self.height() - 1))
        self._emit_hover(at)
        if self.tool is not None:
            self.tool.hover(at)
