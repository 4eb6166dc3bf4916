"""A grid of images that paints only the visible ones, each above a coloured line."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPalette
from PyQt6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import displayed
from latent_explorer.gui.widgets.plain import help_with

_KEPT_BYTES = 64 * 2**20
_LARGEST = 128  # pixels: the largest side of a cached picture
_RIM = 3  # pixels: the height of the line


class PictureModel(QAbstractListModel):
    """An ordered list of image numbers, and the pictures loaded for them."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = np.zeros(0, np.int64)
        self._rows: dict[int, int] = {}
        self._pictures: OrderedDict[int, QImage] = OrderedDict()
        self._bytes = 0

    def put(self, numbers: NDArray[np.int64]) -> None:
        """Set the images, in order; loaded pictures are kept."""
        self.beginResetModel()
        self.numbers = numbers
        self._rows = {number: row for row, number in enumerate(numbers.tolist())}
        self.endResetModel()

    def forget(self) -> None:
        """Drop all loaded pictures."""
        self._pictures.clear()
        self._bytes = 0

    def keep(self, number: int, picture: QImage) -> None:
        if max(picture.width(), picture.height()) > _LARGEST:
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            picture = picture.scaled(_LARGEST, _LARGEST, keep, smooth)
        self._bytes += picture.sizeInBytes()
        self._pictures[number] = picture
        while self._bytes > _KEPT_BYTES:
            self._bytes -= self._pictures.popitem(last=False)[1].sizeInBytes()
        if (row := self._rows.get(number)) is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def missing(self, rows: Iterable[int]) -> list[int]:
        """The numbers of the images in rows without a loaded picture."""
        return [number for number in self.numbers[list(rows)].tolist() if number not in self._pictures]

    def picture(self, row: int) -> QImage | None:
        return self._pictures.get(int(self.numbers[row]))

    def row_of(self, number: int) -> int | None:
        return self._rows.get(number)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self.numbers)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return f"Image {self.numbers[index.row()]}" if role == Qt.ItemDataRole.AccessibleTextRole else None


class PictureList(QListView):
    """Shows the images of its model. The owner loads the pictures; subclasses describe and colour them.

    side: of each image, gap: between them, in pixels.
    """

    def __init__(self, name: str, side: int, gap: int) -> None:
        super().__init__()
        self.images, self.theme, self.gap = PictureModel(), DARK, gap
        self.setModel(self.images)
        self.setItemDelegate(_Painter(self))
        self.setFlow(QListView.Flow.LeftToRight)  # not icon mode, which lays out each item separately
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.show_larger(side)

    def show_larger(self, side: int) -> None:
        """Set the side of the images in pixels."""
        self.side = side
        self.setGridSize(QSize(side + self.gap, side + self.gap + _RIM + 2))

    def describe(self, row: int) -> str:
        """The tooltip of an image."""
        raise NotImplementedError

    def colour(self, row: int) -> QColor:
        """The colour of the line below an image."""
        raise NotImplementedError

    def shade(self, row: int) -> float:
        """The opacity of an image in [0, 1]."""
        return 1.0

    def dress(self, theme: Theme) -> None:
        self.theme = theme
        self.repaint_images()

    def repaint_images(self) -> None:
        """Repaint all visible images."""
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()


class _Painter(QStyledItemDelegate):
    """Paints each image above its line."""

    def __init__(self, of: PictureList) -> None:
        super().__init__(of)
        self._of = of

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return self._of.gridSize()

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        assert painter is not None
        of, row = self._of, index.row()
        place = QRect(option.rect.left() + of.gap // 2, option.rect.top() + of.gap // 2, of.side, of.side)
        picture = of.images.picture(row)
        painter.save()
        painter.setOpacity(of.shade(row))
        if picture is None:
            painter.fillRect(place, option.palette.color(QPalette.ColorRole.Mid))
        else:
            size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRect(place.topLeft(), size)
            inner.moveCenter(place.center())
            painter.drawImage(inner, displayed(picture, light=not of.theme.dark))
        painter.fillRect(QRect(place.left(), place.bottom() + 2, of.side, _RIM), of.colour(row))
        painter.restore()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(option.palette.color(QPalette.ColorRole.Highlight))
            painter.drawRect(place.adjusted(-2, -2, 1, _RIM + 3))
            painter.drawRect(place.adjusted(-1, -1, 0, _RIM + 2))

    def helpEvent(
        self,
        event: QHelpEvent | None,
        view: QAbstractItemView | None,
        option: QStyleOptionViewItem,
        index: QModelIndex,
    ) -> bool:
        return help_with(event, view, self._of.describe(index.row()) if index.isValid() else "")
