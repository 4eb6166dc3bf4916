"""The axes of the map: of fixed width, marked at round numbers, exact at any depth."""

from typing import Any

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter
from pyqtgraph import AxisItem

from latent_explorer.atlas.view import ticks
from latent_explorer.gui.theme import Theme

WIDTH, HEIGHT = 44, 20
"""Pixels beside and below the map: multiples of 4, lest it begin amid a pixel of a screen at 125 or 150 %."""

_TICK, _GAP = 4, 6  # pixels
_FREELY = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip


class MapAxis(AxisItem):  # type: ignore[misc] # has no types
    """The left or the bottom axis of a plot. A label that is too wide for the left one is turned.

    It paints its ticks itself, with the numbers of `atlas.ticks`: those of pyqtgraph take 1.6 ms at each step of a pan.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)  # else it reaches into the map
        self.setWidth(WIDTH) if orientation == "left" else self.setHeight(HEIGHT)
        self._line, self._ink = QColor(), QColor()

    def dress(self, theme: Theme) -> None:
        self._line, self._ink = QColor(theme.line), QColor(theme.faint)
        self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        font = painter.font()
        font.setPointSizeF(max(7.0, font.pointSizeF() - 1.5))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        size, (low, high) = self.size(), self.range
        length = size.height() if self.orientation == "left" else size.width()
        if length < 1 or high <= low:
            return
        scale = length / (high - low)
        for value, text in ticks(low, high, scale):
            if self.orientation == "left":
                self._mark_left(painter, (high - value) * scale, text, metrics)
            else:
                self._mark_bottom(painter, (value - low) * scale, text, metrics)

    def _mark_bottom(self, painter: QPainter, x: float, text: str, metrics: QFontMetricsF) -> None:
        painter.fillRect(QRectF(round(x), 0, 1, _TICK), self._line)
        width = metrics.horizontalAdvance(text)
        if width / 2 <= x <= self.size().width() - width / 2:  # a label that would be cut off says something else
            self._write(painter, QRectF(x - width / 2 - 1, _TICK, width + 2, HEIGHT - _TICK), text)

    def _mark_left(self, painter: QPainter, y: float, text: str, metrics: QFontMetricsF) -> None:
        painter.fillRect(QRectF(WIDTH - _TICK, round(y), _TICK, 1), self._line)
        width, height = metrics.horizontalAdvance(text), metrics.height()
        turned = width > WIDTH - _GAP
        if (reach := (width if turned else height) / 2) > y or y > self.size().height() - reach:
            return
        if not turned:
            self._write(painter, QRectF(WIDTH - _GAP - width - 1, y - height / 2, width + 2, height), text)
            return
        painter.save()
        painter.translate(WIDTH - _GAP - height / 2, y)
        painter.rotate(-90)
        self._write(painter, QRectF(-width / 2 - 1, -height / 2, width + 2, height), text)
        painter.restore()

    def _write(self, painter: QPainter, where: QRectF, text: str) -> None:
        painter.setPen(self._ink)
        painter.drawText(where, _FREELY, text)
