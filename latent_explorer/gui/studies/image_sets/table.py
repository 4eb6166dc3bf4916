"""A sortable table of a set's images: thumbnail and file, group, error, score."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from latent_explorer.gui.studies.image_sets.placing import PlacedSet
from latent_explorer.gui.widgets.images import displayed, to_qimage
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.safe_text import safe_text

_TITLES = "Image", "Group", "MSE", "Score"
_TIPS = (
    "The image as the model was given it, and its file",
    "The folder or class that it is of",
    "Mean squared error between the image and the picture decoded at its place, on pixels in [0, 1]",
    "How odd it is for this model; above 1 it is outside the data",
)
_THUMBNAIL = 28


class ImageTableModel(QAbstractTableModel):
    """A sorted model; `image` returns the image of a row."""

    def __init__(self) -> None:
        super().__init__()
        self.light = False
        self._names: list[str] = []
        self._groups: list[str] = []
        self._thumbnails: list[NDArray[np.uint8]] = []
        self._error: NDArray[np.floating] = np.zeros(0)
        self._score: NDArray[np.floating] = np.zeros(0)
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._pixmaps: dict[int, QPixmap] = {}
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def put(self, found: PlacedSet, *, light: bool) -> None:
        """Show the images of a set. light: whether to invert greyscale images."""
        self.beginResetModel()
        self._names, self._groups, self._thumbnails = found.names, found.groups, found.thumbnails
        self._error, self._score = found.joined("error"), found.joined("score")
        self._pixmaps, self.light = {}, light
        self._arrange()
        self.endResetModel()

    def image(self, row: int) -> int:
        return int(self._order[row])

    def row_of(self, image: int) -> int:
        return int(np.flatnonzero(self._order == image)[0])

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_TIPS[section])
        return _TITLES[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        image, column = int(self._order[index.row()]), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(image, column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return self._pixmap(image)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(safe_text(self._names[image]))
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._sorted = (column, order) if column >= 0 else None
        self._arrange()
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        if self._sorted is None:
            self._order = np.arange(len(self._names))
            return
        column, order = self._sorted
        values = (np.array(self._names, np.str_), np.array(self._groups, np.str_), self._error, self._score)[column]
        self._order = np.argsort(values, kind="stable")
        if order == Qt.SortOrder.DescendingOrder:
            self._order = self._order[::-1].copy()

    def _text(self, image: int, column: int) -> str:
        if column == 0:
            return safe_text(self._names[image].rpartition("/")[2], most=80)
        if column == 1:
            return safe_text(self._groups[image], most=40)
        value = float((self._error, self._score)[column - 2][image])
        return "" if math.isnan(value) else f"{value:.4f}" if column == 2 else f"{value:.2f}"

    def _pixmap(self, image: int) -> QPixmap:
        if image not in self._pixmaps:
            picture = displayed(to_qimage(self._thumbnails[image]), light=self.light)
            self._pixmaps[image] = QPixmap.fromImage(picture).scaled(
                _THUMBNAIL, _THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio
            )
        return self._pixmaps[image]


class ImageTable(QTableView):
    """The table. chosen: the number of a clicked image; pointed: of the image under the pointer, -1 for none."""

    chosen = pyqtSignal(int)
    pointed = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.model_ = ImageTableModel()
        self.setModel(self.model_)
        self.setSortingEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)  # Tab leaves the table, arrows move between rows
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAccessibleName("Images of the set")
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        assert rows is not None
        assert columns is not None
        rows.hide()
        rows.setDefaultSectionSize(_THUMBNAIL + 4)
        columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 46), (2, 54), (3, 46)):
            columns.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            columns.resizeSection(column, width)
        columns.setMinimumSectionSize(30)
        self.clicked.connect(lambda index: self.chosen.emit(self.model_.image(index.row())))
        self.activated.connect(lambda index: self.chosen.emit(self.model_.image(index.row())))
        self.entered.connect(lambda index: self.pointed.emit(self.model_.image(index.row())))

    def put(self, found: PlacedSet, *, light: bool) -> None:
        """Show the images of a set."""
        self.model_.put(found, light=light)
        self.setColumnHidden(1, not any(found.groups))

    def point_at(self, image: int) -> None:
        """Scroll to the row of an image."""
        index = self.model_.index(self.model_.row_of(image), 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.pointed.emit(-1)
