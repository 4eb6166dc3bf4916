"""The panel of the lessons: what can be read and reached in it, and what is said of files that are no lessons."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QWidget

from latent_explorer.gui.lessons.lesson_list import ListedLesson
from latent_explorer.gui.lessons.panel import LessonPanel
from latent_explorer.lessons import included_lessons, read_lesson
from latent_explorer.lessons.locations import lessons_folder

BROKEN = 'title = "Broken"\nsentence = "It has no steps."\nminutes = 2\nsteps = []\n'


@pytest.fixture
def panel(qtbot) -> LessonPanel:
    panel = LessonPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 320)
    panel.list.show_lessons([ListedLesson(read_lesson(file), step=2) for file in included_lessons()])
    panel.show()
    return panel


def test_no_lesson_makes_the_panel_wider_than_its_dock(panel: LessonPanel) -> None:
    for file in included_lessons():
        lesson = read_lesson(file)
        for index, step in enumerate(lesson.steps):
            panel.steps.show_lesson(lesson, index)
            panel.steps.now.offer(("mnist-ae-16d", "mnist-ae-16d-b"), "lesson-beta-0.1")
            panel.steps.now.show_hint(step.hint)
            panel.turn_to(panel.steps)
            assert panel.minimumSizeHint().width() <= 300
        panel.ending.show_end(lesson, "another")
        assert panel.ending.minimumSizeHint().width() <= 300


def test_everything_can_be_reached_by_keys_and_has_a_name(panel: LessonPanel) -> None:
    lesson = read_lesson(included_lessons()[0])
    panel.steps.show_lesson(lesson, 3)
    panel.ending.show_end(lesson, "another")
    for each in panel.findChildren(QAbstractButton):
        assert each.accessibleName() or each.text()
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus, each.text()
    assert panel.steps.now.accessibleDescription() == lesson.steps[3].text
    assert "at step 3 of 6" in panel.list.rows[0].begin.accessibleDescription()


def test_the_step_to_do_stays_in_sight_as_it_grows_unless_another_is_read(panel: LessonPanel, qtbot) -> None:
    lesson = read_lesson(next(file for file in included_lessons() if file.stem == "3-beta"))
    steps = panel.steps
    panel.turn_to(steps)
    steps.show_lesson(lesson, 3)
    qtbot.wait(20)
    steps.now.show_progress(0.1, "0 of 8 classes · 0 of 5 classes")
    qtbot.wait(20)
    assert steps.now.progress.visibleRegion().boundingRect().height() == steps.now.progress.height()
    steps.done[0].title.click()
    qtbot.wait(20)
    before = steps.done[0].mapTo(panel, steps.done[0].rect().topLeft())
    steps.now.show_progress(0.2, "")
    qtbot.wait(20)
    assert steps.done[0].mapTo(panel, steps.done[0].rect().topLeft()).y() >= before.y()


def test_a_step_that_is_done_can_be_read_again(panel: LessonPanel) -> None:
    lesson = read_lesson(included_lessons()[0])
    panel.steps.show_lesson(lesson, 2)
    panel.turn_to(panel.steps)
    first = panel.steps.done[0]
    first.title.click()
    assert first.findChildren(QWidget)[-1].isVisible()
    assert panel.steps.now.title.text() == "3.  Pin a zero"


def test_a_file_that_is_no_lesson_is_named_and_a_hint_comes_in_time(person, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(BROKEN, encoding="utf-8")
    person.window.lessons.begin(broken)
    shown, lessons = person.window.lessons.lessons.panel, person.window.lessons.lessons
    assert "broken.toml: `steps`: expected 1 to 20, found none" in shown.list.complaint.text()
    assert shown.page is shown.list
    lessons.begin(included_lessons()[0])
    assert shown.steps.now.hint.isHidden()
    lessons._spent = 1e6
    person.wait_until(shown.steps.now.hint.isVisible)
    assert shown.steps.now.hint.text().startswith("Hint: ")
    person.press_button(shown.steps.back)
    assert shown.page is shown.list
    assert lessons.walk is None
    person.window.workbench.docks.reset()


def test_a_lesson_leaves_the_maps_as_it_found_them(person) -> None:
    lessons, pane = person.window.lessons.lessons, person.pane
    shown = {title: layer.visible for title, layer in pane.layers.by_title.items()}
    person.window.lessons.begin(included_lessons()[1])
    pane.layer_panel.toggle("Veil")
    pane.layer_panel.toggle("Density")
    pane.colourer.choose("split")
    assert pane.layers.by_title["Density"].visible
    lessons.show_list()
    assert {title: layer.visible for title, layer in pane.layers.by_title.items()} == shown
    assert pane.colourer.colouring.name == "class"
    person.window.workbench.docks.reset()


def test_lessons_of_ones_own_are_listed_and_broken_ones_named(person) -> None:
    folder = lessons_folder()
    folder.mkdir(parents=True)
    mine = included_lessons()[0].read_text(encoding="utf-8").replace("What a latent space is", "Mine")
    (folder / "mine.toml").write_text(mine, encoding="utf-8")
    (folder / "no.toml").write_text(BROKEN, encoding="utf-8")
    lessons = person.window.lessons.lessons
    person.window.lessons.show()
    lessons.show_list()
    person.wait_until(lambda: len(lessons.panel.list.rows) == 7)
    assert lessons.panel.list.rows[-1].begin.text() == "Mine"
    assert "no.toml" in lessons.panel.list.complaint.text()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    person.window.workbench.docks.reset()
