"""The form of the export dialog, with a row for each choice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PyQt6.QtCore import pyqtBoundSignal, pyqtSignal
from PyQt6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

from latent_explorer.export import MAX_SCALE, Format, find_format, formats_of
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.contact_sheet import MAX_IMAGES
from latent_explorer.gui.exports.subjects import MAX_COLUMNS, Subject
from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.plain import tooltip


@dataclass(frozen=True, eq=False)
class Row:
    """An editor of one field. changed: the editor's own signal."""

    editor: QWidget
    get: Callable[[], Any]
    put: Callable[[Any], object]
    changed: pyqtBoundSignal

    def hint(self, text: str) -> None:
        """Show the meaning of the value 0."""
        if isinstance(self.editor, QAbstractSpinBox):
            self.editor.setSpecialValueText(text)


def whole(least: int, most: int, unit: str = "") -> Row:
    """A row for an integer."""
    box = QSpinBox()
    box.setRange(least, most)
    box.setSuffix(unit)
    return Row(box, box.value, box.setValue, box.valueChanged)


def decimal(least: float, most: float, step: float, unit: str) -> Row:
    """A row for a number with two decimals."""
    box = QDoubleSpinBox()
    box.setRange(least, most)
    box.setSingleStep(step)
    box.setSuffix(unit)
    return Row(box, lambda: round(box.value(), 2), box.setValue, box.valueChanged)


def speed() -> Row:
    """A row for the duration of a frame, in frames per second as in the filmstrip."""
    box = QDoubleSpinBox()
    box.setRange(0.02, 50)
    box.setSuffix(" fps")
    return Row(box, lambda: 1 / box.value(), lambda seconds: box.setValue(1 / seconds), box.valueChanged)


def yes_or_no(text: str) -> Row:
    """A row with a check box."""
    box = QCheckBox(text)
    return Row(box, box.isChecked, box.setChecked, box.toggled)


def one_of(values: dict[Any, str]) -> Row:
    """A row with a combo box of values by text."""
    box = Choice()
    for value, words in values.items():
        box.addItem(words, value)
    return chosen_in(box)


def chosen_in(box: QComboBox) -> Row:
    """A row for the data of a combo box."""
    return Row(box, box.currentData, lambda value: box.setCurrentIndex(box.findData(value)), box.currentIndexChanged)


_SHOWN = {False: "All images of the dataset", True: "Images of the classes shown on the map"}
_STYLES = {"crisp": "Crisp", "smooth": "Smooth"}

_PAIRS = {"above": "One below the other", "beside": "Side by side", "alone": "The first alone"}

ROWS: dict[str, tuple[str, str, Callable[[], Row]]] = {
    "width": ("&Width", "Width of the film in pixels", lambda: whole(320, 1920, " pixels")),
    "length": ("&Length", "Length of the film", lambda: decimal(2, 120, 1, " seconds")),
    "columns": ("&Columns", "Pictures in a row", lambda: whole(1, MAX_COLUMNS)),
    "rows": ("&Rows", "Rows of pictures; 0 for as many as keep the map's proportions", lambda: whole(0, MAX_COLUMNS)),
    "most": (
        "At &most",
        "Maximum number of images in the sheet; of more, an even sample is shown",
        lambda: whole(1, MAX_IMAGES, " images"),
    ),
    "zoom": ("&Scale", "Pixels in the file per pixel on screen, along each side", lambda: decimal(0.25, 16, 0.5, " ×")),
    "legend": ("", "Name the classes in the upper right corner", lambda: yes_or_no("&Legend")),
    "shown_only": ("&Images", "Which images' latents to write", lambda: one_of(_SHOWN)),
    "pairs": (
        "&Rows",
        "Where the pictures along a second curve go, and those that the other map's model makes of this path",
        lambda: one_of(_PAIRS),
    ),
    "both": ("", "Both maps side by side, as in the window", lambda: yes_or_no("&Both maps")),
    "scale": (
        "&Scale",
        "Pixels in the file per pixel of the model, along each side",
        lambda: whole(1, MAX_SCALE, " ×"),
    ),
    "style": ("&Enlarging", "Crisp keeps each pixel a square; smooth blends them", lambda: one_of(_STYLES)),
    "gap": ("&Gap", "White space between pictures", lambda: whole(0, 256, " pixels")),
    "per_row": ("Per &row", "Pictures in a row of the strip; 0 for all in one row", lambda: whole(0, 240)),
    "seconds": ("&Speed", "Frames per second", speed),
    "ping_pong": ("", "Play forwards, then backwards", lambda: yes_or_no("There and &back")),
    "loop": ("", "Start again at the end", lambda: yes_or_no("Re&peat")),
    "lossless": ("", "Exact pixels, in a larger file", lambda: yes_or_no("&Lossless")),
}
"""Rows by field of Choices, in order: a label with an access key, a tooltip, and a factory."""


class ChoiceForm(QWidget):
    """A format combo box, and the rows that apply to the format. changed: a choice has changed."""

    changed = pyqtSignal()

    def __init__(self, subject: Subject, choices: Choices) -> None:
        super().__init__()
        self._subject, self._choices = subject, choices
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.rows: dict[str, Row] = {}
        formats = formats_of(subject.kind)
        self._add("format", "&Format", "The format of the file", one_of({each.key: each.title for each in formats}))
        self.rows["format"].editor.setEnabled(len(formats) > 1)
        heeded = {name for known in formats for name in self._heeded(known)}
        for name, (label, tip, make) in ROWS.items():
            if name in heeded:
                self._add(name, label, tip, make())
        self._show_heeded()

    @property
    def choices(self) -> Choices:
        """The current choices."""
        return replace(self._choices, **{name: row.get() for name, row in self.rows.items()})

    @property
    def known(self) -> Format:
        """The current format."""
        return find_format(self._subject.kind, self.choices.format)

    def _heeded(self, known: Format) -> tuple[str, ...]:
        return "format", *(known.heeds if self._subject.of_format else ()), *self._subject.heeds(known)

    def _add(self, name: str, label: str, tip: str, row: Row) -> None:
        self.rows[name] = row
        row.put(getattr(self._choices, name))
        row.changed.connect(self._change)
        row.editor.setToolTip(tooltip(tip))
        self._layout.addRow(label, row.editor)
        if label:
            row.editor.setAccessibleName(label.replace("&", ""))

    def _change(self) -> None:
        self._show_heeded()
        self.changed.emit()

    def _show_heeded(self) -> None:
        heeded = self._heeded(self.known)
        for name, row in self.rows.items():
            self._layout.setRowVisible(row.editor, name in heeded)
        for name, words in self._subject.hints(self.choices).items():
            if name in self.rows:
                self.rows[name].hint(words)
