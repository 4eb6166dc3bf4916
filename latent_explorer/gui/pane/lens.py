"""The lens: while a key is held over a data point, shows the neighbourhood of its latent, exact at the point."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen

from latent_explorer.charts import LocalChart, Search, neighbourhood
from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.session import OpenBundle, Session

KEY = Qt.Key.Key_X
TOPIC = "lens"
_HEIGHT = 105.0  # z value: above the map, below the probe
_RADIUS, _SHARE = 150.0, 0.42  # pixels, and share of the shorter side of the map, at most
_PICTURE = 30.0  # pixels: the approximate side of a picture
_REACH = 40.0  # pixels within which the lens finds a data point
_INNER = 0.8  # of the radius, within which the neighbours lie


@dataclass(frozen=True, eq=False)
class _Held:
    """The contents of the lens. image: the number of its data point. uv: the place of that on the map."""

    image: int
    uv: tuple[float, float]
    around: LocalChart
    radius: float
    pictures: NDArray[np.uint8] | None = None

    @property
    def scale(self) -> float:
        """Pixels per unit of the neighbourhood's plane."""
        return _INNER * self.radius / self.around.reach

    @property
    def count(self) -> int:
        """Pictures along a side: odd, with the data point in the middle."""
        return 2 * max(1, round((2 * self.radius / _PICTURE - 1) / 2)) + 1

    @property
    def step(self) -> float:
        """Pixels from one picture to the next."""
        return 2 * self.radius / self.count

    def latents(self) -> NDArray[np.float32]:
        """The latents (count * count, d) of all pictures, row by row from the top left."""
        offsets = (np.arange(self.count) - self.count // 2) * self.step / self.scale
        across, up = np.meshgrid(offsets, -offsets)
        return self.around.chart.to_latent(np.stack([across, up], -1).reshape(-1, 2))


class Lens(QObject):
    """Opens at the data point nearest to the pointer while its key is held.

    held: its contents; None while it is closed.
    """

    def __init__(self, client: EngineClient, canvas: MapCanvas, points: PointLayer) -> None:
        super().__init__(canvas)
        self._client, self._canvas, self._points = client, canvas, points
        self._session: Session | None = None
        self._search: Search | None = None
        self._of: OpenBundle | None = None  # the bundle whose data are searched
        self.held: _Held | None = None
        self._item = canvas.add_pixel_item(_HEIGHT, self._paint)
        canvas.installEventFilter(self)
        canvas.frame_scheduler.looked.connect(self._place)

    def begin(self, session: Session) -> None:
        """Start with a new session."""
        self.close()
        self._session, self._search, self._of = session, None, None

    def _open(self) -> None:
        """Open at the data point nearest to the probe, if there is one."""
        at = self._canvas.marks.probe
        if self._session is None or at is None:
            return
        image = self._points.nearest_image(self._canvas.view, *self._canvas.view.to_screen_point(at), _REACH)
        if image is None:
            return
        bundle, view = self._session.bundle, self._canvas.view
        if self._search is None or self._of is None or self._of.latents is not bundle.latents:
            self._search, self._of = Search(bundle.latents.mean), bundle
        u, v = self._points.index.uv[image].tolist()
        around = neighbourhood(self._search, bundle.latents.mean[image], bundle.chart.slopes((u, v)))
        self.held = _Held(image, (u, v), around, min(_RADIUS, _SHARE * min(view.width, view.height)))
        self._client.request(TOPIC, [want_pictures(image, self.held.latents())])
        self._place()

    def close(self) -> None:
        """Close the lens."""
        if self.held is not None:
            self.held = None
            self._client.request(TOPIC, [])
            self._item.place(QRectF())

    def latent_at(self, uv: tuple[float, float]) -> NDArray[np.float32] | None:
        """The latent (d,) under a plane point within the lens; None outside, and while it is closed."""
        held = self.held
        if held is None:
            return None
        view = self._canvas.view
        away = (np.array(uv) - held.uv) * view.scale
        return held.around.chart.to_latent(away / held.scale) if np.hypot(*away) <= held.radius else None

    def take(self, answer: Answer) -> None:
        if self.held is not None and answer.pictures is not None and answer.key == self.held.image:
            self.held = replace(self.held, pictures=answer.pictures)
            self._item.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Open and close with the key, if the map has focus."""
        if isinstance(event, QKeyEvent) and event.key() == KEY and not event.modifiers():
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._open()
            elif event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
                self.close()
            return event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
        if event is not None and event.type() == QEvent.Type.FocusOut:
            self.close()
        return False

    def _place(self) -> None:
        if self.held is not None:
            x, y = self._canvas.view.to_screen_point(self.held.uv)
            radius = self.held.radius + 4
            self._item.place(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))

    def _paint(self, painter: QPainter, _: QRectF) -> None:
        held, theme = self.held, self._canvas.theme
        if held is None:
            return
        middle, disc = QPointF(*self._canvas.view.to_screen_point(held.uv)), QPainterPath()
        disc.addEllipse(middle, held.radius, held.radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(QRectF(0, 0, self._canvas.view.width, self._canvas.view.height))
        painter.save()
        painter.setClipPath(disc, Qt.ClipOperation.IntersectClip)
        painter.fillPath(disc, QColor(theme.map))
        if held.pictures is not None:
            self._paint_pictures(painter, held, middle)
        self._paint_neighbours(painter, held, middle)
        painter.restore()
        for ink, broad in ((theme.map, 5.0), (theme.accent, 2.5)):
            painter.setPen(QPen(QColor(ink), broad))
            painter.drawPath(disc)

    def _paint_pictures(self, painter: QPainter, held: _Held, middle: QPointF) -> None:
        assert held.pictures is not None
        light = not self._canvas.theme.dark
        for number, picture in enumerate(held.pictures):
            row, column = divmod(number, held.count)
            left = middle.x() - held.radius + column * held.step
            top = middle.y() - held.radius + row * held.step
            where = QRectF(left, top, held.step, held.step)
            painter.drawImage(where, displayed(to_qimage(picture), light=light))
        half = held.step / 2
        painter.setPen(QPen(QColor(self._canvas.theme.accent), 1.5))
        painter.drawRect(QRectF(middle.x() - half, middle.y() - half, held.step, held.step))

    def _paint_neighbours(self, painter: QPainter, held: _Held, middle: QPointF) -> None:
        """Paint the true neighbours as dots."""
        assert self._search is not None
        near = held.around.chart.to_plane(self._search.points[held.around.indices]) * held.scale
        painter.setPen(QPen(QColor(self._canvas.theme.map), 1.0))
        for number, (right, up) in zip(held.around.indices.tolist(), near.tolist(), strict=True):
            painter.setBrush(self._points.colour(number))
            painter.drawEllipse(middle + QPointF(right, -up), 3.5, 3.5)
