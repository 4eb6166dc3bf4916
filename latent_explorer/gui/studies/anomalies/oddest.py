"""The oddest images of a set as a grid, the oddest first."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QModelIndex, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QHelpEvent, QPainter, QPalette
from PyQt6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from latent_explorer.fields.field import number as written
from latent_explorer.gui.panels.gallery import GalleryModel
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import displayed
from latent_explorer.gui.widgets.plain import help_with

_SIDE, _GAP, _RIM, _HEIGHT = 40, 5, 3, 190


class OddestImages(QListView):
    """Images whose pictures whoever made it fetches. chosen: the number of one that was clicked.

    labels: of all images by number, or None. names: of the classes. called: what an image is, by its number.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.images, self.theme = GalleryModel(), DARK
        self.labels: NDArray[np.int64] | None = None
        self.names: tuple[str, ...] = ()
        self.called: Callable[[int], str] = "Image {}".format
        self._scores = np.zeros(0, np.float32)
        self._above, self._unit = np.inf, ""
        self.setModel(self.images)
        self.setItemDelegate(_OddPainter(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(QSize(_SIDE + _GAP, _SIDE + _GAP + _RIM + 2))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(_HEIGHT)
        self.setAccessibleName("Oddest images")
        self.clicked.connect(self._choose)

    def show_images(self, numbers: NDArray[np.int64], scores: NDArray[np.float32], unit: str) -> None:
        """Show these images in their order, with their scores."""
        self._scores, self._unit = scores, unit
        if not np.array_equal(numbers, self.images.numbers):
            self.images.put(numbers)
        self._repaint()

    def mark_above(self, threshold: float) -> None:
        """Let images below a score look paler."""
        self._above = threshold
        self._repaint()

    def is_above(self, row: int) -> bool:
        """Whether an image is above the threshold."""
        return bool(self._scores[row] > self._above)

    def describe(self, row: int) -> str:
        """What is known of an image, for its tip."""
        number = int(self.images.numbers[row])
        lines = [f"{self.called(number)}: {written(float(self._scores[row]))} {self._unit}"]
        if self.labels is not None:
            lines.append(f"Class {self.names[self.labels[number]]}")
        return "\n".join([*lines, "Click to show its place on the map"])

    def colour_of(self, row: int) -> str:
        """The colour of its class, if it has one."""
        label = None if self.labels is None else int(self.labels[self.images.numbers[row]])
        return self.theme.line if label is None else self.theme.of_class(label)

    def dress(self, theme: Theme) -> None:
        self.theme = theme
        self._repaint()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(int(self.images.numbers[index.row()]))

    def _repaint(self) -> None:
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()


class _OddPainter(QStyledItemDelegate):
    """Paints an image over a line in the colour of its class; paler where it is below the threshold."""

    def __init__(self, images: OddestImages) -> None:
        super().__init__(images)
        self._of = images

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return self._of.gridSize()

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        assert painter is not None
        of, row = self._of, index.row()
        place = QRect(option.rect.left() + _GAP // 2, option.rect.top() + _GAP // 2, _SIDE, _SIDE)
        picture = of.images.picture(row)
        painter.save()
        painter.setOpacity(1.0 if of.is_above(row) else 0.45)
        if picture is None:
            painter.fillRect(place, option.palette.color(QPalette.ColorRole.Mid))
        else:
            size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRect(place.topLeft(), size)
            inner.moveCenter(place.center())
            painter.drawImage(inner, displayed(picture, light=not of.theme.dark))
        painter.fillRect(QRect(place.left(), place.bottom() + 2, _SIDE, _RIM), QColor(of.colour_of(row)))
        painter.restore()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(option.palette.color(QPalette.ColorRole.Highlight))
            painter.drawRect(place.adjusted(-1, -1, 0, _RIM + 2))

    def helpEvent(
        self,
        event: QHelpEvent | None,
        view: QAbstractItemView | None,
        option: QStyleOptionViewItem,
        index: QModelIndex,
    ) -> bool:
        return help_with(event, view, self._of.describe(index.row()) if index.isValid() else "")
