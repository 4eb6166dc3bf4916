"""The scale of the topmost field, in a corner of the map."""

import numpy as np
from PyQt6.QtCore import QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter

from latent_explorer.gui.fields.colours import by_ramp
from latent_explorer.gui.fields.layer import FieldLayer
from latent_explorer.gui.fields.words import number
from latent_explorer.gui.images import borrowed_qimage
from latent_explorer.gui.theme import Theme

_WIDTH, _BAR, _PAD, _MARGIN = 190, 10, 8, 12


def paint_scale(painter: QPainter, layers: list[FieldLayer], theme: Theme, width: int) -> None:
    """Draw the title, colours and numbers of the last visible layer that has a scale, at the upper right."""
    layer = next((each for each in reversed(layers) if each.painted and each.span is not None), None)
    if layer is None or layer.span is None:
        return
    font = QFont(painter.font())
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    painter.setFont(font)
    line = painter.fontMetrics().height()
    box = QRectF(width - _WIDTH - _MARGIN, _MARGIN, _WIDTH, 2 * line + _BAR + 2 * _PAD + 4)
    _paint_ground(painter, box, theme)
    inner = box.adjusted(_PAD, _PAD, -_PAD, -_PAD)
    painter.setPen(QColor(theme.text))
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, layer.field.title)
    painter.setPen(QColor(theme.faint))
    painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, layer.field.unit)
    _paint_bar(painter, inner.adjusted(0, line + 2, 0, 0), layer.span)


def _paint_ground(painter: QPainter, box: QRectF, theme: Theme) -> None:
    ground = QColor(theme.panel)
    ground.setAlpha(225)
    painter.setPen(QColor(theme.line))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 5, 5)


def _paint_bar(painter: QPainter, where: QRectF, span: tuple[float, float]) -> None:
    low, high = span
    shades = np.linspace(low, high, 128, dtype=np.float32)[None, :, None]
    bar = QRect(round(where.left()), round(where.top()), round(where.width()), _BAR)
    painter.drawImage(bar, borrowed_qimage(by_ramp(low, high)(shades)))
    below = QRectF(where.left(), bar.bottom() + 2, where.width(), where.height())
    sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
    for value, side in zip((low, (low + high) / 2, high), sides, strict=True):
        painter.drawText(below, side | Qt.AlignmentFlag.AlignTop, number(value))
