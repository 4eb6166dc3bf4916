"""The panel of the lessons: the list, a lesson, or its end."""

from PyQt6.QtWidgets import QStackedLayout, QWidget

from latent_explorer.gui.lessons.end_page import EndPage
from latent_explorer.gui.lessons.lesson_list import LessonList
from latent_explorer.gui.lessons.steps import StepPage


class LessonPanel(QWidget):
    """One of three pages."""

    def __init__(self) -> None:
        super().__init__()
        self.list, self.steps, self.ending = LessonList(), StepPage(), EndPage()
        self._pages = QStackedLayout(self)
        for page in (self.list, self.steps, self.ending):
            self._pages.addWidget(page)

    def turn_to(self, page: QWidget) -> None:
        """Show one of the pages."""
        self._pages.setCurrentWidget(page)

    @property
    def page(self) -> QWidget | None:
        """The one that is shown."""
        return self._pages.currentWidget()
