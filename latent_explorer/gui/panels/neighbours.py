"""The nearest real images, each above its reconstruction."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PyQt6.QtWidgets import QToolTip, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.cells import PRESSES, paint_cell_focus, stepped
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.gui.widgets.picture_view import veil
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.session import OpenBundle

_COLUMNS, _GAP, _RIM = 8, 3, 3


class NearImages(Protocol):
    """The images nearest to a place, as in `engine.handlers.describe.Place`."""

    @property
    def indices(self) -> NDArray[np.int64]: ...
    @property
    def distances(self) -> NDArray[np.float64]: ...
    @property
    def originals(self) -> NDArray[np.uint8]: ...
    @property
    def reconstructions(self) -> NDArray[np.uint8]: ...
    @property
    def missing(self) -> str: ...


class NeighbourStrip(QWidget):
    """Eight columns: original, reconstruction, and a line in the colour of the class.

    outdated: whether they are of another place and greyed out. chosen: the index of an image that was clicked.
    """

    chosen = pyqtSignal(int)
    menu_wanted = pyqtSignal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self._place: NearImages | None = None
        self.outdated = False
        self._bundle: OpenBundle | None = None
        self._theme: Theme | None = None
        self._originals: list[QImage] = []
        self._reconstructions: list[QImage] = []
        self._current = 0  # the column of the keyboard
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Nearest images")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        return max(self.sizeHint().height(), 2 * self._widest(width) + _GAP + _RIM + 2)

    def sizeHint(self) -> QSize:
        return QSize(280, 2 * 33 + _GAP + _RIM + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def set_bundle(self, bundle: OpenBundle, theme: Theme) -> None:
        self._bundle, self._theme = bundle, theme
        self.update()

    def show_place(self, place: NearImages | None) -> None:
        """Show the images nearest to a place, or none."""
        self._place, self.outdated = place, False
        self._current = 0
        self._originals = [] if place is None else [to_qimage(image) for image in place.originals]
        self._reconstructions = [] if place is None else [to_qimage(image) for image in place.reconstructions]
        self._describe()
        self.update()

    def outdate(self) -> None:
        """Grey out the images: they are of another place."""
        self.outdated = True
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._place is None or self._bundle is None or self._theme is None:
            return
        painter, label = QPainter(self), self._bundle.latents.label
        for row, images in enumerate((self._originals, self._reconstructions)):
            for column, image in enumerate(images):
                if row == 0 and self._bundle.latents.drawn(int(self._place.indices[column])):
                    self._say_draw(painter, self._cell(column, row))
                else:
                    painter.drawImage(self._cell(column, row), displayed(image, light=not self._theme.dark))
        for column, of in enumerate([] if label is None else label[self._place.indices].tolist()):
            cell = self._cell(column, 1 if self._reconstructions else 0)
            painter.fillRect(QRect(cell.left(), cell.bottom() + 2, cell.width(), _RIM), self._theme.class_colour(of))
        if self._place.missing:
            painter.setPen(self.palette().placeholderText().color())
            where = QRect(0, 0, self.width(), self._side())
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, "original images not available")
        if self.outdated:
            painter.fillRect(self.rect(), veil(self.palette()))
        if self._count:
            paint_cell_focus(painter, self, self._cell(self._current, 0))
        painter.end()

    def _say_draw(self, painter: QPainter, cell: QRect) -> None:
        """Paint a label in place of the image for a draw from the prior."""
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(cell, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, "draw")

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self._tip(event.pos())), self)
            return True
        return super().event(event)

    @property
    def _count(self) -> int:
        return 0 if self._place is None else min(_COLUMNS, len(self._place.indices))

    def _describe(self) -> None:
        """Describe the current image for screen readers, if the widget has focus."""
        if self.hasFocus():
            self.setAccessibleDescription(self._words(self._current))

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        super().focusInEvent(event)
        self._describe()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if (column := stepped(event.key(), self._current, self._count)) is not None:
            self._current = column
            self._describe()
            self.update()
        elif event.key() in PRESSES and self._count and self._place is not None:
            self.chosen.emit(int(self._place.indices[self._current]))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        column = self._column(event.pos())
        if event.button() == Qt.MouseButton.LeftButton and column is not None and self._place is not None:
            self.chosen.emit(int(self._place.indices[column]))

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        assert event is not None
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        column = self._current if by_key and self._count else self._column(event.pos())
        if column is not None and self._place is not None:
            where = self.mapToGlobal(self._cell(column, 0).center()) if by_key else event.globalPos()
            self.menu_wanted.emit(int(self._place.indices[column]), where)

    def _side(self) -> int:
        room = (self.height() - _GAP - _RIM - 2) // 2  # above the line, which stays visible in a low panel
        return min(self._widest(self.width()), room)

    @staticmethod
    def _widest(width: int) -> int:
        return min((width - (_COLUMNS - 1) * _GAP) // _COLUMNS, 48)

    def _cell(self, column: int, row: int) -> QRect:
        side = self._side()
        return QRect(column * (side + _GAP), row * (side + _GAP), side, side)

    def _column(self, at: QPoint) -> int | None:
        column = at.x() // (self._side() + _GAP)
        return column if self._place is not None and 0 <= column < len(self._place.indices[:_COLUMNS]) else None

    def _tip(self, at: QPoint) -> str:
        return self._words(self._column(at))

    def _words(self, column: int | None) -> str:
        place, bundle = self._place, self._bundle
        if column is None or place is None or bundle is None or column >= self._count:
            return place.missing if place is not None else ""
        index, latents = int(place.indices[column]), bundle.latents
        named = bundle.class_words(index)
        if latents.drawn(index):
            whole = f"{bundle.called(index)} from the prior{named and f', {named}'}"
        else:
            split = ("training", "test", "validation")[int(latents.split[index])]
            whole = f"{bundle.called(index)}{named and f', {named},'} of the {split} split"
        lines = [whole, f"Distance {float(place.distances[column]):.4g} in latent space"]
        if latents.error is not None and not latents.drawn(index):
            lines.append(f"Reconstruction error (MSE) {float(np.float32(latents.error[index])):.4f}")
        return "\n".join([*lines, "Click to show it on the map"])
