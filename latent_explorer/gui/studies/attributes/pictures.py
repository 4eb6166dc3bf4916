"""Pictures side by side in a panel: a strip, or the neighbourhood of a place as a grid."""

import math
from collections.abc import Sequence

from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.gui.widgets.cells import PRESSES, paint_cell_focus, stepped
from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.picture_view import veil
from latent_explorer.gui.widgets.plain import tooltip

_GAP = 2


class PictureGrid(QWidget):
    """Pictures in rows, with a frame around the middle one. chosen: a picture was clicked, by number.

    framed: whether to frame the middle picture. The arrow keys move between pictures, and Enter chooses one.
    """

    chosen = pyqtSignal(int)

    def __init__(
        self, name: str, columns: int, rows: int, tip: str, smallest: int, largest: int, *, framed: bool = True
    ) -> None:
        super().__init__()
        self.columns, self.rows, self.framed = columns, rows, framed
        self.images: list[QImage] = []
        self.outdated = False
        self.setMinimumSize(columns * (smallest + _GAP), rows * (smallest + _GAP))
        self.setMaximumHeight(rows * (largest + _GAP))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(tooltip(tip))
        self.current = columns * rows // 2  # the picture with the keyboard focus
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self._describe()
        self._largest = largest

    def sizeHint(self) -> QSize:
        return QSize(self.columns * (40 + _GAP), self.rows * (40 + _GAP))

    def show_images(self, images: Sequence[QImage]) -> None:
        """Show pictures, as many as fit into the grid; or none."""
        self.images, self.outdated = list(images), False
        self.update()

    def outdate(self) -> None:
        """Grey out the pictures: they are of another place."""
        self.outdated = True
        self.update()

    def cell(self, number: int) -> QRect:
        """The rectangle of a picture."""
        side = self._side()
        row, column = divmod(number, self.columns)
        left = (self.width() - self.columns * (side + _GAP)) // 2
        return QRect(left + column * (side + _GAP), row * (side + _GAP), side, side)

    def whole(self, factor: int) -> QImage | None:
        """All pictures as one, each pixel a square of `factor` pixels; None if there are none."""
        if len(self.images) < self.columns * self.rows:
            return None
        width, height = self.images[0].width() * factor, self.images[0].height() * factor
        made = QImage(width * self.columns, height * self.rows, QImage.Format.Format_RGB32)
        made.fill(0)
        painter = QPainter(made)
        for number, image in enumerate(self.images):
            row, column = divmod(number, self.columns)
            painter.drawImage(QRect(column * width, row * height, width, height), image)
        painter.end()
        return made

    def _side(self) -> int:
        room = min(self.width() // self.columns, self.height() // self.rows) - _GAP
        return max(1, min(room, self._largest))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        light = is_light(self)
        for number, image in enumerate(self.images):
            painter.drawImage(self.cell(number), displayed(image, light=light))
        if self.images and self.framed:
            painter.setPen(QPen(QColor(self.palette().color(QPalette.ColorRole.Highlight)), 2))
            painter.drawRect(self.cell(self.columns * self.rows // 2).adjusted(-1, -1, 0, 0))
        if self.outdated:
            painter.fillRect(self.rect(), veil(self.palette()))
        if self.images:
            paint_cell_focus(painter, self, self.cell(self.current))
        painter.end()

    def _describe(self) -> None:
        row, column = divmod(self.current, self.columns)
        place = f"Picture {column + 1} of {self.columns}"
        self.setAccessibleDescription(place if self.rows == 1 else f"{place}, row {row + 1} of {self.rows}")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if (number := stepped(event.key(), self.current, len(self.images), self.columns)) is not None:
            self.current = number
            self._describe()
            self.update()
        elif event.key() in PRESSES and self.current < len(self.images):
            self.chosen.emit(self.current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and (number := self._at(event.position().toPoint())) is not None:
            self.chosen.emit(number)

    def _at(self, at: QPoint) -> int | None:
        return next((number for number in range(len(self.images)) if self.cell(number).contains(at)), None)


def enlarging(image: QImage, least: int = 64) -> int:
    """The factor that makes a picture at least `least` pixels high."""
    return max(1, math.ceil(least / max(image.height(), 1)))
