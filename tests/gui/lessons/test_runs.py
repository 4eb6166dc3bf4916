"""The runs that a lesson offers: asked of the trainer, and not once more where their models are there."""

import shutil
from pathlib import Path

from latent_explorer.lessons.lesson import LessonRun
from latent_explorer.places import trained_folder
from latent_explorer.runs.protocol import Ended
from tests.gui.lessons.conftest import Learner


def test_what_beta_does_uses_the_runs_that_are_there(trainee: Learner, small_bundle: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(small_bundle.parent / "own"))
    person = trainee
    low, high = "lesson-beta-0.1", "lesson-beta-10"
    shutil.copytree(small_bundle, trained_folder() / high)
    begun: list[LessonRun] = []
    person.begin("3-beta")
    monkeypatch.setattr(person.lessons._runs, "begin", begun.append)
    now = person.lessons.panel.steps.now
    person.wait_until(now.run.isVisible)
    person.press_in("Lessons", now.run)
    assert [(run.name, run.settings) for run in begun] == [(low, {"beta": 0.1})]
    person.wait(0.2)
    assert person.at == 0, "it has only begun"
    shutil.copytree(small_bundle, trained_folder() / low)
    person.window.workbench.trainer.ended.emit(Ended(bundle=trained_folder() / low, complete=True))
    person.wait_until(lambda: person.at == 2)  # the second was trained some time before
    left, right = person.open_for_step(low, high)
    person.wait_until(lambda: person.at == 3)
    assert not now.open.isVisible()
    left.visit(0, 1)
    person.wait(0.2)
    assert person.at == 3, "this model has too few classes"
    assert right.pane is not left.pane
    assert not person.window.workbench.docks.by_title["Inspector"].visibleRegion().isEmpty()


def test_a_run_of_a_lesson_is_asked_of_the_trainer(trainee: Learner, monkeypatch) -> None:
    person = trainee
    trainer, jobs = person.window.workbench.trainer, []
    monkeypatch.setattr(trainer, "begin", jobs.append)
    person.begin("3-beta")
    person.lessons._train()
    (job,) = jobs
    assert (job.folder, job.recipe.epochs, job.settings["beta"]) == (trained_folder() / "lesson-beta-0.1", 2, 0.1)
    assert person.window.workbench.training.isVisible()


def test_a_map_that_is_closed_takes_its_rings_along(learner) -> None:
    person: Learner = learner("mnist-ae-2d")
    lesson = person.begin("2-holes")
    person.lessons._begin_at(lesson, 5)
    _, right = person.open_for_step("mnist-ae-2d", "mnist-vae-2d")
    person.wait_until(lambda: len(person.lessons._marks._items) == 2)
    person.window.workbench.close_pane(right.pane)
    person.wait(0.05)
    person.lessons.show_list()
    assert person.lessons.walk is None
    assert all(len(item.data) == 0 for item in person.lessons._marks._items.values())
