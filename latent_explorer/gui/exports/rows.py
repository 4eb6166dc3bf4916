"""The rows of the export dialog: one for each thing that can be chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from latent_explorer.export import MAX_SCALE
from latent_explorer.gui.exports.contact_sheet import MAX_IMAGES
from latent_explorer.gui.exports.subjects import MAX_COLUMNS


class Row(QObject):
    """An editor of one field. changed: its value was changed by the person."""

    changed = pyqtSignal()

    def __init__(self, editor: QWidget, get: Callable[[], Any], put: Callable[[Any], object]) -> None:
        super().__init__(editor)
        self.editor, self.get, self.put = editor, get, put

    def hint(self, text: str) -> None:
        """Say what the value 0 stands for."""
        if isinstance(self.editor, QAbstractSpinBox):
            self.editor.setSpecialValueText(text)


@dataclass(frozen=True)
class RowKind:
    """What a row is called, with the letter that reaches it, and what it is for."""

    label: str
    tip: str
    make: Callable[[], Row]


def whole(least: int, most: int, unit: str = "") -> Callable[[], Row]:
    """Rows for integers."""

    def make() -> Row:
        box = QSpinBox()
        box.setRange(least, most)
        box.setSuffix(unit)
        row = Row(box, box.value, box.setValue)
        box.valueChanged.connect(row.changed)
        return row

    return make


def decimal(least: float, most: float, step: float, unit: str) -> Callable[[], Row]:
    """Rows for numbers with two decimals."""

    def make() -> Row:
        box = QDoubleSpinBox()
        box.setRange(least, most)
        box.setSingleStep(step)
        box.setSuffix(unit)
        row = Row(box, lambda: round(box.value(), 2), box.setValue)
        box.valueChanged.connect(row.changed)
        return row

    return make


def yes_or_no(text: str) -> Callable[[], Row]:
    """Rows that can be ticked."""

    def make() -> Row:
        box = QCheckBox(text)
        row = Row(box, box.isChecked, box.setChecked)
        box.toggled.connect(row.changed)
        return row

    return make


def one_of(values: dict[Any, str]) -> Callable[[], Row]:
    """Rows to choose one of some values from, by their words."""

    def make() -> Row:
        box = QComboBox()
        for value, words in values.items():
            box.addItem(words, value)
        row = Row(box, box.currentData, lambda value: box.setCurrentIndex(box.findData(value)))
        box.currentIndexChanged.connect(row.changed)
        return row

    return make


ROWS: dict[str, RowKind] = {
    "columns": RowKind("&Columns", "Pictures in a row", whole(1, MAX_COLUMNS)),
    "rows": RowKind("&Rows", "Rows of pictures; 0 for as many as keep the map's proportions", whole(0, MAX_COLUMNS)),
    "most": RowKind(
        "At &most", "How many are shown; of more, an even sample is taken", whole(1, MAX_IMAGES, " images")
    ),
    "zoom": RowKind("&Scale", "Pixels of the file to each pixel on screen, a side", decimal(0.25, 16, 0.5, " ×")),
    "legend": RowKind("", "Name the classes in the upper right corner", yes_or_no("&Legend")),
    "shown_only": RowKind(
        "&Images",
        "Which images' latents to write",
        one_of({False: "All of the dataset", True: "Of the classes shown on the map"}),
    ),
    "scale": RowKind("&Scale", "Pixels of the file to each of the model's, a side", whole(1, MAX_SCALE, " ×")),
    "style": RowKind(
        "&Enlarging",
        "Crisp keeps each pixel a square; smooth blends them",
        one_of({"crisp": "Crisp", "smooth": "Smooth"}),
    ),
    "gap": RowKind("&Gap", "White between neighbouring pictures", whole(0, 256, " pixels")),
    "per_row": RowKind("Per &row", "Pictures in a row of the strip; 0 for all in one row", whole(0, 240)),
    "seconds": RowKind("&Time", "How long each frame is shown", decimal(0.02, 60, 0.01, " seconds a frame")),
    "ping_pong": RowKind("", "Play to the end and back again", yes_or_no("There and &back")),
    "loop": RowKind("", "Begin again at the end, for ever", yes_or_no("Re&peat")),
    "lossless": RowKind("", "Exact pixels, in a larger file", yes_or_no("&Lossless")),
}
"""By the field of Choices, in the order shown."""
