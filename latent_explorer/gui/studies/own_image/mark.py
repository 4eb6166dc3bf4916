"""The own image's place on the map: a dot with corners, and its picture on a line beside it."""

from collections.abc import Callable, Iterator

from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen

from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.plot import SCALE
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry
from latent_explorer.gui.widgets.images import displayed

_HEIGHT = SCALE - 5  # above anchors, below the scale
_SIDE, _AWAY, _RIM = 56.0, 26.0, 3.0  # pixels: of the picture, from the place, around
_HALF = 9.0  # of the frame around the place
REACH = 14.0
"""Pixels within which the mark is meant."""


class OwnMark:
    """Shows where the image is, as a small square frame that no other mark has. uv: None where it is nowhere."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self.uv: tuple[float, float] | None = None
        self._picture: QImage | None = None
        self._item = canvas.add_pixel_item(_HEIGHT, self._paint)
        canvas.passing[self._item] = self._covered  # a map that is drawn once more from its session has none of it

    def show(self, uv: tuple[float, float] | None, picture: QImage | None = None) -> None:
        self.uv, self._picture = uv, picture
        self._item.place(self._covered())

    def is_at(self, at: QPointF) -> bool:
        """Whether the mark, or its picture, is at a pixel of the map."""
        place = self._at()
        if place is None:
            return False
        return (at - place).manhattanLength() <= REACH or self._card(place).contains(at)

    def _at(self) -> QPointF | None:
        return None if self.uv is None else QPointF(*self._canvas.view.to_screen_point(self.uv))

    def _covered(self) -> QRectF:
        at = self._at()
        view = self._canvas.view
        whole = QRectF(0, 0, view.width, view.height)
        if at is None or not whole.adjusted(-_HALF, -_HALF, _HALF, _HALF).contains(at):
            return QRectF()
        around = QRectF(at.x() - _HALF, at.y() - _HALF, 2 * _HALF, 2 * _HALF).adjusted(-_RIM, -_RIM, _RIM, _RIM)
        return around if self._picture is None else around.united(self._card(at).adjusted(-_RIM, -_RIM, _RIM, _RIM))

    def _card(self, at: QPointF) -> QRectF:
        """Where the picture goes: below left of the place, away from the loupe, but always inside the map."""
        view, away = self._canvas.view, _AWAY
        left = at.x() - away - _SIDE if at.x() - away - _SIDE > _RIM else at.x() + away
        top = at.y() + away if at.y() + away + _SIDE < view.height - _RIM else at.y() - away - _SIDE
        return QRectF(round(left), round(top), _SIDE, _SIDE)

    def _paint(self, painter: QPainter, exposed: QRectF) -> None:
        at, theme = self._at(), self._canvas.theme
        if at is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(at.x() - _HALF, at.y() - _HALF, 2 * _HALF, 2 * _HALF)
        card = self._card(at)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((theme.map, 4.5), (theme.good, 2.2)):
            pen = QPen(QColor(colour), width, cap=Qt.PenCapStyle.FlatCap, join=Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(frame)
            painter.drawLine(QLineF(at, at + QPointF(0.01, 0.01)))
            if self._picture is not None:
                corner = _corner(frame, card.center())
                painter.drawLine(QLineF(corner, _corner(card, at)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.good))
        painter.drawEllipse(at, 2.5, 2.5)
        if self._picture is not None:
            painter.fillRect(card.adjusted(-2, -2, 2, 2), QColor(theme.good))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(card, displayed(self._picture, light=not theme.dark))


def _corner(rect: QRectF, towards: QPointF) -> QPointF:
    """The corner of a rectangle that is nearest to a point."""
    middle = rect.center()
    x = rect.left() if towards.x() < middle.x() else rect.right()
    y = rect.top() if towards.y() < middle.y() else rect.bottom()
    return QPointF(x, y)


def offers(
    go_to: Callable[[], None], pin: Callable[[], None], begin_path: Callable[[], None], export: Callable[[], None]
) -> Iterator[Entry]:
    """What a menu offers on the mark."""
    yield Command("Go to your image", go_to)
    yield Command("Pin your image", pin)
    yield Command("Path from your image", begin_path, tip="Click the end of the path next")
    yield Command("Export the picture of your image…", export)
    yield SEPARATOR
