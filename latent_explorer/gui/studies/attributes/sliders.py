"""A slider for each direction of a group."""

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from latent_explorer.engine.handlers.list_directions import DirectionEntry
from latent_explorer.gui.studies.attributes.direction_walk import WalkedCourse
from latent_explorer.gui.widgets.controls import slider
from latent_explorer.gui.widgets.parts import Elided
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip

STEPS = 100
"""The steps of a slider in each direction."""
_NAME, _VALUE = 96, 64  # pixels


class DirectionSliders(QWidget):
    """Rows of name, slider and value; a slider is enabled once its course is known.

    Signals: moved: a direction's slider was moved to a share of the way, in [-1, 1]. taken: a slider became current.
    """

    moved = pyqtSignal(str, float)
    taken = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._entries: dict[str, DirectionEntry] = {}
        self._rows: dict[str, tuple[QLabel, QSlider, QLabel]] = {}

    def slider(self, name: str) -> QSlider:
        """The slider of a shown direction."""
        return self._rows[name][1]

    def value(self, name: str) -> str:
        """The text beside a slider."""
        return self._rows[name][2].text()

    def list(self, entries: Sequence[DirectionEntry]) -> None:
        """Show directions whose courses are not known yet."""
        for row in self._rows.values():
            for part in list[QWidget](row):
                self._grid.removeWidget(part)
                part.deleteLater()
        self._entries = {each.name: each for each in entries}
        self._rows = {each.name: self._row(each) for each in entries}
        for place, row in enumerate(self._rows.values()):
            for column, part in enumerate(row):
                self._grid.addWidget(part, place, column)

    def show_courses(self, courses: Mapping[str, WalkedCourse], shares: Mapping[str, float]) -> None:
        """Show the courses and the positions of the sliders."""
        for name in self._rows:
            self._show(name, courses.get(name), shares.get(name, 0.0))

    def _row(self, entry: DirectionEntry) -> tuple[QLabel, QSlider, QLabel]:
        name, value = Elided(entry.title), PlainLabel("")
        name.setFixedWidth(_NAME)
        name.setToolTip(tooltip(entry.sentence))
        value.setFixedWidth(_VALUE)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        moved = slider(entry.title, -STEPS, STEPS, 0, entry.sentence)
        moved.sliderPressed.connect(lambda name=entry.name: self.taken.emit(name))
        moved.valueChanged.connect(lambda at, name=entry.name: self._move(name, at))
        return name, moved, value

    def _move(self, name: str, at: int) -> None:
        self.moved.emit(name, at / STEPS)

    def _show(self, name: str, course: WalkedCourse | None, share: float) -> None:
        _, moved, value = self._rows[name]
        entry = self._entries[name]
        moved.setEnabled(course is not None)
        moved.blockSignals(True)  # the user has not moved it
        moved.setValue(round(share * STEPS))
        moved.blockSignals(False)
        value.setText("…" if course is None else _value(course.value(share), entry.unit))
        low, high = ("", "") if course is None else (_value(course.value(end), entry.unit) for end in (-1, 1))
        ends = f"\nFrom {low} to {high}" if course is not None else ""
        moved.setToolTip(tooltip(entry.sentence + ends))


def _value(value: float, unit: str) -> str:
    number = f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if unit else f"{value:+.2f}"
    return f"{number} {unit}" if unit and unit != "°" else number + unit
