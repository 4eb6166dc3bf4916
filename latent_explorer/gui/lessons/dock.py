"""The way to the lessons: a dock that is filled when it is first shown, so that no launch waits for it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QSize, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QLayout, QVBoxLayout, QWidget

from latent_explorer.gui.lessons.uses import LessonUses
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.plain import caption

if TYPE_CHECKING:
    from latent_explorer.gui.lessons.control import Lessons

TITLE = "Lessons"


class LessonPlace(QWidget):
    """Where the panel goes. first_shown: it is to be made."""

    first_shown = pyqtSignal()

    def minimumSizeHint(self) -> QSize:
        """Low enough for the smallest screen with every panel open; a lesson that begins makes more room."""
        return QSize(180, 48)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.first_shown.emit()


class LessonDock(QObject):
    """Makes the lessons when they are first wanted. place: the widget of their dock."""

    def __init__(self, uses: LessonUses) -> None:
        super().__init__(uses.parent)
        self._uses = uses
        self._lessons: Lessons | None = None
        self.place = LessonPlace()
        self.place.first_shown.connect(self._make)

    @property
    def lessons(self) -> "Lessons":
        """The lessons; made where they are not there yet."""
        self._make()
        assert self._lessons is not None
        return self._lessons

    def show(self) -> None:
        """Bring the panel into sight, with the list where no lesson is under way."""
        self._uses.docks.show_above(TITLE)

    def begin(self, file: Path) -> None:
        """Begin the lesson in a file, or go on with it."""
        self.show()
        self.lessons.begin(file)

    def entries(self) -> Iterator[Entry]:
        """The menu: the list, each of the included lessons, and the way to others."""
        from latent_explorer.gui.lessons.progress_store import remembered
        from latent_explorer.lessons import included_lessons, read_lesson

        yield Command("All lessons", self.show, "", "Show the list of lessons beside the map")
        yield SEPARATOR
        for file in included_lessons():
            lesson = read_lesson(file)
            done = remembered(self._uses.shared.settings, lesson).done
            begin = partial(self.begin, file)
            yield Command(caption(lesson.title), begin, tip=lesson.sentence, checked=partial(bool, done))
        yield SEPARATOR
        yield Command("Open a lesson…", self._ask, tip="Open a lesson from a file")

    def _ask(self) -> None:
        self.show()
        self.lessons.ask_for_file()

    def _make(self) -> None:
        if self._lessons is None:
            from latent_explorer.gui.lessons.control import Lessons

            self._lessons = Lessons(self._uses)
            column = filled(QVBoxLayout(self.place), self._lessons.panel)
            column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def end(self) -> None:
        """End what is under way: the window closes."""
        if self._lessons is not None:
            self._lessons.end()
