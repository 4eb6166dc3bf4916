"""The scale of the topmost layer that has one, in a corner of the map."""

from collections.abc import Sequence

from PyQt6.QtCore import QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter

from latent_explorer.gui.layers.layer import Layer, Scale
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import borrowed_qimage

_WIDTH, _BAR, _PAD, _MARGIN = 190, 10, 8, 12  # pixels; the width is the least


def scale_rect(layers: Sequence[Layer], width: int) -> QRectF:
    """Where the scale lies on a map so wide; nowhere where no visible layer has one."""
    if (scale := _scaled(layers)) is None:
        return QRectF()
    metrics = QFontMetrics(_font())
    words = metrics.horizontalAdvance(f"{scale.title}    {scale.unit}")
    broad = min(max(_WIDTH, words + 2 * _PAD), width - 2 * _MARGIN)
    return QRectF(width - broad - _MARGIN, _MARGIN, broad, 2 * metrics.height() + _BAR + 2 * _PAD + 4)


def paint_scale(painter: QPainter, layers: Sequence[Layer], theme: Theme, width: int) -> None:
    """Draw the title, colours and words of the last visible layer that has a scale, at the upper right."""
    scale, line = _scaled(layers), QFontMetrics(_font()).height()
    if scale is None:
        return
    painter.save()
    painter.setFont(_font())
    box = scale_rect(layers, width)
    painter.setPen(QColor(theme.line))
    painter.setBrush(theme.plate)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    inner = box.adjusted(_PAD, _PAD, -_PAD, -_PAD)
    painter.setPen(QColor(theme.text))
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, scale.title)
    painter.setPen(QColor(theme.faint))
    painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, scale.unit)
    _paint_bar(painter, inner.adjusted(0, line + 2, 0, 0), scale)
    painter.restore()


def _scaled(layers: Sequence[Layer]) -> Scale | None:
    shown = (layer.scale for layer in reversed(layers) if layer.painted)
    return next((scale for scale in shown if scale is not None), None)


def _font() -> QFont:
    font = QFont()
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    return font


def _paint_bar(painter: QPainter, where: QRectF, scale: Scale) -> None:
    bar = QRect(round(where.left()), round(where.top()), round(where.width()), _BAR)
    painter.drawImage(bar, borrowed_qimage(scale.colours))
    below = QRectF(where.left(), bar.bottom() + 2, where.width(), where.height())
    sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
    for text, side in zip(scale.words, sides, strict=True):
        painter.drawText(below, side | Qt.AlignmentFlag.AlignTop, text)
