"""Pictures of other programs as images, and which files are offered to be opened."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PyQt6.QtGui import QGuiApplication, QImage, QImageReader, QPainter

from latent_explorer.file_kinds import IMAGE_SUFFIXES
from latent_explorer.gui.drops import local_paths
from latent_explorer.gui.widgets.images import to_array

OPENED = f"Pictures ({' '.join(sorted(f'*{suffix}' for suffix in IMAGE_SUFFIXES))});;All files (*)"
_LONGEST, _KEPT = 1024, 224  # pixels of the longer side: as of a file; of what is kept with a session


def scaled_down(image: QImage, longest: int = _LONGEST) -> QImage:
    """A picture with at most so many pixels a side."""
    if max(image.width(), image.height()) <= longest:
        return image
    return image.scaled(
        longest, longest, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def png_of(image: QImage) -> bytes:
    """A picture as a small PNG file, to be kept."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    scaled_down(image, _KEPT).save(buffer, "PNG")
    return bytes(buffer.data().data())


def image_of(content: bytes) -> QImage | None:
    """The picture of a PNG file that was kept; None where it is none, or larger than any that is kept."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, b"png")
    size = reader.size()
    if not 0 < max(size.width(), size.height()) <= _KEPT:
        return None
    image = reader.read()
    return None if image.isNull() else image


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """The pixels uint8 (h, w, 3) of a picture; transparent ones are white."""
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(Qt.GlobalColor.white)
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    return np.ascontiguousarray(to_array(flat)[..., :3])


def on_clipboard() -> Path | QImage | None:
    """The file, or the picture, on the clipboard; None where there is neither."""
    clipboard = QGuiApplication.clipboard()
    mime = None if clipboard is None else clipboard.mimeData()
    if paths := local_paths(mime):
        return paths[0]
    image = None if mime is None else mime.imageData()
    return image if isinstance(image, QImage) and not image.isNull() else None
