"""The rulers along the left and lower edge of the map."""

import math
from collections.abc import Iterator

from PyQt6.QtCore import QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.gui.theme import Theme

_APART = 90  # pixels between two ticks, at least
_DEEP = 110  # pixels that the labels of the left ruler may take
_CORNER = 30  # pixels above the lower edge that belong to the lower ruler


def ticks(start: float, end: float, step: float) -> Iterator[float]:
    """The multiples of `step` within an interval."""
    for number in range(math.ceil(start / step), math.floor(end / step) + 1):
        yield number * step


def tick_step(scale: float) -> float:
    """A round step of 1, 2 or 5 times a power of ten, at least 90 pixels at `scale` pixels to the unit."""
    least = _APART / scale
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def tick_text(value: float, step: float) -> str:
    """A tick's label with as many decimals as its step has."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{decimals}f}" if value or not decimals else "0"


def lower_ticks(view: View) -> Iterator[tuple[float, str]]:
    """The ticks of the lower ruler: pixels from the left, and labels."""
    step, region = tick_step(view.scale), view.region
    for u in ticks(region.left, region.right, step):
        yield (u - region.left) * view.scale, tick_text(u, step)


def left_ticks(view: View) -> Iterator[tuple[float, str]]:
    """The ticks of the left ruler, but for the corner, which the lower one has: pixels from the top, and labels."""
    step, region = tick_step(view.scale), view.region
    for v in ticks(region.bottom, region.top, step):
        y = (region.top - v) * view.scale
        if y <= view.height - _CORNER:
            yield y, tick_text(v, step)


def ruler_rects(view: View) -> tuple[QRect, QRect]:
    """The pixels at the left and the lower edge that ticks and labels may cover."""
    return QRect(0, 0, _DEEP, view.height), QRect(0, view.height - _CORNER, view.width, _CORNER)


def paint_rulers(painter: QPainter, view: View, theme: Theme) -> None:
    """Draw ticks and their labels, on a ground that keeps them readable."""
    font = QFont(painter.font())
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1.5))
    painter.setFont(font)
    for x, text in lower_ticks(view):
        _tick(painter, theme, QRectF(x, view.height - 5, 1, 5))
        half = painter.fontMetrics().horizontalAdvance(text) / 2 + 3
        if half <= x <= view.width - half:  # a label that would be cut off says something else
            _label(painter, theme, text, x - half, view.height - 7)
    for y, text in left_ticks(view):
        _tick(painter, theme, QRectF(0, y, 5, 1))
        _label(painter, theme, text, 8, y + 7)


def _tick(painter: QPainter, theme: Theme, where: QRectF) -> None:
    painter.fillRect(where, QColor(theme.text))


def _label(painter: QPainter, theme: Theme, text: str, left: float, bottom: float) -> None:
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 6, metrics.height()
    where = QRectF(left, bottom - height, width, height)
    ground = QColor(theme.map)
    ground.setAlpha(190)
    painter.fillRect(where, ground)
    painter.setPen(QColor(theme.faint))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)
