"""The nearest real images, each above its reconstruction."""

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QToolTip, QWidget

from latent_explorer.engine.handlers.describe import Place
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.session import OpenBundle

_COLUMNS, _GAP, _RIM = 8, 3, 3


class NeighbourStrip(QWidget):
    """Eight columns: original, reconstruction, and a line in the colour of the class.

    chosen: the index of an image that was clicked.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self._place: Place | None = None
        self._bundle: OpenBundle | None = None
        self._theme: Theme | None = None
        self._originals: list[QImage] = []
        self._reconstructions: list[QImage] = []
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(280, 2 * 33 + _GAP + _RIM + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def set_bundle(self, bundle: OpenBundle, theme: Theme) -> None:
        """Whose images they are."""
        self._bundle, self._theme = bundle, theme
        self.update()

    def show_place(self, place: Place | None) -> None:
        """Show the images nearest to another place, or none."""
        self._place = place
        self._originals = [] if place is None else [to_qimage(image) for image in place.originals]
        self._reconstructions = [] if place is None else [to_qimage(image) for image in place.reconstructions]
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._place is None:
            return
        painter = QPainter(self)
        for column, image in enumerate(self._reconstructions):
            if self._originals:
                painter.drawImage(self._cell(column, 0), self._originals[column])
            painter.drawImage(self._cell(column, 1), image)
            painter.fillRect(self._rim(column), self._colour(column))
        if self._place.missing:
            painter.setPen(self.palette().placeholderText().color())
            where = QRect(0, 0, self.width(), self._side())
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, "original images not at hand")
        painter.end()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        column = self._column(event.pos())
        if column is not None and self._place is not None:
            self.chosen.emit(int(self._place.indices[column]))

    def _side(self) -> int:
        return min((self.width() - (_COLUMNS - 1) * _GAP) // _COLUMNS, 48)

    def _cell(self, column: int, row: int) -> QRect:
        side = self._side()
        return QRect(column * (side + _GAP), row * (side + _GAP), side, side)

    def _rim(self, column: int) -> QRect:
        cell = self._cell(column, 1)
        return QRect(cell.left(), cell.bottom() + 2, cell.width(), _RIM)

    def _label(self, column: int) -> int | None:
        if self._place is None or self._bundle is None or self._bundle.latents.label is None:
            return None
        return int(self._bundle.latents.label[self._place.indices[column]])

    def _colour(self, column: int) -> QColor:
        label = self._label(column)
        if self._theme is None or label is None:
            return QColor(Qt.GlobalColor.transparent)
        return self._theme.class_colour(label)

    def _column(self, at: QPoint) -> int | None:
        column = at.x() // (self._side() + _GAP)
        return column if 0 <= column < len(self._reconstructions) else None

    def _tip(self, at: QPoint) -> str:
        column = self._column(at)
        if column is None or self._place is None or self._bundle is None:
            return self._place.missing if self._place is not None else ""
        index = int(self._place.indices[column])
        label = self._label(column)
        split = ("training", "test")[int(self._bundle.latents.split[index])]
        errors = self._bundle.latents.error
        lines = [
            f"Image {index} of the {split} split"
            if label is None
            else f"Image {index}, class {self._bundle.class_names[label]}, of the {split} split",
            f"Distance {float(self._place.distances[column]):.4f} in latent space",
            *([] if errors is None else [f"Reconstruction error (MSE) {float(np.float32(errors[index])):.4f}"]),
            "Click to go there",
        ]
        return "\n".join(lines)
