"""The rulers along the left and lower edge of the map."""

import math
from collections.abc import Iterator

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.view import View

_APART = 90  # pixels between two ticks, at least


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


def paint_rulers(painter: QPainter, view: View, theme: Theme) -> None:
    """Draw ticks and their labels, on a ground that keeps them readable."""
    font = QFont(painter.font())
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1.5))
    painter.setFont(font)
    step, region = tick_step(view.scale), view.region
    for u in ticks(region.left, region.right, step):
        x = (u - region.left) * view.scale
        _tick(painter, theme, QRectF(x, view.height - 5, 1, 5))
        _label(painter, theme, tick_text(u, step), x, view.height - 7, Qt.AlignmentFlag.AlignHCenter)
    for v in ticks(region.bottom, region.top, step):
        y = (region.top - v) * view.scale
        if y > view.height - 30:
            continue  # the corner belongs to the lower ruler
        _tick(painter, theme, QRectF(0, y, 5, 1))
        _label(painter, theme, tick_text(v, step), 8, y + 7, Qt.AlignmentFlag.AlignLeft)


def _tick(painter: QPainter, theme: Theme, where: QRectF) -> None:
    painter.fillRect(where, QColor(theme.text))


def _label(painter: QPainter, theme: Theme, text: str, x: float, bottom: float, side: Qt.AlignmentFlag) -> None:
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 6, metrics.height()
    left = x - width / 2 if side == Qt.AlignmentFlag.AlignHCenter else x
    where = QRectF(left, bottom - height, width, height)
    ground = QColor(theme.map)
    ground.setAlpha(190)
    painter.fillRect(where, ground)
    painter.setPen(QColor(theme.faint))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)
