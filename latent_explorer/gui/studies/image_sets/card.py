"""A card beside the pointer with the user's image under it."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.plain import PlainLabel
from latent_explorer.safe_text import safe_text

_SIDE = 72  # pixels: the side of the image
_AWAY = 16  # pixels from the place


class ImageCard(QFrame):
    """A widget above the map, transparent for the mouse, and not part of exports."""

    def __init__(self, map_: QWidget) -> None:
        super().__init__(map_)
        self._picture, self.words = PlainLabel(""), PlainLabel("")
        self._picture.setFixedSize(QSize(_SIDE, _SIDE))
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        filled(QHBoxLayout(self), self._picture, self.words, spacing=8, margins=(6, 6, 8, 6))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setObjectName("imageCard")
        self.hide()

    def dress(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"#imageCard {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: 4px; }}"
            f" QLabel {{ color: {theme.text}; }}"
        )
        self._light = not theme.dark

    def show_image(self, image: NDArray[np.uint8], lines: tuple[str, ...], at: QPoint) -> None:
        """Show an image (h, w, c) with text beside a pixel of the map."""
        picture = displayed(to_qimage(image), light=self._light)
        self._picture.setPixmap(QPixmap.fromImage(picture).scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio))
        self.words.setText("\n".join(safe_text(line, most=40) for line in lines))
        self.adjustSize()
        room = self.parentWidget()
        assert room is not None
        x = at.x() - _AWAY - self.width()  # the other side may have the loupe
        x = x if x >= 0 else at.x() + _AWAY
        y = min(max(0, at.y() - self.height() // 2), room.height() - self.height())
        self.move(x, y)
        self.show()
        self.raise_()
