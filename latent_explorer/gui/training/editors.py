"""An editor for each kind of setting."""

import math
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QLocale, Qt
from PyQt6.QtWidgets import QComboBox, QLineEdit, QSizePolicy

from latent_explorer.gui.exports.form import Row, chosen_in, whole
from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs.settings import Option, Setting
from latent_explorer.safe_text import safe_text

_PLACES = {"Folder of images…": "", "Zip or arrays…": "Images (*.zip *.npz *.npy);;All files (*)"}
_HEIGHT = 28  # pixels, so that lines, lists and numbers look alike


def editor_of(setting: Setting) -> Row:
    """A row that edits a setting."""
    row = _MAKERS[setting.kind](setting)
    editor = row.editor
    editor.setObjectName(setting.name)
    editor.setAccessibleName(setting.label)
    editor.setToolTip(tooltip(setting.sentence))
    editor.setFixedHeight(_HEIGHT)
    editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return row


class SourceBox(Choice):
    """A dataset by name, or a path that is chosen."""

    def __init__(self, choices: tuple[Option, ...]) -> None:
        super().__init__()
        self._named, self._last = len(choices), 0
        _fill(self, choices)
        self.insertSeparator(self.count())
        self.addItems(_PLACES)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._activate)

    def choose(self, source: str) -> None:
        """Choose a dataset by its name, or a path."""
        index = self.findData(source)
        if index < 0:
            index = self._named
            if self.itemData(index) is not None:
                self.removeItem(index)
            self.insertItem(index, safe_text(source.rstrip("/").rpartition("/")[2] or source), source)
            self.setItemData(index, tooltip(source), Qt.ItemDataRole.ToolTipRole)
        self._last = index
        self.setCurrentIndex(index)

    def _activate(self, index: int) -> None:
        """A person has chosen an entry; the last two ask for a place."""
        text = self.itemText(index)
        if text not in _PLACES or self.itemData(index) is not None:
            self._last = index
            return
        self.setCurrentIndex(self._last)
        ask_path(self.window() or self, text.replace("…", ""), "", self.choose, _PLACES[text])


def _dataset(setting: Setting) -> Row:
    box = SourceBox(setting.choices)
    return Row(box, lambda: box.currentData() or "", box.choose, box.currentIndexChanged)


def _choice(setting: Setting) -> Row:
    box = Choice()
    _fill(box, setting.choices)
    return chosen_in(box)


def _whole(setting: Setting) -> Row:
    row = whole(round(setting.low), round(setting.high))
    row.editor.setLocale(QLocale.c())
    return row


def _percent(setting: Setting) -> Row:
    row = whole(round(100 * setting.low), round(100 * setting.high), " % of the run")
    return replace(row, get=lambda: row.get() / 100, put=lambda value: row.put(round(100 * value)))


def _line(read: Callable[[str], object], write: Callable[[object], str]) -> Row:
    line = QLineEdit()
    line.setStyleSheet("QLineEdit { background: palette(base); }")  # as the numbers and lists beside it
    return Row(line, lambda: read(line.text()), lambda value: line.setText(write(value)), line.textChanged)


def _number(text: str) -> float:
    """NaN for what is no number."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def _fill(box: QComboBox, choices: tuple[Option, ...]) -> None:
    for index, choice in enumerate(choices):
        box.addItem(choice.label, choice.value)
        box.setItemData(index, tooltip(choice.sentence), Qt.ItemDataRole.ToolTipRole)


_MAKERS: dict[str, Callable[[Setting], Row]] = {
    "dataset": _dataset,
    "choice": _choice,
    "whole": _whole,
    "percent": _percent,
    "decimal": lambda _: _line(_number, "{:g}".format),  # typed, since what is sensible spans many powers of ten
    "text": lambda _: _line(str.strip, str),
}
