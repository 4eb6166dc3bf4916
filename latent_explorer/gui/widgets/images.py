"""Conversions between arrays and QImages."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QWidget

_FORMATS = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}


def to_qimage(image: NDArray[np.uint8]) -> QImage:
    """A QImage with a copy of an image uint8 (h, w, 1 or 3): greyscale, or 32 bits, which Qt scales fastest."""
    height, width, channels = image.shape
    content = np.ascontiguousarray(image)
    borrowed = _view(content, width, height, width * channels, _FORMATS[channels])
    return borrowed.copy() if channels == 1 else borrowed.convertToFormat(QImage.Format.Format_RGB32)


def displayed(image: QImage, *, light: bool) -> QImage:
    """An image of `to_qimage` as shown in the window: in the light theme, greyscale images are inverted.

    Used for all images in the window; copies and exports keep the original brightness.
    """
    if image.format() != QImage.Format.Format_Grayscale8:
        return image
    return (inverted(image) if light else image).convertToFormat(QImage.Format.Format_RGB32)


def is_light(widget: QWidget) -> bool:
    """Whether a widget is in the light theme."""
    return widget.palette().window().color().lightness() > 127


def borrowed_qimage(pixels: NDArray[np.uint32]) -> QImage:
    """A QImage that shares premultiplied ARGB pixels uint32 (h, w), which it keeps alive and which must not change."""
    height, width = pixels.shape
    return _view(pixels, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)


def _view(pixels: NDArray[Any], width: int, height: int, row_bytes: int, form: QImage.Format) -> QImage:
    buffer: Any = pixels.data  # Qt takes any buffer and keeps it alive; its stubs have bytes only
    return QImage(buffer, width, height, row_bytes, form)


def ratio_of(painter: QPainter) -> float:
    """The device pixel ratio of the paint device."""
    device = painter.device()
    return 1.0 if device is None else device.devicePixelRatioF()


def inverted(image: QImage) -> QImage:
    """A copy with black and white exchanged."""
    copy = image.copy()
    copy.invertPixels(QImage.InvertMode.InvertRgb)
    return copy


def on_paper(image: QImage) -> QImage:
    """A copy with light and dark exchanged that keeps the hue of each colour."""
    pixels = to_array(image)[..., :3].astype(np.int16)
    turned = pixels + (255 - pixels.max(2, keepdims=True) - pixels.min(2, keepdims=True))
    return to_qimage(turned.astype(np.uint8))


def to_array(image: QImage) -> NDArray[np.uint8]:
    """The pixels uint8 (h, w, 4) of a QImage, red first."""
    rgba = image.convertToFormat(QImage.Format.Format_RGBA8888)
    bits: Any = rgba.constBits()
    bits.setsize(rgba.sizeInBytes())
    rows = np.frombuffer(bytes(bits), np.uint8).reshape(rgba.height(), rgba.bytesPerLine())
    return rows[:, : rgba.width() * 4].reshape(rgba.height(), rgba.width(), 4)
