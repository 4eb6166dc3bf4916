"""The scale of the topmost field, in a corner of the map."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter

from latent_explorer.fields import number
from latent_explorer.gui.layers.colours import Span
from latent_explorer.gui.layers.field_layer import FieldLayer
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import borrowed_qimage

_WIDTH, _BAR, _PAD, _MARGIN = 190, 10, 8, 12  # pixels; the width is the least
_SHADES = 180


def scale_rect(layers: list[FieldLayer], width: int) -> QRectF:
    """Where the scale lies on a map so wide; nowhere where no visible layer has one."""
    if (layer := _scaled(layers)) is None:
        return QRectF()
    metrics = QFontMetrics(_font())
    words = metrics.horizontalAdvance(f"{layer.field.title}    {layer.field.unit}")
    broad = min(max(_WIDTH, words + 2 * _PAD), width - 2 * _MARGIN)
    return QRectF(width - broad - _MARGIN, _MARGIN, broad, 2 * metrics.height() + _BAR + 2 * _PAD + 4)


def paint_scale(painter: QPainter, layers: list[FieldLayer], theme: Theme, width: int) -> None:
    """Draw the title, colours and words of the last visible layer that has a scale, at the upper right."""
    layer, line = _scaled(layers), QFontMetrics(_font()).height()
    if layer is None:
        return
    painter.save()
    painter.setFont(_font())
    box = scale_rect(layers, width)
    _paint_ground(painter, box, theme)
    inner = box.adjusted(_PAD, _PAD, -_PAD, -_PAD)
    painter.setPen(QColor(theme.text))
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, layer.field.title)
    painter.setPen(QColor(theme.faint))
    painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, layer.field.unit)
    _paint_bar(painter, inner.adjusted(0, line + 2, 0, 0), layer)
    painter.restore()


def _scaled(layers: list[FieldLayer]) -> FieldLayer | None:
    return next((each for each in reversed(layers) if each.painted and (each.span or each.classes)), None)


def _font() -> QFont:
    font = QFont()
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    return font


def _paint_ground(painter: QPainter, box: QRectF, theme: Theme) -> None:
    ground = QColor(theme.panel)
    ground.setAlpha(225)
    painter.setPen(QColor(theme.line))
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def _paint_bar(painter: QPainter, where: QRectF, layer: FieldLayer) -> None:
    assert layer.colouring is not None
    shades, words = _ramp(layer.span) if layer.span is not None else _class_bands(layer.classes)
    bar = QRect(round(where.left()), round(where.top()), round(where.width()), _BAR)
    painter.drawImage(bar, borrowed_qimage(layer.colouring(shades)))
    below = QRectF(where.left(), bar.bottom() + 2, where.width(), where.height())
    sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
    for text, side in zip(words, sides, strict=True):
        painter.drawText(below, side | Qt.AlignmentFlag.AlignTop, text)


def _ramp(span: Span) -> tuple[NDArray[np.float32], tuple[str, str, str]]:
    """The values of the bar from left to right, and what stands under its ends and its middle."""
    shades = np.array([span.at(share) for share in np.linspace(0, 1, _SHADES)], np.float32)
    return shades[None, :, None], (number(span.low), number(span.at(0.5)), number(span.high))


def _class_bands(classes: int) -> tuple[NDArray[np.float32], tuple[str, str, str]]:
    """All classes side by side, from mixed at the left of each to agreed at its right."""
    place = np.arange(_SHADES) * classes / _SHADES
    bands = np.stack([np.floor(place), 0.3 + 0.7 * (place % 1)], axis=-1)
    return bands[None].astype(np.float32), ("pale: mixed", "", "strong: they agree")
