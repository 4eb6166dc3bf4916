"""A person who goes through lessons in a window of their own."""

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint

from latent_explorer.bench.person import Person
from latent_explorer.gui.lessons.control import Lessons
from latent_explorer.gui.lessons.observing import nearest_to_middle
from latent_explorer.lessons import included_lessons
from latent_explorer.places import find_bundle

FILES = {file.stem: file for file in included_lessons()}


class Learner(Person):
    """A person with a lesson beside the map."""

    @property
    def lessons(self) -> Lessons:
        return self.window.lessons.lessons

    @property
    def at(self) -> int:
        """The step that is to be done, from 0."""
        assert self.lessons.walk is not None
        return self.lessons.walk.index

    def begin(self, name: str) -> None:
        """Begin an included lesson."""
        self.window.lessons.begin(FILES[name])
        self.wait(0.1)

    def middle(self, label: int) -> QPoint:
        """A place among the images of a class."""
        uv = nearest_to_middle(self.pane.bundle, label)
        assert uv is not None
        return self.point(*uv.tolist())

    def linger(self, at: QPoint, seconds: float = 0.13) -> None:
        """Move there, and stay for longer than two looks of the lesson."""
        self.move(at)
        self.wait(seconds)


@pytest.fixture
def learner(new_window: Callable[..., Person]) -> Callable[[str], Learner]:
    """Opens a window on an included bundle."""

    def make(model: str) -> Learner:
        window = new_window(None).window
        window.resize(1280, 800)
        window.workbench.open(find_bundle(model))
        person = Learner(window)
        person.wait_until(lambda: person.pane.ready)
        return person

    return make
