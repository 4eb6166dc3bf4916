"""The overview: a small picture of the whole map, with a draggable rectangle around the visible part."""

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QWidget

from latent_explorer.atlas import Region
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.plot import MapPlot
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import borrowed_qimage

_SIDE = 150  # pixels: the longer side
_LEAST = (360, 280)  # pixels: the smallest map that has room for it
_MARGIN = 10
_SMALLEST = 8.0  # pixels: the smallest rectangle that can be seen and dragged
_OUTSIDE = 0.03  # of the whole map in each direction that may be out of view


@dataclass(frozen=True)
class OverviewChoice:
    shown: bool = True


class Overview(QWidget):
    """Covers the lower left of the map while only a part of the map is visible.

    Its picture is painted again only when the points look different.
    """

    def __init__(self, canvas: MapPlot, points: PointLayer, settings: Settings) -> None:
        super().__init__(canvas)
        self._canvas, self._points, self._settings = canvas, points, settings
        self.wanted = settings.get(OverviewChoice).shown
        self._theme: Theme = DARK
        self._view = View()
        self._picture: QImage | None = None
        self._version: tuple[int, float, View] | None = None
        self._seen = QRectF()
        self._grip = QPointF()  # from the centre of the rectangle to the pointer
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so the map below is not painted with it
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Overview of the map")
        self.hide()

    def toggle(self) -> None:
        """Switch the overview on or off, and remember that."""
        self.wanted = not self.wanted
        self._settings.change(OverviewChoice, shown=self.wanted)
        self.look()

    def dress(self, theme: Theme) -> None:
        self._theme, self._version = theme, None
        self.look()

    def look(self) -> None:
        """Update after a change of the view, the points or the size of the map."""
        home, view = self._canvas.home, self._canvas.view
        if home is None or not self.wanted or not self._is_needed(home, view):
            self.hide()
            return
        self._place(home, view)
        if self._version != (version := (self._points.version, self.devicePixelRatioF(), self._view)):
            self._version, self._picture = version, self._draw()
            self.update()
        seen = self._rectangle(view)
        if seen.toAlignedRect() != self._seen.toAlignedRect():
            self._seen = seen
            self.update()
        self.show()

    def _is_needed(self, home: Region, view: View) -> bool:
        seen, room = view.region, (_OUTSIDE * home.width, _OUTSIDE * home.height)
        has_all = (
            seen.left <= home.left + room[0]
            and seen.right >= home.right - room[0]
            and seen.bottom <= home.bottom + room[1]
            and seen.top >= home.top - room[1]
        )
        return not has_all and view.width >= _LEAST[0] and view.height >= _LEAST[1]

    def _place(self, home: Region, view: View) -> None:
        """Take the aspect ratio of the map, at its lower left."""
        shape = min(max(home.height / max(home.width, 1e-9), 0.5), 2.0)
        width, height = (_SIDE, round(_SIDE * shape)) if shape <= 1 else (round(_SIDE / shape), _SIDE)
        at = self._canvas.origin.toPoint()
        place = QRect(at.x() + _MARGIN, at.y() + view.height - height - _MARGIN, width, height)
        if place != self.geometry():
            self.setGeometry(place)
        self._view = View(width=width, height=height).fitted(home)

    def _draw(self) -> QImage:
        image = borrowed_qimage(self._points.small_picture(self._view, self.devicePixelRatioF()))
        image.setDevicePixelRatio(self.devicePixelRatioF())
        return image

    def _rectangle(self, view: View) -> QRectF:
        """The visible part in pixels of the overview; never too small to be dragged."""
        seen = view.region
        left, top = self._view.to_screen_point((seen.left, seen.top))
        right, bottom = self._view.to_screen_point((seen.right, seen.bottom))
        middle = QPointF((left + right) / 2, (top + bottom) / 2)
        width, height = max(right - left, _SMALLEST), max(bottom - top, _SMALLEST)
        return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)

    # -- events

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, whole = QPainter(self), QRectF(self.rect())
        painter.fillRect(whole, QColor(self._theme.map))
        if self._picture is not None:
            painter.drawImage(0, 0, self._picture)
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))
        for colour, width in ((self._theme.map, 4), (self._theme.text, 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(self._seen)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Start dragging the rectangle; a press outside moves it to the pointer first."""
        assert event is not None
        middle = self._seen.center()
        self._grip = event.position() - middle if self._seen.contains(event.position()) else QPointF()
        self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_to(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self._canvas.fit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        self._canvas.zoom(1.25 ** (event.angleDelta().y() / 120))
        event.accept()

    def _drag_to(self, at: QPointF) -> None:
        middle = at - self._grip
        inside = QPointF(min(max(middle.x(), 0), self.width()), min(max(middle.y(), 0), self.height()))
        if (inside - self._seen.center()).manhattanLength() > 1e-6:
            self._canvas.centre(*self._view.to_plane(inside.x(), inside.y()))
