"""Each lesson from the menu to its picture, by mouse and keys: a step passes when it was done, and not before."""

import logging
import os
import time
from pathlib import Path

import pytest

from tests.gui.lessons.conftest import Learner
from tests.gui.lessons.deeds import LESSONS

pytestmark = pytest.mark.long

_SHOTS = os.environ.get("LESSON_SHOTS", "")  # a folder for pictures of each step; none in a usual run
_log = logging.getLogger(__name__)


def test_the_lesson_on_two_small_models(learner) -> None:
    go_through(learner("mnist-ae-2d"), "2-holes")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["4-dimensions", "6-two-networks"])
def test_a_lesson_that_compares_all_images(learner, name: str) -> None:
    go_through(learner("mnist-ae-2d"), name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["3-beta", "5-trust"])
def test_a_lesson_whose_panel_has_plots(trainee: Learner, name: str) -> None:
    go_through(trainee, name)


def go_through(person: Learner, name: str, patience: float = 900) -> None:
    """Do a lesson; each deed ends one step, of which the lesson knew nothing before."""
    lesson = person.begin(name)
    person.lessons._observer.clock = lambda: 8 * time.monotonic()  # what lasts seconds is tried in the first lesson
    deeds = LESSONS[name](person)
    for step in range(len(lesson.steps)):
        shoot(person, f"{name}-{step + 1}")
        assert person.at == step, f"{name}: step {step + 1} is passed before it was done"
        started = time.monotonic()
        next(deeds)
        person.wait_until(lambda step=step: person.lessons.walk.index > step, patience)
        _log.info("%s: step %d took %.0f s", name, step + 1, time.monotonic() - started)
    person.lessons._waited = 10**6  # the picture need not wait for every tile, as it does in the first lesson
    ending = person.lessons.panel.ending
    person.wait_until(lambda: ending.picture.image is not None)
    shoot(person, f"{name}-end")
    assert person.lessons.panel.page is ending
    person.lessons._observer.clock = time.monotonic


def shoot(person: Learner, name: str) -> None:
    for theme in ("light", "dark") if _SHOTS else ():
        person.window.workbench.choose_theme(theme)
        person.wait(1.0)
        person.see().save(str(Path(_SHOTS) / f"{name}-{theme}.png"))
