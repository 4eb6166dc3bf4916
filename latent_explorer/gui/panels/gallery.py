"""The gallery: a grid of the selected images that fetches and paints only visible ones."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QModelIndex, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent
from PyQt6.QtWidgets import QAbstractItemView, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import combo_box, slider, tool_button
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import filled, timer, words
from latent_explorer.gui.widgets.picture_list import PictureList
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip, window_title
from latent_explorer.session import OpenBundle

_SIDES = (24, 128, 56)  # pixels of a picture on screen: minimum, maximum, default
_GAP = 6
_LOOK_MS = 30
_AHEAD = 0.5  # share of a page above and below the visible part
ORDERS = ("By class", "By error", "By number")


class _Selected(PictureList):
    """The images of a selection, described by the bundle."""

    def __init__(self) -> None:
        super().__init__("Selected images", _SIDES[2], _GAP)
        self.bundle: OpenBundle | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)

    def colour(self, row: int) -> QColor:
        label = None if self.bundle is None else self.bundle.latents.label
        if label is None:
            return QColor(self.theme.line)
        return self.theme.class_colour(int(label[self.images.numbers[row]]))

    def describe(self, row: int) -> str:
        assert self.bundle is not None
        number, bundle = int(self.images.numbers[row]), self.bundle
        latents = bundle.latents
        named = bundle.class_words(number)
        lines = [bundle.called(number), *([f"{named[:1].upper()}{named[1:]}"] if named else [])]
        if latents.error is not None and not latents.drawn(number):
            lines.append(f"Reconstruction error (MSE) {float(latents.error[number]):.4f}")
        return "\n".join([*lines, "Click to show it on the map"])


class GalleryWindow(QDialog):
    """A window with images, which its owner fetches.

    chosen: the number of an image that was clicked. removed: the images (n,) to remove from the selection. needed:
    other images are visible and may be missing. sheet_wanted: an export of all images is requested.
    """

    chosen = pyqtSignal(int)
    removed = pyqtSignal(object)
    needed = pyqtSignal()
    sheet_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.list = _Selected()
        self.model = self.list.images
        self.count, self.remark = PlainLabel(), words("faint")
        self.order = combo_box(ORDERS, "Order of the images")
        self.size_slider = slider("Size of the pictures", *_SIDES, "Size of the pictures", narrowest=80)
        self._chosen = np.zeros(0, np.int64)
        self._look = timer(self, _LOOK_MS, self.needed.emit, once=True)
        self._make_list()
        self._lay_out()

    def _make_list(self) -> None:
        view = self.list
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

    def dress(self, theme: Theme) -> None:
        self.list.dress(theme)

    def show_images(self, bundle: OpenBundle, chosen: NDArray[np.bool_] | None) -> None:
        """Show the images `chosen` (n,) of a bundle; None without a selection."""
        if self.list.bundle is None or self.list.bundle.latents is not bundle.latents:
            self.model.forget()
        self.list.bundle = bundle
        self._chosen = np.zeros(0, np.int64) if chosen is None else np.flatnonzero(chosen)
        self.setWindowTitle(window_title(f"Gallery of {bundle.name}"))
        count = len(self._chosen)
        self.count.setText(f"{count:,} {bundle.points}" if count else "Nothing is selected")
        self._arrange()

    def show_remark(self, sentence: str, reason: str) -> None:
        """Describe the kind of pictures. reason: for the tooltip."""
        self.remark.setText(sentence)
        self.remark.setToolTip(tooltip(reason))

    def _arrange(self) -> None:
        if self.list.bundle is None:
            return
        latents, numbers, order = self.list.bundle.latents, self._chosen, self.order.currentText()
        if order == "By class" and latents.label is not None:
            numbers = numbers[np.argsort(latents.label[numbers], kind="stable")]
        elif order == "By error" and latents.error is not None:
            numbers = numbers[np.argsort(-latents.error[numbers], kind="stable")]  # draws, which have none, last
        self.model.put(numbers)
        self._look.start()

    def seen(self) -> range:
        """The visible rows, and some above and below."""
        viewport = self.list.viewport()
        count, cell = self.model.rowCount(), self.list.gridSize()
        if viewport is None or not count:
            return range(0)
        columns = max(1, (viewport.width() - 1) // cell.width())
        bar = self.list.verticalScrollBar()
        top = 0 if bar is None else bar.value()
        high, line = viewport.height(), cell.height()
        first = max(0, int((top - _AHEAD * high) // line)) * columns
        last = (int((top + (1 + _AHEAD) * high) // line) + 1) * columns
        return range(min(first, count), min(last, count))

    def take(self, numbers: Iterable[int], pictures: NDArray[np.uint8]) -> None:
        """Add pictures (n, h, w, c) of images."""
        for number, picture in zip(numbers, pictures, strict=True):
            self.model.keep(number, to_qimage(picture))

    # -- actions

    def _resize(self, side: int) -> None:
        self.list.show_larger(side)
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
