"""Of the other lessons each step can be done, and none is passed before it was."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from latent_explorer.charts import ChartSpec
from latent_explorer.gui.lessons.observing import PlaceFinder
from latent_explorer.lessons.lesson import LessonRun
from latent_explorer.places import trained_folder
from latent_explorer.runs.protocol import Ended
from latent_explorer.session import Route
from latent_explorer.session.session import as_point
from tests.gui.lessons.conftest import Learner

_SHOTS = os.environ.get("LESSON_SHOTS", "")  # a folder for a picture of each step; none in a usual run


def test_why_one_map_has_holes(learner) -> None:
    person = learner("mnist-ae-2d")
    hurry(person)
    go_through(person, "2-holes", holes(person))


@pytest.mark.slow
def test_the_lessons_on_larger_models(learner) -> None:
    person = learner("mnist-ae-2d")
    hurry(person)
    go_through(person, "6-two-networks", two_networks(person))
    go_through(person, "5-trust", trust(person))
    go_through(person, "4-dimensions", dimensions(person))


def hurry(person: Learner) -> None:
    """Let the lesson's clock run eight times as fast: what lasts seconds is tried elsewhere."""
    person.window.lessons.lessons._observer.clock = lambda: 8 * time.monotonic()


def go_through(person: Learner, name: str, deeds: Iterator[None]) -> None:
    """Do a lesson; each deed ends one step, of which the lesson knew nothing before."""
    person.begin(name)
    steps = len(person.lessons.walk.lesson.steps)
    for step in range(steps):
        shoot(person, f"{name}-{step + 1}")
        assert person.at == step, f"{name}: step {step + 1} is passed before it was done"
        next(deeds)
        person.wait_until(lambda step=step: person.lessons.walk.index > step)
    person.lessons._waited = 10**6  # the picture need not wait for every tile, as it does in the first lesson
    person.wait_until(lambda: person.lessons.panel.ending.picture.image is not None)
    shoot(person, f"{name}-end")
    assert person.lessons.panel.page is person.lessons.panel.ending
    person.lessons.show_list()


def shoot(person: Learner, name: str) -> None:
    if _SHOTS:
        person.wait(1.0)
        person.see().save(str(Path(_SHOTS) / f"{name}.png"))


def open_them(person: Learner, *names: str) -> list[Learner]:
    """By the button of the step; a person at each of the maps."""
    now, panes = person.lessons.panel.steps.now, person.window.workbench.panes

    def opened() -> bool:
        return [pane.bundle.name for pane in panes if pane.ready] == list(names)

    person.wait_until(lambda: now.open.isVisible() or opened())
    if now.open.isVisible():
        person.press_button(now.open)
    person.wait_until(opened)
    return [Learner(person.window, pane) for pane in panes]


def visit(person: Learner, *labels: int, seconds: float = 0.13) -> None:
    """Take the pointer from the other map to this one, and stay over some classes."""
    person.window.workbench.activate(person.pane)
    for pane in person.window.workbench.panes:
        if pane is not person.pane:
            pane.canvas.left.emit()
    for label in labels:
        person.linger(person.middle(label), seconds)


def hole_of(person: Learner) -> np.ndarray:
    """A plane point in a hole that is seen now (2,)."""
    finder, view = PlaceFinder(person.pane.bundle), person.canvas.view.region
    random = np.random.default_rng(0)
    while True:
        place = random.uniform((view.left, view.bottom), (view.right, view.top))
        if finder.at(*place).empty:
            return place


def draw(person: Learner, start: int, end: int) -> None:
    bundle = person.pane.bundle
    first, last = (bundle.latents.mean[bundle.latents.label == label][0] for label in (start, end))
    person.pane.session.draw(Route(as_point(first), as_point(last)))


def holes(person: Learner) -> Iterator[None]:
    (left,) = open_them(person, "mnist-ae-2d")
    yield visit(left, 0, 1, 0, 1, 0)
    yield left.pane.layer_panel.toggle("Veil")
    place = hole_of(left)
    yield left.pane.session.pin(left.pane.bundle.chart.to_latent(place))
    left, right = open_them(person, "mnist-ae-2d", "mnist-vae-2d")
    yield visit(right, 0, 1, 0, 1, 0, 1, 0)
    yield right.linger(right.point(*hole_of(right)), 1.0)
    draw(left, 0, 1)
    yield draw(right, 1, 0)


def trust(person: Learner) -> Iterator[None]:
    (one,) = open_them(person, "mnist-ae-2d")
    one.wheel(one.middle(0), -8)
    yield one.linger(one.middle(0), 0.8)
    _, strength, _ = one.pane.layer_panel._controls["Veil"]
    yield strength.setValue(100)
    one.pane.layer_panel.toggle("Density")
    yield one.linger(one.middle(0), 0.8)
    one.pane.layer_panel.toggle("Density")
    yield one.pane.layer_panel.toggle("Consistency")
    open_them(person, "fashion-vae-16d")
    study = person.window.workbench.show_study("anomalies")
    study._ask = lambda: None  # to judge 80,000 images takes too long for a test
    study.halt()
    yield setattr(study, "source", "mnist")
    study.put_alarms(0.2)
    chosen = np.arange(len(study.session.bundle.latents)) < 9
    yield study.session.select(chosen)


def dimensions(person: Learner) -> Iterator[None]:
    (one,) = open_them(person, "mnist-ae-2d")
    yield visit(one, *range(10))
    (one,) = open_them(person, "mnist-ae-16d")
    yield visit(one, *range(8))
    yield one.pane.see_through(ChartSpec("principal"))
    one.pane.colourer.choose("false-neighbours")
    yield one.linger(one.middle(0), 0.9)
    yield one.pane.see_through(ChartSpec("tsne"))
    yield hold_a_lens(one)
    z = one.pane.bundle.latents.mean[0].copy()
    z[3] += 9
    one.pane.prober.explore(z)
    yield one.wait(0.4)


def hold_a_lens(one: Learner) -> None:
    one.wait_until(lambda: one.pane.ready and not one.pane.points.sorting)
    one.canvas.setFocus()
    one.move(one.point(*one.pane.bundle.uv[0].tolist()))
    one.press(Qt.Key.Key_X)
    one.wait_until(lambda: one.lessons.walk.index > 5, 20, strict=False)
    one.release(Qt.Key.Key_X)


def two_networks(person: Learner) -> Iterator[None]:
    left, right = open_them(person, "mnist-ae-16d", "mnist-ae-16d-b")
    for each in (left, right):
        visit(each, *range(6))
    yield
    link = person.window.workbench.link
    yield link.alignment.replace((image, image) for image in range(10))
    left.wait_until(lambda: link.fit is not None)
    yield visit(left, 0, 1, seconds=0.6)
    link.alignment.replace((image, image) for image in range(300))
    left.wait_until(lambda: link.fit is not None and len(link.fit.anchors) == 300)
    yield visit(left, 3, 4, seconds=0.6)
    person.window.workbench.activate(right.pane)
    shown = right.pane.layers.by_title["Translated points"].visible
    yield [right.pane.layer_panel.toggle("Translated points") or right.wait(0.2) for _ in range(1 + shown)]


def test_what_beta_does_uses_the_runs_that_are_there(learner, small_bundle: Path) -> None:
    person = learner("mnist-ae-2d")
    low, high = "lesson-beta-0.1", "lesson-beta-10"
    shutil.copytree(small_bundle, trained_folder() / high)
    begun: list[LessonRun] = []
    person.begin("3-beta")
    person.lessons._runs.begin = begun.append
    now = person.lessons.panel.steps.now
    person.wait_until(now.run.isVisible)
    shoot(person, "3-beta-1")
    person.press_button(now.run)
    assert [(run.name, run.settings) for run in begun] == [(low, {"beta": 0.1})]
    person.wait(0.2)
    assert person.at == 0, "it has only begun"
    shutil.copytree(small_bundle, trained_folder() / low)
    person.window.workbench.trainer.ended.emit(Ended(bundle=trained_folder() / low, complete=True))
    person.wait_until(lambda: person.at == 2)  # the second was trained some time before
    left, right = open_them(person, low, high)
    person.wait_until(lambda: person.at == 3)
    assert not now.open.isVisible()
    shoot(person, "3-beta-4")
    visit(left, 0, 1)
    person.wait(0.2)
    assert person.at == 3, "this model has too few classes"
    assert right.pane is not left.pane


def test_a_run_of_a_lesson_is_asked_of_the_trainer(learner, monkeypatch) -> None:
    person = learner("mnist-ae-2d")
    trainer, jobs = person.window.workbench.trainer, []
    monkeypatch.setattr(trainer, "begin", jobs.append)
    person.begin("3-beta")
    person.lessons._train()
    (job,) = jobs
    assert (job.folder, job.recipe.epochs, job.settings["beta"]) == (trained_folder() / "lesson-beta-0.1", 2, 0.1)
    assert person.window.workbench.training.isVisible()
