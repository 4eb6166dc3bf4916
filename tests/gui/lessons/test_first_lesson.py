"""The first lesson by mouse and keys, from the menu to its picture: a step passes when it was done, and not before."""

from pathlib import Path

import numpy as np
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication

from latent_explorer.gui.lessons.picture_file import write_picture
from latent_explorer.gui.lessons.progress_store import LessonProgress
from latent_explorer.gui.widgets.images import to_array


def test_the_first_lesson_by_mouse_and_keys(learner, tmp_path: Path) -> None:
    person = learner("mnist-ae-2d")
    choose_it_from_the_menu(person)
    opened_by_its_button(person)
    look_around(person)
    meet_seven_classes(person)
    pin_a_zero(person)
    come_nearer(person)
    draw_a_path(person)
    play_it(person)
    keep_the_picture(person, tmp_path / "mine.png")


def choose_it_from_the_menu(person) -> None:
    person.begin("1-latent-space")
    steps = person.lessons.panel.steps
    assert person.lessons.panel.page is steps
    assert steps.count.text() == "Step 1 of 6"
    canvas, dock = person.canvas, person.window.workbench.docks.by_title["Lessons"]
    assert dock.isVisible()
    assert canvas.width() > person.window.width() / 2, "the map stays large"


def opened_by_its_button(person) -> None:
    now = person.lessons.panel.steps.now
    assert now.open.isVisible()
    assert now.open.text() == "Open mnist-vae-2d"
    person.press_button(now.open)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.name == "mnist-vae-2d")
    person.wait_until(now.open.isHidden)


def look_around(person) -> None:
    person.wait(0.3)
    assert person.at == 0, "nothing was done yet"
    person.glide(person.middle(0), person.middle(1), 0.3)
    person.wait(0.1)
    assert person.at == 0, "not far enough"
    for label in (0, 1) * 4:  # in steps that cross no other class
        if person.at == 0:
            person.linger(person.middle(label))
    person.wait_until(lambda: person.at == 1)


def meet_seven_classes(person) -> None:
    for label in (0, 1, 2, 0, 1, 2):
        person.linger(person.middle(label))
    person.wait_until(lambda: "3 of 7 classes" in person.lessons.panel.steps.now.progress.text())
    assert person.at == 1
    for label in (6, 7, 4, 9, 5, 3, 8):
        person.linger(person.middle(label))
    person.wait_until(lambda: person.at == 2)


def pin_a_zero(person) -> None:
    now = person.lessons.panel.steps.now
    person.click(person.middle(1))
    person.wait_until(lambda: "another kind of place" in now.progress.text())
    assert person.at == 2
    person.click(person.middle(0))
    person.wait_until(lambda: person.at == 3)


def come_nearer(person) -> None:
    person.wheel(person.middle(4), 3)
    person.wait(0.2)
    assert person.at == 3
    person.wheel(person.middle(4), 6)
    person.wait_until(lambda: person.at == 4)


def draw_a_path(person) -> None:
    person.key(Qt.Key.Key_F)
    person.drag(person.middle(7), person.middle(1), 0.2)
    person.wait_until(lambda: "from a 7 to a 1" in person.lessons.panel.steps.now.progress.text())
    assert person.at == 4
    person.choose("Clear path")  # else the drag would move the end that is there
    person.drag(person.middle(7), person.middle(0), 0.2)
    person.wait_until(lambda: person.at == 5)


def play_it(person) -> None:
    person.wait_until(lambda: len(person.pane.filmstrip.frames) > 0)
    person.wait(0.2)
    assert person.at == 5, "the path is there, but nobody has gone along it"
    assert len(person.lessons.panel.steps.done) == 5
    person.key(Qt.Key.Key_K)
    person.wait_until(lambda: person.lessons.panel.page is person.lessons.panel.ending)
    person.key(Qt.Key.Key_K)


def keep_the_picture(person, file: Path) -> None:
    ending, shared = person.lessons.panel.ending, person.window.workbench.shared
    person.wait_until(lambda: ending.picture.image is not None)
    person.press_button(ending.copy)
    copied = QGuiApplication.clipboard().image()
    write_picture(shared, ending.picture.image, file)
    saved = np.asarray(Image.open(file).convert("RGB"))
    np.testing.assert_array_equal(saved, to_array(copied)[..., :3])
    assert saved.shape[1] > person.canvas.width()
    assert len(np.unique(saved[-60:])) > 20, "the path's pictures are below the map"
    assert shared.settings.get(LessonProgress, "1-latent-space") == LessonProgress(0, done=True)
    person.press_button(ending.back)
    first = person.lessons.panel.list.rows[0].begin
    assert first.text().startswith("✓")
    assert "done" in first.accessibleDescription()
    person.press_button(first)
    assert person.at == 0
