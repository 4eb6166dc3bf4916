"""What is drawn over the map by hand: pins, the route, the probe."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from latent_explorer.atlas.view import View
from latent_explorer.gui.theme import Theme

LOUPE = 84
"""The side of the picture beside the pointer, in pixels."""

_PROBE_REACH = 12
_FAR = 1e6  # pixels; marks farther out than this are drawn there, since Qt counts no farther than 32 bits


@dataclass(frozen=True, eq=False)
class Marks:
    """All that is marked, in plane coordinates.

    pins: names and places. route: (frames, 2), or None. frame: the place of the frame that is played.
    draft: the two ends of a route being dragged. probe: the place under the pointer. neighbours: (k, 2).
    loupe: the picture shown beside the probe. outline: corners (k, 2) of a selection being drawn. caption: which moment
    of a run is shown, where it is one.
    """

    pins: tuple[tuple[str, tuple[float, float]], ...] = ()
    route: NDArray[np.float64] | None = None
    frame: tuple[float, float] | None = None
    draft: tuple[tuple[float, float], tuple[float, float]] | None = None
    probe: tuple[float, float] | None = None
    neighbours: NDArray[np.float64] | None = None
    loupe: QImage | None = None
    outline: NDArray[np.float64] | None = None
    caption: str = ""


def probe_rect(view: View, marks: Marks) -> QRect:
    """The rectangle that holds the probe, its loupe and its neighbours."""
    places = [] if marks.neighbours is None else marks.neighbours.tolist()
    rect = QRect()
    for place in [*places, *([] if marks.probe is None else [marks.probe])]:
        x, y = _pixel(view, place)
        rect = rect.united(QRect(x - _PROBE_REACH, y - _PROBE_REACH, 2 * _PROBE_REACH, 2 * _PROBE_REACH))
    if marks.probe is not None and marks.loupe is not None:
        rect = rect.united(loupe_rect(view, *_pixel(view, marks.probe)).adjusted(-3, -3, 3, 3))
    return rect


def loupe_rect(view: View, x: int, y: int) -> QRect:
    """Where the loupe goes: above right of the pointer, but always inside the map."""
    left = x + 18 if x + 18 + LOUPE < view.width else x - 18 - LOUPE
    top = y - 18 - LOUPE if y - 18 - LOUPE > 0 else y + 18
    return QRect(left, top, LOUPE, LOUPE)


def paint_marks(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    """Draw all marks, the most momentary on top."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_caption(painter, view, marks, theme)
    _paint_route(painter, view, marks, theme)
    _paint_outline(painter, view, marks, theme)
    _paint_pins(painter, view, marks, theme)
    _paint_probe(painter, view, marks, theme)


def _at(view: View, uv: tuple[float, float]) -> QPointF:
    x, y = view.to_screen_point(uv)
    return QPointF(min(max(x, -_FAR), _FAR), min(max(y, -_FAR), _FAR))


def _pixel(view: View, uv: tuple[float, float]) -> tuple[int, int]:
    at = _at(view, uv)
    return round(at.x()), round(at.y())


def _lines(painter: QPainter, theme: Theme, points: QPolygonF, colour: str, width: float) -> None:
    """A line with a rim, so that it is seen on any ground."""
    for ink, broad in ((theme.map, width + 3), (colour, width)):
        painter.setPen(QPen(QColor(ink), broad, cap=Qt.PenCapStyle.RoundCap, join=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(points)


def _dot(painter: QPainter, theme: Theme, at: QPointF, radius: float, colour: str) -> None:
    painter.setPen(QPen(QColor(theme.map), 2))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(at, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_route(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    if marks.route is not None:
        points = [QPointF(x, y) for x, y in view.to_screen(marks.route).tolist()]
        _lines(painter, theme, QPolygonF(points), theme.accent, 2.5)
        _dot(painter, theme, points[0], 5.5, theme.accent)
        _dot(painter, theme, points[-1], 5.5, theme.accent)
    if marks.draft is not None:
        ends = [_at(view, end) for end in marks.draft]
        _lines(painter, theme, QPolygonF(ends), theme.text, 2)
        _dot(painter, theme, ends[0], 5, theme.text)
    if marks.frame is not None:
        _dot(painter, theme, _at(view, marks.frame), 8, theme.fair)


def _paint_outline(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    if marks.outline is None:
        return
    ground = QColor(theme.accent)
    ground.setAlpha(40)
    painter.setBrush(ground)
    painter.setPen(QPen(QColor(theme.accent), 1.5))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in view.to_screen(marks.outline).tolist()]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_pins(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    if not marks.pins:
        return
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    for name, uv in marks.pins:
        at = _at(view, uv)
        _dot(painter, theme, at, 6, theme.poor)
        metrics = painter.fontMetrics()
        label = QRectF(
            at.x() + 9, at.y() - metrics.height() / 2 - 2, metrics.horizontalAdvance(name) + 10, metrics.height() + 4
        )
        _plate(painter, theme, label)
        painter.setPen(QColor(theme.text))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, name)


def _paint_caption(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    """Say at the top which moment is shown."""
    if not marks.caption:
        return
    metrics = painter.fontMetrics()
    width = min(metrics.horizontalAdvance(marks.caption) + 20, view.width - 16)
    where = QRectF((view.width - width) / 2, 8, width, metrics.height() + 8)
    _plate(painter, theme, where)
    painter.setPen(QColor(theme.text))
    text = metrics.elidedText(marks.caption, Qt.TextElideMode.ElideRight, int(width) - 12)
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)


def _plate(painter: QPainter, theme: Theme, where: QRectF) -> None:
    ground = QColor(theme.panel)
    ground.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(where, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_probe(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    if marks.neighbours is not None:
        painter.setPen(QPen(QColor(theme.text), 1.5))
        for x, y in view.to_screen(marks.neighbours).tolist():
            painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
    if marks.probe is None:
        return
    at = _at(view, marks.probe)
    for ink, broad in ((theme.map, 4.0), (theme.text, 2.0)):
        painter.setPen(QPen(QColor(ink), broad))
        painter.drawEllipse(at, 7, 7)
    if marks.loupe is not None:
        where = loupe_rect(view, *_pixel(view, marks.probe))
        painter.fillRect(where.adjusted(-2, -2, 2, 2), QColor(theme.accent))
        painter.drawImage(where, marks.loupe)
