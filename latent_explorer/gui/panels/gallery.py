"""The gallery: the images of a selection as a grid of which only what is seen is fetched and painted."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHelpEvent, QImage, QKeyEvent, QPainter, QPalette
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.controls import combo_box, slider, tool_button
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.gui.widgets.parts import filled, timer, words
from latent_explorer.gui.widgets.plain import PlainLabel, help_with, tooltip, window_title
from latent_explorer.session import OpenBundle

_KEPT_BYTES = 64 * 2**20
_LARGEST = 128  # pixels of a picture that is kept
_SIDES = (24, 128, 56)  # pixels of a picture on screen: least, most, at first
_GAP, _RIM = 6, 3
_LOOK_MS = 30
_AHEAD = 0.5  # of a page, above and below what is seen
ORDERS = ("By class", "By error", "By number")


class GalleryModel(QAbstractListModel):
    """Images by their numbers, in an order, and the pictures of them that are at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = np.zeros(0, np.int64)
        self._rows: dict[int, int] = {}
        self._pictures: OrderedDict[int, QImage] = OrderedDict()
        self._bytes = 0

    def put(self, numbers: NDArray[np.int64]) -> None:
        """Show these, in this order; pictures at hand stay so."""
        self.beginResetModel()
        self.numbers = numbers
        self._rows = {number: row for row, number in enumerate(numbers.tolist())}
        self.endResetModel()

    def forget(self) -> None:
        """Pictures at hand are of other images."""
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
        """The numbers of the images in these rows of which there are no pictures."""
        return [number for number in self.numbers[list(rows)].tolist() if number not in self._pictures]

    def picture(self, row: int) -> QImage | None:
        return self._pictures.get(int(self.numbers[row]))

    def row_of(self, number: int) -> int | None:
        return self._rows.get(number)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self.numbers)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return f"Image {self.numbers[index.row()]}" if role == Qt.ItemDataRole.AccessibleTextRole else None


class _Painter(QStyledItemDelegate):
    """Paints each picture over a line in the colour of its class."""

    def __init__(self, gallery: "GalleryWindow") -> None:
        super().__init__(gallery)
        self._gallery = gallery

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return self._gallery.cell

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        assert painter is not None
        gallery, side = self._gallery, self._gallery.side
        place = QRect(option.rect.left() + _GAP // 2, option.rect.top() + _GAP // 2, side, side)
        picture = gallery.model.picture(index.row())
        if picture is None:
            painter.fillRect(place, option.palette.color(QPalette.ColorRole.Mid))
        else:
            size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRect(place.topLeft(), size)
            inner.moveCenter(place.center())
            painter.drawImage(inner, displayed(picture, light=not gallery.theme.dark))
        painter.fillRect(QRect(place.left(), place.bottom() + 2, side, _RIM), gallery.colour(index.row()))
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
        return help_with(event, view, self._gallery.describe(index.row()) if index.isValid() else "")


class GalleryWindow(QDialog):
    """Shows images, which whoever made it fetches.

    chosen: the number of an image that was clicked. removed: those to be taken out of the selection (n,).
    needed: other images are seen, and may be missing. sheet_wanted: all of them are to be exported.
    """

    chosen = pyqtSignal(int)
    removed = pyqtSignal(object)
    needed = pyqtSignal()
    sheet_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.model, self.list, self.theme = GalleryModel(), QListView(), DARK
        self.count, self.remark = PlainLabel(), words("faint")
        self.order = combo_box(ORDERS, "Order of the images")
        self.size_slider = slider("Size of the pictures", *_SIDES, "Size of the pictures", narrowest=80)
        self._bundle: OpenBundle | None = None
        self._chosen = np.zeros(0, np.int64)
        self._look = timer(self, _LOOK_MS, self.needed.emit, once=True)
        self._make_list()
        self._lay_out()
        self._resize(_SIDES[2])

    def _make_list(self) -> None:
        view = self.list
        view.setModel(self.model)
        view.setItemDelegate(_Painter(self))
        view.setFlow(QListView.Flow.LeftToRight)  # and no icon mode, which lays each item out by itself
        view.setWrapping(True)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setAccessibleName("Selected images")
        selection, bar = view.selectionModel(), view.verticalScrollBar()
        assert selection is not None
        assert bar is not None
        selection.currentChanged.connect(self._choose)
        view.clicked.connect(self._choose)
        bar.valueChanged.connect(lambda _: self._look.start())

    def _lay_out(self) -> None:
        self.remove = tool_button(
            "Remove from selection", "Remove the highlighted images from the selection (Del)", self._remove
        )
        sheet = tool_button(
            "Export contact sheet…", "Export all of these images as a contact sheet", self.sheet_wanted.emit
        )
        self.order.currentIndexChanged.connect(lambda _: self._arrange())
        self.size_slider.valueChanged.connect(self._resize)
        top = filled(QHBoxLayout(), self.count, 1, self.order, self.size_slider, spacing=10)
        bottom = filled(QHBoxLayout(), self.remark, self.remove, sheet, spacing=8)
        bottom.setStretchFactor(self.remark, 1)
        filled(QVBoxLayout(self), top, self.list, bottom, spacing=8, margins=(12, 10, 12, 10))
        self.setMinimumSize(360, 260)
        self.list.setFocus()

    # -- what is shown

    @property
    def side(self) -> int:
        return self.size_slider.value()

    @property
    def cell(self) -> QSize:
        return QSize(self.side + _GAP, self.side + _GAP + _RIM + 2)

    def dress(self, theme: Theme) -> None:
        self.theme = theme
        self.list.update()

    def show_images(self, bundle: OpenBundle, chosen: NDArray[np.bool_] | None) -> None:
        """Show the images chosen (n,) of a bundle; none without a selection."""
        if self._bundle is None or self._bundle.latents is not bundle.latents:
            self.model.forget()
        self._bundle = bundle
        self._chosen = np.zeros(0, np.int64) if chosen is None else np.flatnonzero(chosen)
        self.setWindowTitle(window_title(f"Gallery of {bundle.name}"))
        count = len(self._chosen)
        self.count.setText(f"{count:,} {bundle.points}" if count else "Nothing is selected")
        self._arrange()

    def show_remark(self, sentence: str, reason: str) -> None:
        """Say what kind of pictures these are. reason: why, for whoever points at it."""
        self.remark.setText(sentence)
        self.remark.setToolTip(tooltip(reason))

    def _arrange(self) -> None:
        if self._bundle is None:
            return
        latents, numbers, order = self._bundle.latents, self._chosen, self.order.currentText()
        if order == "By class" and latents.label is not None:
            numbers = numbers[np.argsort(latents.label[numbers], kind="stable")]
        elif order == "By error" and latents.error is not None:
            numbers = numbers[np.argsort(-latents.error[numbers], kind="stable")]  # draws, without any, last
        self.model.put(numbers)
        self._look.start()

    def seen(self) -> range:
        """The rows in sight, and some above and below."""
        viewport = self.list.viewport()
        count = self.model.rowCount()
        if viewport is None or not count:
            return range(0)
        columns = max(1, (viewport.width() - 1) // self.cell.width())
        bar = self.list.verticalScrollBar()
        top = 0 if bar is None else bar.value()
        high, line = viewport.height(), self.cell.height()
        first = max(0, int((top - _AHEAD * high) // line)) * columns
        last = (int((top + (1 + _AHEAD) * high) // line) + 1) * columns
        return range(min(first, count), min(last, count))

    def colour(self, row: int) -> Any:
        label = None if self._bundle is None else self._bundle.latents.label
        if label is None:
            return self.theme.line
        return self.theme.class_colour(int(label[self.model.numbers[row]]))

    def describe(self, row: int) -> str:
        assert self._bundle is not None
        number, bundle = int(self.model.numbers[row]), self._bundle
        latents = bundle.latents
        named = bundle.class_words(number)
        lines = [bundle.called(number), *([f"{named[:1].upper()}{named[1:]}"] if named else [])]
        if latents.error is not None and not latents.drawn(number):
            lines.append(f"Reconstruction error (MSE) {float(latents.error[number]):.4f}")
        return "\n".join([*lines, "Click to show it on the map"])

    def take(self, numbers: Iterable[int], pictures: NDArray[np.uint8]) -> None:
        """Pictures (n, h, w, c) of images have come."""
        for number, picture in zip(numbers, pictures, strict=True):
            self.model.keep(number, to_qimage(picture))

    # -- what is done

    def _resize(self, _: int) -> None:
        self.list.setGridSize(self.cell)
        self._look.start()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(int(self.model.numbers[index.row()]))

    def _remove(self) -> None:
        selection = self.list.selectionModel()
        rows = [] if selection is None else [index.row() for index in selection.selectedIndexes()]
        if rows:
            self.removed.emit(self.model.numbers[rows])

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Delete:
            self._remove()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self._look.start)
