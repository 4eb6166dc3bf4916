"""The list of lessons: each with what it answers, how long it takes, and whether it was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from latent_explorer.gui.widgets.parts import Scrolling, button, filled, in_order, words
from latent_explorer.gui.widgets.plain import caption, tooltip
from latent_explorer.lessons import LessonText

_ROW = (
    "QPushButton { text-align: left; font-weight: 600; border: 1px solid transparent; background: transparent;"
    " padding: 2px 4px; } QPushButton:focus, QPushButton:hover { border-color: palette(highlight); }"
)


@dataclass(frozen=True)
class ListedLesson:
    """A lesson of the list. step: at which a person is in it. done: it was gone through."""

    lesson: LessonText
    step: int = 0
    done: bool = False

    @property
    def state(self) -> str:
        """How far it is, and how long it takes, in words."""
        if self.step:
            return f"at step {self.step + 1} of {len(self.lesson.steps)}"
        return "done" if self.done else f"about {self.lesson.minutes} minutes"


class LessonRow(QWidget):
    """One lesson of the list: its title is a button."""

    def __init__(self, listed: ListedLesson) -> None:
        super().__init__()
        lesson = listed.lesson
        tick = "✓  " if listed.done else ""
        self.begin = QPushButton(caption(f"{tick}{lesson.title}"))
        self.begin.setAutoDefault(False)
        self.begin.setStyleSheet(_ROW)
        self.begin.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.begin.setToolTip(tooltip("Go on with this lesson" if listed.step else "Begin this lesson"))
        self.begin.setAccessibleName(f"Lesson: {lesson.title}")
        self.begin.setAccessibleDescription(f"{lesson.sentence} {listed.state}")
        about = words("faint")
        about.setText(f"{lesson.sentence} ({listed.state})")
        about.setContentsMargins(5, 0, 0, 0)
        filled(QVBoxLayout(self), self.begin, about, spacing=0)


class LessonList(QWidget):
    """All lessons there are. chosen: one of them. file_wanted: one is to be opened from a file."""

    chosen = pyqtSignal(object)
    file_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[LessonRow] = []
        self._area = Scrolling()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self.complaint = words("error")
        self.complaint.hide()
        tip = "Open a lesson from a file"
        self.other = button("Open a lesson…", tip, self.file_wanted.emit)
        parts = self._area, self.complaint, self.other
        filled(QVBoxLayout(self), *parts, spacing=6, margins=(8, 2, 6, 8)).setStretchFactor(self._area, 1)

    def show_lessons(self, listed: Sequence[ListedLesson]) -> None:
        """List these."""
        inside = QWidget()
        self.rows = [LessonRow(each) for each in listed]
        for row, each in zip(self.rows, listed, strict=True):
            row.begin.clicked.connect(partial(self._choose, each.lesson))
        filled(QVBoxLayout(inside), *self.rows, 1, spacing=8)
        self._area.setWidget(inside)
        in_order(*(row.begin for row in self.rows), self.other)

    def complain(self, sentence: str) -> None:
        """Say what is wrong with a file; nothing is."""
        self.complaint.setText(sentence)
        self.complaint.setVisible(bool(sentence))

    def _choose(self, lesson: LessonText, _: bool = False) -> None:
        self.chosen.emit(lesson)
