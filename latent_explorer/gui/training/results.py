"""What came of a run, beside the other bundles of the same dataset."""

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QBrush, QColor, QDesktopServices
from PyQt6.QtWidgets import QHBoxLayout, QHeaderView, QTableWidgetItem, QVBoxLayout, QWidget

from latent_explorer.bundles import read_config
from latent_explorer.errors import UserError
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.figures import COLUMNS, Entry, best, duration, entries
from latent_explorer.gui.widgets.parts import filled, heading, read_only_table, wide_button, words

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
        self.table, self._header = read_only_table(1 + len(COLUMNS)), QHeaderView(Qt.Orientation.Horizontal)
        self.open = wide_button("Open", "Show its map", lambda: self.open_wanted.emit(self.bundle))
        self.card = wide_button("Show card", "What was trained, how, and what came of it", self._show_card)
        self.again = wide_button("Train another", "Back to the settings", self.again_wanted.emit)
        self._set_up_table()
        row = filled(QHBoxLayout(), self.open, self.card, self.again)
        parts = (self.sentence, row, heading("Beside others of the same data"), self.table)
        filled(QVBoxLayout(self), *parts, spacing=6)

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
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setToolTip("Double-click opens a model")
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.cellDoubleClicked.connect(lambda row, _: self.open_wanted.emit(self._entries[row].folder))
        table.setHorizontalHeader(self._header)
        self._header.setMinimumSectionSize(20)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setHorizontalHeaderItem(0, QTableWidgetItem("Model"))
        for place, column in enumerate(COLUMNS, 1):
            item = QTableWidgetItem(column.label)
            item.setToolTip(column.sentence)
            table.setHorizontalHeaderItem(place, item)
            table.setColumnWidth(place, column.width)

    def _fill(self) -> None:
        """A row for each bundle; the one that was trained, and the best of each column, stand out."""
        table, height = self.table, 2 * self.table.fontMetrics().lineSpacing() + 8
        table.setRowCount(len(self._entries))
        for row, entry in enumerate(self._entries):
            mine = entry.folder == self.bundle
            self._put(row, 0, f"{entry.name}\n{entry.kind}", str(entry.folder), bold=mine, mine=mine)
            for place, column in enumerate(COLUMNS, 1):
                value = entry.values[column.name]
                wins = value is not None and value == best(self._entries, column)
                tip = f"The best of these. {column.sentence}" if wins else column.sentence
                item = self._put(row, place, column.text(value), tip, bold=wins, mine=mine)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if wins:
                    item.setForeground(QBrush(QColor(self.theme.good)))
            table.setRowHeight(row, height)
            if mine:
                table.scrollToItem(table.item(row, 0))
        shown = max(1, min(_ROWS, len(self._entries)))
        table.setFixedHeight(self._header.sizeHint().height() + shown * height + 4)

    def _put(self, row: int, place: int, text: str, tip: str, *, bold: bool, mine: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(tip)
        font = item.font()
        font.setBold(bold)
        item.setFont(font)
        if mine:
            ground = QColor(self.theme.accent)
            ground.setAlpha(48)
            item.setBackground(QBrush(ground))
        self.table.setItem(row, place, item)
        return item

    def _show_card(self) -> None:
        if self.bundle is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.bundle / _CARD)))
