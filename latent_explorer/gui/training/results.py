"""What came of a run, beside the other bundles of the same dataset."""

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QBrush, QColor, QDesktopServices
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from latent_explorer.bundles import read_config
from latent_explorer.errors import UserError
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.buttons import button, heading, words
from latent_explorer.gui.training.compared import COLUMNS, Entry, best, entries
from latent_explorer.gui.training.words import duration

_ROWS = 6  # in sight before one has to scroll
_CARD = "README.md"


class ResultView(QWidget):
    """A bundle that was trained. open_wanted: the folder of a bundle. again_wanted: another run."""

    open_wanted = pyqtSignal(object)
    again_wanted = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.bundle: Path | None = None
        self._entries: list[Entry] = []
        self.sentence = words()
        self.table = QTableWidget(0, 1 + len(COLUMNS))
        self.open = button("Open", "Show its map", lambda: self.open_wanted.emit(self.bundle))
        self.card = button("Show card", "What was trained, how, and what came of it", self._show_card)
        self.again = button("Train another", "Back to the settings", self.again_wanted.emit)
        self._set_up_table()
        self._lay_out()

    def show_bundle(self, bundle: Path, trained: Path, *, complete: bool) -> None:
        """Show what came of a run. trained: where others of this person lie. complete: whether all epochs were."""
        self.bundle = bundle
        try:
            config = read_config(bundle)
        except UserError as error:
            self.sentence.setText(str(error))
            return
        epochs = f"{config.training.epochs} epoch{'s' if config.training.epochs != 1 else ''}"
        how = "trained" if complete else "stopped and kept after"
        took = duration(60 * config.training.minutes)
        self.sentence.setText(f"{config.name} is ready: {how} {epochs}, in {took}.")
        self._entries = entries(config.dataset.name, trained, also=[bundle])
        self._fill()

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self._fill()

    def _set_up_table(self) -> None:
        table = self.table
        table.setHorizontalHeaderLabels(["Model", *(column.label for column in COLUMNS)])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setToolTip("Double-click opens a model")
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.cellDoubleClicked.connect(lambda row, _: self.open_wanted.emit(self._entries[row].folder))
        header, rows = table.horizontalHeader(), table.verticalHeader()
        assert header is not None
        assert rows is not None
        rows.hide()
        rows.setDefaultSectionSize(2 * table.fontMetrics().lineSpacing() + 8)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(20)
        for place, column in enumerate(COLUMNS, 1):
            table.setColumnWidth(place, column.width)
            item = table.horizontalHeaderItem(place)
            assert item is not None
            item.setToolTip(column.sentence)

    def _lay_out(self) -> None:
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row.setSpacing(5)
        for each in (self.open, self.card, self.again):
            row.addWidget(each)
        column.addWidget(self.sentence)
        column.addLayout(row)
        column.addWidget(heading("Beside others of the same data"))
        column.addWidget(self.table)

    def _fill(self) -> None:
        self.table.setRowCount(len(self._entries))
        for row, entry in enumerate(self._entries):
            mine = entry.folder == self.bundle
            self.table.setItem(row, 0, self._item(f"{entry.name}\n{entry.kind}", bold=mine, tip=str(entry.folder)))
            for place, column in enumerate(COLUMNS, 1):
                value = entry.values[column.name]
                wins = value is not None and value == best(self._entries, column)
                item = self._item(column.text(value), bold=wins, tip=column.sentence)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if wins:
                    item.setForeground(QBrush(QColor(self.theme.good)))
                    item.setToolTip(f"The best of these. {column.sentence}")
                self.table.setItem(row, place, item)
            if mine:
                self._bring_out(row)
        self._set_height()

    def _bring_out(self, row: int) -> None:
        """The model that was trained stands out."""
        ground = QColor(self.theme.accent)
        ground.setAlpha(48)
        for place in range(self.table.columnCount()):
            item = self.table.item(row, place)
            if item is not None:
                item.setBackground(QBrush(ground))
        self.table.scrollToItem(self.table.item(row, 0))

    def _set_height(self) -> None:
        """As high as its rows, up to some."""
        header, rows = self.table.horizontalHeader(), self.table.verticalHeader()
        assert header is not None
        assert rows is not None
        shown = max(1, min(_ROWS, len(self._entries)))
        self.table.setFixedHeight(header.sizeHint().height() + shown * rows.defaultSectionSize() + 4)

    @staticmethod
    def _item(text: str, *, bold: bool, tip: str) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(tip)
        font = item.font()
        font.setBold(bold)
        item.setFont(font)
        return item

    def _show_card(self) -> None:
        if self.bundle is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.bundle / _CARD)))
