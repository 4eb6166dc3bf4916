"""Marks of anchors on a map: numbered, coloured by error, and the pair under the pointer."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from latent_explorer.class_colours import Mark, mark_outline
from latent_explorer.gui.alignment.anchor_errors import POOR, grade_colours, grade_marks
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.plot import LIFTED, SCALE
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import displayed, ratio_of

_HEIGHT = SCALE - 10  # z value above everything in plane coordinates
_REACH = 11.0  # pixels within which the pointer selects an anchor
_DOT, _SMALL, _RIM = 8.0, 5.0, 1.5  # pixels: diameter, diameter for many anchors, rim
_MANY = 300
_CLOSE, _ROOM = 13.0, 25.0  # pixels: minimum distances of a numbered anchor from others, and from other numbers
_THUMB, _GAP, _PAD = 64.0, 15.0, 5.0  # pixels of the card beside a pair
_FAR, _BLOCK = 1e6, 256


@dataclass(frozen=True, eq=False)
class AnchorMarks:
    """The anchors on one map. uv: float64 (k, 2). grades: int64 (k,).

    doubtful: bool (k,), pairs that may be wrong. chosen: indices.
    """

    uv: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    grades: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    doubtful: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    chosen: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Tied:
    """One end of the pair under the pointer, or of a new pair. uv: the place of its image.

    words: beside its picture. grade: of the anchor. draft: whether the pair is not an anchor yet.
    """

    uv: tuple[float, float]
    words: str
    picture: QImage | None = None
    grade: int = 0
    draft: bool = False


class AnchorItems:
    """Paints the anchors of one map as one pixel item, and the pair under the pointer above it."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._marks, self._tied = AnchorMarks(), tuple[Tied, ...]()
        self._badges: dict[tuple[int, int, bool], QPixmap] = {}
        self._dots_of: dict[tuple[str, Mark, str, float, float], QPixmap] = {}
        self._badges_of: tuple[Theme, float] | None = None
        self._numbered: tuple[float, frozenset[int]] = (0.0, frozenset())
        self._dots = canvas.add_pixel_item(_HEIGHT, self._paint)
        self._cards = canvas.add_pixel_item(LIFTED + 5, self._paint_tied)
        canvas.frame_scheduler.looked.connect(self._place)

    @property
    def marks(self) -> AnchorMarks:
        return self._marks

    @property
    def tied(self) -> tuple[Tied, ...]:
        return self._tied

    def show(self, marks: AnchorMarks) -> None:
        """Show anchors."""
        before = self._marks
        same = np.array_equal(marks.uv, before.uv) and np.array_equal(marks.doubtful, before.doubtful)
        if not same or marks.chosen != before.chosen:
            self._numbered = (0.0, frozenset())
        self._marks = marks
        self._place()

    def tie(self, tied: Iterable[Tied]) -> None:
        """Show ends of pairs with their pictures."""
        self._tied = tuple(tied)
        self._place_cards()

    def close(self) -> None:
        """Remove everything from the map."""
        self._canvas.frame_scheduler.looked.disconnect(self._place)
        for item in (self._dots, self._cards):
            scene = item.scene()
            if scene is not None:
                scene.removeItem(item)

    def at(self, at: QPointF) -> int | None:
        """The index of the anchor near a pixel of the map; numbered ones take precedence."""
        if not len(self._marks.uv):
            return None
        distances = np.hypot(*(self._canvas.view.to_screen(self._marks.uv) - (at.x(), at.y())).T)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _REACH else None

    @property
    def numbered(self) -> frozenset[int]:
        """The anchors with room for their number at the current scale."""
        scale = self._canvas.view.scale
        if self._numbered[0] != scale:
            marks = self._marks
            first = [*sorted(marks.chosen), *np.flatnonzero(marks.doubtful).tolist()]
            self._numbered = scale, frozenset(with_room(marks.uv * scale, first))
        return self._numbered[1]

    def _place(self) -> None:
        view = self._canvas.view
        self._dots.place(QRectF(0, 0, view.width, view.height) if len(self._marks.uv) else QRectF())
        self._place_cards()

    def _place_cards(self) -> None:
        whole = QRectF()
        for tied in self._tied:
            whole = whole.united(self._ring(tied)).united(self._card(tied))
        self._cards.place(whole.adjusted(-4, -4, 4, 4) if self._tied else whole)

    # -- painting

    def _paint(self, painter: QPainter, exposed: QRectF) -> None:
        marks, near = self._marks, exposed.adjusted(-20, -12, 20, 12)
        places = self._canvas.view.to_screen(marks.uv)
        inside = (places[:, 0] >= near.left()) & (places[:, 0] <= near.right())
        inside &= (places[:, 1] >= near.top()) & (places[:, 1] <= near.bottom())
        seen = np.flatnonzero(inside)
        if not len(seen):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(0, 0, self._canvas.view.width, self._canvas.view.height))
        numbered = self.numbered
        bare = np.array([index for index in seen.tolist() if index not in numbered], np.int64)
        self._paint_dots(painter, places, bare)
        self._paint_badges(painter, places, [index for index in seen.tolist() if index in numbered])

    def _paint_dots(self, painter: QPainter, places: NDArray[np.float64], bare: NDArray[np.int64]) -> None:
        """Paint anchors without numbers, by grade, poor ones on top.

        Uses pixmaps: points of a wide pen take ten times as long, and each hover repaints those around it.
        """
        theme, marks = self._canvas.theme, self._marks
        dot = max(_SMALL, min(_DOT, _DOT * math.sqrt(_MANY / max(len(marks.uv), 1))))
        for grade, (colour, mark) in enumerate(zip(grade_colours(theme), grade_marks(theme), strict=True)):
            some = bare[marks.grades[bare] == grade]
            if len(some):
                look = colour, mark, theme.map, dot + (2 if grade == POOR else 0), ratio_of(painter)
                dots = self._dots_of[look] = self._dots_of.get(look) or _dot(*look)
                half = dots.deviceIndependentSize().width() / 2
                for x, y in (places[some] - half).tolist():
                    painter.drawPixmap(QPointF(x, y), dots)
        self._paint_chosen(painter, places)

    def _paint_chosen(self, painter: QPainter, places: NDArray[np.float64]) -> None:
        theme = self._canvas.theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in self._marks.chosen:
            for ink, width in ((theme.map, 5.0), (theme.text, 2.0)):
                painter.setPen(QPen(QColor(ink), width))
                painter.drawEllipse(QPointF(*places[index]), 13, 13)

    def _paint_badges(self, painter: QPainter, places: NDArray[np.float64], seen: Sequence[int]) -> None:
        marks, ratio = self._marks, ratio_of(painter)
        for index in sorted(seen, key=lambda index: bool(marks.doubtful[index])):
            badge = self._badge(index + 1, int(marks.grades[index]), bool(marks.doubtful[index]), ratio)
            size = badge.deviceIndependentSize()
            x, y = places[index]
            painter.drawPixmap(QPointF(x - size.width() / 2, y - size.height() / 2), badge)

    def _badge(self, number: int, grade: int, doubtful: bool, ratio: float) -> QPixmap:
        """A cached pixmap of a number on a plate, as painting text would take most of a frame."""
        if self._badges_of != (self._canvas.theme, ratio):
            self._badges_of = (self._canvas.theme, ratio)
            self._badges.clear()
        key = (number, grade, doubtful)
        if key not in self._badges:
            self._badges[key] = _badge(str(number), self._canvas.theme, grade, doubtful, ratio)
        return self._badges[key]

    def _paint_tied(self, painter: QPainter, exposed: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(0, 0, self._canvas.view.width, self._canvas.view.height))
        for tied in self._tied:
            self._paint_ring(painter, tied)
            self._paint_card(painter, tied)

    def _paint_ring(self, painter: QPainter, tied: Tied) -> None:
        """Paint a ring around the image, or at the edge of the map if it is out of view."""
        theme, ring = self._canvas.theme, self._ring(tied)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        line = Qt.PenStyle.DashLine if tied.draft else Qt.PenStyle.SolidLine
        for ink, width, style in (
            (theme.map, 6.0, Qt.PenStyle.SolidLine),
            (self._colour(tied), 3.0, line),
        ):
            painter.setPen(QPen(QColor(ink), width, style))
            painter.drawEllipse(ring.adjusted(3, 3, -3, -3))

    def _paint_card(self, painter: QPainter, tied: Tied) -> None:
        theme, card = self._canvas.theme, self._card(tied)
        painter.setPen(QPen(QColor(self._colour(tied)), 2.0))
        painter.setBrush(theme.plate)
        painter.drawRoundedRect(card, 5, 5)
        words = QRectF(card.left(), card.top() + _PAD, card.width(), card.height() - _PAD)
        if tied.picture is not None:
            size = tied.picture.size().toSizeF()
            size.scale(_THUMB, _THUMB, Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(QPointF(), size)
            place.moveCenter(QPointF(card.center().x(), card.top() + _PAD + _THUMB / 2))
            painter.drawImage(place, displayed(tied.picture, light=not theme.dark))
        words.setTop(card.top() + _PAD + _THUMB + 2)
        painter.setPen(QColor(theme.text))
        painter.setFont(_font())
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, tied.words)

    def _colour(self, tied: Tied) -> str:
        return grade_colours(self._canvas.theme)[tied.grade]

    def _at(self, tied: Tied) -> QPointF:
        """The pixel of an end; at the edge of the map if it is out of view."""
        view = self._canvas.view
        x, y = np.clip(view.to_screen_point(tied.uv), -_FAR, _FAR)
        return QPointF(min(max(x, 8), view.width - 8), min(max(y, 8), view.height - 8))

    def _ring(self, tied: Tied) -> QRectF:
        at = self._at(tied)
        return QRectF(at.x() - 16, at.y() - 16, 32, 32)

    def _card(self, tied: Tied) -> QRectF:
        """The rectangle of the card: to the lower right, but always on the map; the loupe is to the upper right."""
        at, view, metrics = self._at(tied), self._canvas.view, QFontMetricsF(_font())
        lines = tied.words.split("\n")
        wide = max(_THUMB, *map(metrics.horizontalAdvance, lines)) + 2 * _PAD
        high = _THUMB + len(lines) * metrics.lineSpacing() + 2 * _PAD + 2
        left = at.x() + _GAP if at.x() + _GAP + wide < view.width else at.x() - _GAP - wide
        top = min(at.y() + _GAP, view.height - high - 3)
        if top < at.y() + _GAP:  # beside the ring, not over it
            left += 5 if left > at.x() else -5
        return QRectF(min(max(left, 3.0), max(view.width - wide - 3, 3.0)), max(top, 3.0), wide, high)


def with_room(places: NDArray[np.float64], first: Sequence[int] = ()) -> list[int]:
    """The indices of places (k, 2), in pixels, with room for a number; `first` have priority."""
    wanted = dict.fromkeys((*first, *np.flatnonzero(_alone(places)).tolist()))
    taken: list[int] = []
    for index in wanted:
        others = places[taken]
        if not taken or np.square(others - places[index]).sum(1).min() >= _ROOM**2:
            taken.append(index)
    return taken


def _alone(places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which places have no other one nearby."""
    alone = np.ones(len(places), bool)
    for start in range(0, len(places), _BLOCK):
        here = slice(start, start + _BLOCK)
        apart = np.square(places[here, None, 0] - places[None, :, 0])
        apart += np.square(places[here, None, 1] - places[None, :, 1])
        alone[here] = np.count_nonzero(apart < _CLOSE**2, axis=1) == 1  # itself
    return alone


def _font() -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _dot(colour: str, mark: Mark, rim: str, width: float, ratio: float) -> QPixmap:
    """A pixmap of a mark with a rim."""
    side = math.ceil(width + 2 * _RIM) + 2
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter, middle = QPainter(pixmap), QPointF(side / 2, side / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for ink, across in ((rim, width + 2 * _RIM), (colour, width)):
        painter.setBrush(QColor(ink))
        painter.drawPolygon(QPolygonF([middle + QPointF(x, y) * across / 2 for x, y in mark_outline(mark)]))
    painter.end()
    return pixmap


def _plate(where: QRectF, mark: Mark) -> QPainterPath:
    """The plate of a number: rounded, rectangular or pointed."""
    path, tip = QPainterPath(), where.height() / 3
    if mark == "triangle":
        left, right = where.adjusted(tip, 0, 0, 0).topLeft(), where.adjusted(0, 0, -tip, 0).topRight()
        end, start = QPointF(where.right(), where.center().y()), QPointF(where.left(), where.center().y())
        lower = QPointF(0, where.height())
        path.addPolygon(QPolygonF([left, right, end, right + lower, left + lower, start]))
        path.closeSubpath()
    else:
        corner = where.height() / 2 if mark == "disc" else 0.0
        path.addRoundedRect(where, corner, corner)
    return path


def _badge(text: str, theme: Theme, grade: int, doubtful: bool, ratio: float) -> QPixmap:
    font = _font()
    font.setPointSizeF(max(6.5, 0.82 * font.pointSizeF()))
    metrics = QFontMetricsF(font)
    high = metrics.height() + (3 if doubtful else 1)
    wide = max(high, metrics.horizontalAdvance(text) + 8)
    if grade_marks(theme)[grade] == "triangle":
        wide += 2 * high / 3  # its points
    edge = 3.0 if doubtful else _RIM - 0.5
    pixmap = QPixmap(round((wide + 2 * edge) * ratio), round((high + 2 * edge) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter, colour = QPainter(pixmap), QColor(grade_colours(theme)[grade])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plate = QRectF(edge / 2, edge / 2, wide + edge, high + edge)
    painter.setPen(QPen(QColor(theme.text if doubtful else theme.map), edge))
    painter.setBrush(colour)
    painter.drawPath(_plate(plate, grade_marks(theme)[grade]))
    painter.setPen(QColor("#ffffff" if colour.lightnessF() < 0.5 else "#101418"))
    painter.setFont(font)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap
