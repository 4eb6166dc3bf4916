"""The axes of the map: of fixed width, with a title and round tick values, exact at any zoom."""

from typing import Any

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter
from pyqtgraph import AxisItem

from latent_explorer.atlas.view import ticks
from latent_explorer.gui.theme import Theme

NAME = 16
WIDTH, HEIGHT = 44 + NAME, 20 + NAME
"""Width of the axes and their titles in pixels: multiples of 4, so that the map starts on a whole pixel at 125 %."""

_TICK, _GAP = 4, 6  # pixels
_FREELY = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip


class MapAxis(AxisItem):  # type: ignore[misc] # has no types
    """The left or bottom axis of a plot. A label that is too wide for the left axis is rotated.

    It paints its own ticks, at the values of `atlas.ticks`: pyqtgraph's ticks take 1.6 ms at each step of a pan.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)  # otherwise the axis extends into the map
        self.setWidth(WIDTH) if orientation == "left" else self.setHeight(HEIGHT)
        self._line, self._ink = QColor(), QColor()
        self.title = ""

    def dress(self, theme: Theme) -> None:
        self._line, self._ink = QColor(theme.line), QColor(theme.faint)
        self.update()

    def set_title(self, title: str) -> None:
        """Set the title of the axis."""
        if title != self.title:
            self.title = title
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
        self._paint_title(painter, length, metrics)
        for value, text in ticks(low, high, scale):
            place = (high - value if self.orientation == "left" else value - low) * scale
            self._mark(painter, place, length, text, metrics)

    def _paint_title(self, painter: QPainter, length: float, metrics: QFontMetricsF) -> None:
        """Paint the title along the outer edge."""
        text = metrics.elidedText(self.title, Qt.TextElideMode.ElideMiddle, length)
        painter.save()
        painter.setPen(self._ink)
        if self.orientation == "left":
            painter.translate(0, length)
            painter.rotate(-90)
            painter.drawText(QRectF(0, 1, length, NAME), _FREELY, text)
        else:
            painter.drawText(QRectF(0, HEIGHT - NAME - 1, length, NAME), _FREELY, text)
        painter.restore()

    def _mark(self, painter: QPainter, place: float, length: float, text: str, metrics: QFontMetricsF) -> None:
        """Draw a tick and its label; no label if it would be cut off."""
        left, width, height = self.orientation == "left", metrics.horizontalAdvance(text), metrics.height()
        tick = QRectF(WIDTH - _TICK, round(place), _TICK, 1) if left else QRectF(round(place), 0, 1, _TICK)
        painter.fillRect(tick, self._line)
        turned = left and width > WIDTH - NAME - _GAP
        reach = (height if left and not turned else width) / 2
        if not reach <= place <= length - reach:
            return
        painter.save()
        painter.setPen(self._ink)
        if turned:
            painter.translate(WIDTH - _GAP - height / 2, place)
            painter.rotate(-90)
            where = QRectF(-width / 2 - 1, -height / 2, width + 2, height)
        elif left:
            where = QRectF(WIDTH - _GAP - width - 1, place - height / 2, width + 2, height)
        else:
            where = QRectF(place - width / 2 - 1, _TICK, width + 2, HEIGHT - NAME - _TICK)
        painter.drawText(where, _FREELY, text)
        painter.restore()
