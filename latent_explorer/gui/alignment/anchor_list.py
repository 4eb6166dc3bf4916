"""The table of anchors with number, images and error, sortable; fetches only visible images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPalette, QResizeEvent
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from latent_explorer.gui.alignment.anchor_errors import error_words, grade_colours, grades_of, standing_out
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import displayed
from latent_explorer.session.alignment import Anchor

_HEADINGS = ("#", "Left", "Right", "Error")
_NUMBER, _LEFT, _RIGHT, _ERROR = range(4)
_ROW, _THUMB = 36, 30  # pixels
ImageOf = Callable[[int, int], QImage | None]


class AnchorModel(QAbstractTableModel):
    """A model of sorted anchors. rows: the index of the anchor in each row."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.anchors: tuple[Anchor, ...] = ()
        self.errors = np.zeros(0)
        self.rows = np.zeros(0, np.int64)
        self._grades, self._doubtful = np.zeros(0, np.int64), np.zeros(0, bool)
        self._sorted = (_NUMBER, Qt.SortOrder.AscendingOrder)

    def put(self, anchors: tuple[Anchor, ...], errors: NDArray[np.float64]) -> None:
        """Set the anchors with their errors (k,), in the current order."""
        many = len(anchors) != len(self.anchors)
        if many:
            self.beginResetModel()
        self.anchors, self.errors = anchors, errors
        self._grades, self._doubtful = grades_of(errors), standing_out(errors)
        self._put_in_order()
        if many:
            self.endResetModel()
        elif len(anchors):
            self.dataChanged.emit(self.index(0, 0), self.index(len(anchors) - 1, _ERROR))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by error, or by the number of the anchors or images."""
        self.layoutAboutToBeChanged.emit()
        self._sorted = column, order
        self._put_in_order()
        self.layoutChanged.emit()

    def _put_in_order(self) -> None:
        column, order = self._sorted
        descends = order == Qt.SortOrder.DescendingOrder
        numbers = np.arange(len(self.anchors))
        if column == _ERROR:
            keys: NDArray[Any] = np.nan_to_num(self.errors, nan=-np.inf if descends else np.inf)
        elif column == _NUMBER:
            keys = numbers
        else:
            keys = np.array([anchor[column - _LEFT] for anchor in self.anchors], np.int64)
        self.rows = np.lexsort((numbers, -keys if descends else keys))

    def row_of(self, index: int) -> int:
        """The row of an anchor."""
        return int(np.flatnonzero(self.rows == index)[0])

    def images(self, row: int) -> Anchor:
        """The numbers of the images in a row."""
        return self.anchors[self.rows[row]]

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self.anchors)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        horizontal = orientation == Qt.Orientation.Horizontal
        return _HEADINGS[section] if horizontal and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        anchor, column = int(self.rows[index.row()]), index.column()
        if role == Qt.ItemDataRole.DisplayRole and column in (_NUMBER, _ERROR):
            return str(anchor + 1) if column == _NUMBER else error_words(float(self.errors[anchor]))
        if role == Qt.ItemDataRole.ForegroundRole and column == _ERROR:
            return QColor(grade_colours(self.theme)[int(self._grades[anchor])])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            source, target = self.anchors[anchor]
            doubt = "; much worse than the others: the pair may be wrong" if self._doubtful[anchor] else ""
            return f"Anchor {anchor + 1}: image {source} at the left, image {target} at the right{doubt}"
        return None


class AnchorList(QTableView):
    """The anchors as a table.

    pointed: the index of the anchor under the pointer, or None. chosen: an anchor was clicked. delete_wanted: the
    indices of the selected anchors. needed: other rows are visible. image: returns an image of a side by number.
    """

    pointed = pyqtSignal(object)
    chosen = pyqtSignal(int)
    delete_wanted = pyqtSignal(object)
    needed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.model_of_anchors = AnchorModel()
        self.image: ImageOf = lambda side, number: None
        self.setModel(self.model_of_anchors)
        self.setItemDelegate(_Thumbnails(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSortingEnabled(True)
        self.sortByColumn(_NUMBER, Qt.SortOrder.AscendingOrder)
        self.setTabKeyNavigation(False)  # Tab leaves the table, arrows move between rows
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setMinimumHeight(4 * _ROW)
        self.setAccessibleName("Anchors")
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        assert rows is not None
        assert columns is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        columns.setHighlightSections(False)
        self.entered.connect(lambda at: self.pointed.emit(int(self.model_of_anchors.rows[at.row()])))
        self.clicked.connect(lambda at: self.chosen.emit(int(self.model_of_anchors.rows[at.row()])))
        bar = self.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(self.needed)
        self.model_of_anchors.layoutChanged.connect(self.needed)

    def dress(self, theme: Theme) -> None:
        self.model_of_anchors.theme = theme
        self._repaint()

    def show_anchors(self, anchors: tuple[Anchor, ...], errors: NDArray[np.float64]) -> None:
        self.model_of_anchors.put(anchors, errors)
        self.needed.emit()

    def show_pointed(self, index: int | None) -> None:
        """Select and show the row of an anchor under the pointer on a map."""
        if index is not None and index < len(self.model_of_anchors.anchors):
            self.selectRow(self.model_of_anchors.row_of(index))

    def seen(self) -> list[Anchor]:
        """The images of the visible rows."""
        port, model = self.viewport(), self.model_of_anchors
        if port is None or not len(model.rows) or not self.isVisible():
            return []
        first, last = self.rowAt(0), self.rowAt(port.height() - 1)
        return [model.images(row) for row in range(max(first, 0), (last if last >= 0 else len(model.rows) - 1) + 1)]

    def images_came(self) -> None:
        self._repaint()

    def _repaint(self) -> None:
        if (port := self.viewport()) is not None:
            port.update()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        selection = self.selectionModel()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and selection is not None:
            if rows := [at.row() for at in selection.selectedRows()]:
                self.delete_wanted.emit(self.model_of_anchors.rows[rows].tolist())
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        super().mouseMoveEvent(event)
        if event is not None and not self.indexAt(event.position().toPoint()).isValid():
            self.pointed.emit(None)

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.needed.emit()

    def sizeHint(self) -> QSize:
        return QSize(240, 8 * _ROW)


class _Thumbnails(QStyledItemDelegate):
    """Paints the images of a row in their columns."""

    def __init__(self, anchors: AnchorList) -> None:
        super().__init__(anchors)
        self._list = anchors

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().paint(painter, option, index)
        if painter is None or index.column() not in (_LEFT, _RIGHT):
            return
        side, model = index.column() - _LEFT, self._list.model_of_anchors
        image = self._list.image(side, model.images(index.row())[side])
        place = QRect(0, 0, _THUMB, _THUMB)
        place.moveCenter(option.rect.center())
        if image is None:
            painter.fillRect(place, option.palette.color(QPalette.ColorRole.Mid))
            return
        inner = QRect(place.topLeft(), image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio))
        inner.moveCenter(place.center())
        painter.drawImage(inner, displayed(image, light=not model.theme.dark))


def flat(anchors: Sequence[Anchor], side: int) -> tuple[int, ...]:
    """The images of a side."""
    return tuple(anchor[side] for anchor in anchors)
