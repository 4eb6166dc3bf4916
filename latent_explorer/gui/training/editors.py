"""An editor for each kind of setting."""

import math
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QLocale, QObject, Qt
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QSpinBox

from latent_explorer.gui.exports.rows import Row, whole
from latent_explorer.gui.pane.opening import dropped_path
from latent_explorer.runs.settings import Option, Setting

_FOLDER, _FILE = "Folder of images…", "Zip or arrays…"
_HEIGHT = 28  # pixels, so that lines, lists and numbers look alike
_FILTER = "Images (*.zip *.npz *.npy);;All files (*)"


def editor_of(setting: Setting) -> Row:
    """A row that edits a setting."""
    row = _MAKERS[setting.kind](setting)
    row.editor.setAccessibleName(setting.label)
    row.editor.setToolTip(setting.sentence)
    row.editor.setFixedHeight(_HEIGHT)
    row.editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    row.editor.installEventFilter(_WheelGuard(row.editor))
    return row


class SourceBox(QComboBox):
    """A dataset by name, or a path that is chosen or dropped."""

    def __init__(self, choices: tuple[Option, ...]) -> None:
        super().__init__()
        self._named = len(choices)
        _fill(self, choices)
        self.insertSeparator(self.count())
        for text in (_FOLDER, _FILE):
            self.addItem(text)
        self._last = 0
        self.setAcceptDrops(True)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._activate)

    def source(self) -> str:
        """What is chosen, as a Plan has it."""
        value = self.currentData()
        return value if isinstance(value, str) else ""

    def choose(self, source: str) -> None:
        """Choose a dataset by its name, or a path."""
        index = self.findData(source)
        if index < 0:
            index = self._named
            if isinstance(self.itemData(index), str):
                self.removeItem(index)
            self.insertItem(index, source.rstrip("/").rpartition("/")[2] or source, source)
            self.setItemData(index, source, Qt.ItemDataRole.ToolTipRole)
        self._last = index
        self.setCurrentIndex(index)

    def _activate(self, index: int) -> None:
        """A person has chosen an entry; the last two ask for a place."""
        text = self.itemText(index)
        if text not in (_FOLDER, _FILE) or self.itemData(index) is not None:
            self._last = index
            return
        self.setCurrentIndex(self._last)
        chooser = QFileDialog(self.window(), text.replace("…", ""))
        if text == _FOLDER:
            chooser.setFileMode(QFileDialog.FileMode.Directory)
            chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
            chooser.setNameFilter(_FILTER)
        chooser.fileSelected.connect(self.choose)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        path = None if event is None else dropped_path(event)
        if path is not None:
            self.choose(str(path))


class _WheelGuard(QObject):
    """The wheel scrolls the form; it changes no editor by accident."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return False


def _dataset(setting: Setting) -> Row:
    box = SourceBox(setting.choices)
    row = Row(box, box.source, box.choose)
    box.currentIndexChanged.connect(row.changed)
    return row


def _choice(setting: Setting) -> Row:
    box = QComboBox()
    _fill(box, setting.choices)
    row = Row(box, box.currentData, lambda value: box.setCurrentIndex(box.findData(value)))
    box.currentIndexChanged.connect(row.changed)
    return row


def _whole(setting: Setting) -> Row:
    row = whole(round(setting.low), round(setting.high))()
    if isinstance(row.editor, QSpinBox):
        row.editor.setLocale(QLocale.c())
    return row


def _percent(setting: Setting) -> Row:
    box = QSpinBox()
    box.setRange(round(100 * setting.low), round(100 * setting.high))
    box.setSuffix(" % of the run")
    row = Row(box, lambda: box.value() / 100, lambda value: box.setValue(round(100 * value)))
    box.valueChanged.connect(row.changed)
    return row


def _decimal(setting: Setting) -> Row:
    """A line to type in, since what is sensible spans many powers of ten; what is no number is read as NaN."""
    return _line(lambda text: _number(text), lambda value: f"{value:g}")


def _text(setting: Setting) -> Row:
    return _line(lambda text: text.strip(), str)


def _line(read: Callable[[str], object], write: Callable[[object], str]) -> Row:
    line = QLineEdit()
    line.setStyleSheet("QLineEdit { background: palette(base); }")  # as the numbers and lists beside it
    row = Row(line, lambda: read(line.text()), lambda value: line.setText(write(value)))
    line.textChanged.connect(row.changed)
    return row


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def _fill(box: QComboBox, choices: tuple[Option, ...]) -> None:
    for index, choice in enumerate(choices):
        box.addItem(choice.label, choice.value)
        box.setItemData(index, choice.sentence, Qt.ItemDataRole.ToolTipRole)


_MAKERS: dict[str, Callable[[Setting], Row]] = {
    "dataset": _dataset,
    "choice": _choice,
    "whole": _whole,
    "percent": _percent,
    "decimal": _decimal,
    "text": _text,
}


def sentence_of(setting: Setting, row: Row) -> str:
    """The help on a setting, and on what is chosen of it now."""
    value = row.get()
    chosen = next((choice.sentence for choice in setting.choices if choice.value == value), "")
    return f"{setting.sentence} {chosen}".strip()
