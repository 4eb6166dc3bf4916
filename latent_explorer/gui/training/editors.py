"""An editor for each kind of setting."""

import math
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QLocale, Qt
from PyQt6.QtWidgets import QLineEdit, QSizePolicy

from latent_explorer.gui.exports.form import Row, chosen_in, whole
from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.image_source import ImageSource
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs.settings import Setting

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


def _dataset(setting: Setting) -> Row:
    box = ImageSource(setting.choices, setting.label, "Choose a dataset")
    return Row(box, lambda: box.source, box.show_source, box.chosen)


def _choice(setting: Setting) -> Row:
    box = Choice()
    for index, choice in enumerate(setting.choices):
        box.addItem(choice.label, choice.value)
        box.setItemData(index, tooltip(choice.sentence), Qt.ItemDataRole.ToolTipRole)
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
    """The number in a text; NaN if it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


_MAKERS: dict[str, Callable[[Setting], Row]] = {
    "dataset": _dataset,
    "choice": _choice,
    "whole": _whole,
    "percent": _percent,
    "decimal": lambda _: _line(_number, "{:g}".format),  # typed, since what is sensible spans many powers of ten
    "text": lambda _: _line(str.strip, str),
}
