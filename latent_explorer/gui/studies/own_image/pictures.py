"""Pictures of other programs as images, and which files are offered to be opened."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter

from latent_explorer.file_kinds import IMAGE_SUFFIXES
from latent_explorer.gui.widgets.images import to_array

OPENED = f"Pictures ({' '.join(sorted(f'*{suffix}' for suffix in IMAGE_SUFFIXES))});;All files (*)"
_LONGEST = 1024  # pixels that are kept, as of a file


def scaled_down(image: QImage) -> QImage:
    """A picture with at most 1,024 pixels a side."""
    if max(image.width(), image.height()) <= _LONGEST:
        return image
    return image.scaled(
        _LONGEST, _LONGEST, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """The pixels uint8 (h, w, 3) of a picture; transparent ones are white."""
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(Qt.GlobalColor.white)
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    return np.ascontiguousarray(to_array(flat)[..., :3])
