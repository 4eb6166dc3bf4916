"""Fixed test images, and below each what the network makes of it now."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.gui.widgets.images import inverted, to_qimage

_GAP, _MOST = 3, 64
_TIP = "Test images above, which the network has never learned from; below, what it makes of them now"


class DigitStrip(QWidget):
    """Originals above, reconstructions below. invert: grey ones as ink on paper, as the map shows them on white."""

    def __init__(self) -> None:
        super().__init__()
        self.invert = self._grey = False
        self._originals: list[QImage] = []
        self._now: list[QImage] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setToolTip(_TIP)
        self.setAccessibleName(_TIP)
        self.hide()

    @property
    def count(self) -> int:
        """How many images are shown."""
        return len(self._originals)

    def set_originals(self, images: list[NDArray[np.uint8]]) -> None:
        """Show other images (h, w, c); nothing is known of their reconstructions yet."""
        self._originals, self._now = [to_qimage(image) for image in images], []
        self._grey = bool(images) and images[0].shape[2] == 1
        self.setVisible(bool(images))
        self.updateGeometry()
        self.update()

    def set_reconstructions(self, images: list[NDArray[np.uint8]]) -> None:
        """Show what the network makes of them (h, w, c), in the same order."""
        self._now = [to_qimage(image) for image in images]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(10 * 26, 2 * 26 + _GAP)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return 2 * self._side(width) + _GAP

    def _side(self, width: int) -> int:
        return min(_MOST, max(8, (width + _GAP) // max(10, self.count) - _GAP))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        side = self._side(self.width())
        for row, images in enumerate((self._originals, self._now)):
            for column, image in enumerate(images):
                place = QRect(column * (side + _GAP), row * (side + _GAP), side, side)
                painter.drawImage(place, inverted(image) if self.invert and self._grey else image)
        painter.end()
