"""The colour scales of the topmost layers that have one, in a corner of the map."""

from collections.abc import Iterator, Sequence
from itertools import islice

from PyQt6.QtCore import QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter

from latent_explorer.gui.layers.layer import Layer, Scale
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import borrowed_qimage

_WIDTH, _BAR, _PAD, _MARGIN = 190, 10, 8, 12  # pixels; the width is a minimum
_MOST = 2  # scales: of the points, and of the field below them


def scale_rect(layers: Sequence[Layer], width: int) -> QRectF:
    """The rectangle of the scales on a map of a width; empty if no visible layer has a scale."""
    whole = QRectF()
    for box, _ in _boxes(layers, width):
        whole = whole.united(box)
    return whole


def paint_scale(painter: QPainter, layers: Sequence[Layer], theme: Theme, width: int) -> None:
    """Draw the scales of the topmost visible layers that have one at the upper right."""
    painter.save()
    painter.setFont(_font())
    for box, scale in _boxes(layers, width):
        painter.setPen(QColor(theme.line))
        painter.setBrush(theme.plate)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        inner = box.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        painter.setPen(QColor(theme.text))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, scale.title)
        painter.setPen(QColor(theme.faint))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, scale.unit)
        _paint_bar(painter, inner.adjusted(0, QFontMetrics(_font()).height() + 2, 0, 0), scale)
    painter.restore()


def _boxes(layers: Sequence[Layer], width: int) -> Iterator[tuple[QRectF, Scale]]:
    """The rectangle of each scale, below each other, that of the topmost layer first."""
    metrics, top = QFontMetrics(_font()), float(_MARGIN)
    shown = (scale for layer in reversed(layers) if layer.painted and (scale := layer.scale) is not None)
    for scale in islice(shown, _MOST):
        words = metrics.horizontalAdvance(f"{scale.title}    {scale.unit}")
        broad = min(max(_WIDTH, words + 2 * _PAD), width - 2 * _MARGIN)
        box = QRectF(width - broad - _MARGIN, top, broad, 2 * metrics.height() + _BAR + 2 * _PAD + 4)
        yield box, scale
        top = box.bottom() + 4


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
