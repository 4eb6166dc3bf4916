"""What a person does in each of the lessons, by mouse and keys alone: one deed for each step, in turn."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QPointF, Qt

from latent_explorer.gui.lessons.observing import PlaceFinder
from latent_explorer.gui.studies.anomalies.study import AnomalyStudy
from tests.gui.lessons.conftest import Learner, drag_on

Deeds = Callable[[Learner], Iterator[None]]


def hole_of(person: Learner) -> NDArray[np.float64]:
    """A plane point in a hole that is seen now, between images (2,)."""
    finder, view = PlaceFinder(person.bundle), person.canvas.view.region
    random = np.random.default_rng(0)
    while True:
        place = random.uniform((view.left, view.bottom), (view.right, view.top))
        found = finder.at(*place)
        if found.empty and found.inside:
            return place


def holes(person: Learner) -> Iterator[None]:
    (left,) = person.open_for_step("mnist-ae-2d")
    yield left.visit(0, 1, 0, 1, 0)
    yield left.press_layer("Veil")
    yield left.click(left.point(*hole_of(left)))
    left, right = person.open_for_step("mnist-ae-2d", "mnist-vae-2d")
    yield right.visit(0, 1, 0, 1, 0, 1, 0)
    yield right.linger(right.point(*hole_of(right)), 1.0)
    left.drag(left.middle(0), left.middle(1), 0.2)
    yield right.drag(right.middle(1), right.middle(0), 0.2)


def beta(person: Learner) -> Iterator[None]:
    now = person.lessons.panel.steps
    for _ in range(2):
        person.wait_until(lambda: now.now.run.isVisible())
        yield person.press_in("Lessons", now.now.run)
    yield person.open_for_step("lesson-beta-0.1", "lesson-beta-10")
    left, right = person.open_for_step("lesson-beta-0.1", "lesson-beta-10")
    for each in (left, right):
        each.visit(*range(10))
    yield
    for each in (left, right):
        each.click(QPoint(each.surface.width() // 2, 90))
        each.colour_by("reconstruction error")
    yield


def dimensions(person: Learner) -> Iterator[None]:
    (one,) = person.open_for_step("mnist-ae-2d")
    yield one.visit(*range(10))
    (one,) = person.open_for_step("mnist-ae-16d")
    yield one.visit(*range(8))
    yield one.choose_in_menus("View", "Chart", "Principal plane")
    one.wait_until(lambda: one.pane.ready)
    one.colour_by("false neighbours")
    yield one.visit(0, 1, 0, seconds=0.3)
    one.choose_in_menus("View", "Chart", "t-SNE…")
    yield one.accept()
    yield hold_a_lens(one)
    yield leave_the_surface(one)


def hold_a_lens(one: Learner) -> None:
    one.wait_until(lambda: one.pane.ready and not one.pane.points.sorting)
    one.click(one.middle(0))
    one.linger(one.middle(1), 0.3)
    before = one.at
    one.press(Qt.Key.Key_X)
    one.wait_until(lambda: one.at > before, 20, strict=False)
    one.release(Qt.Key.Key_X)


def leave_the_surface(one: Learner) -> None:
    """Move a slider of the inspector."""
    rows = one.pane.inspector.dimensions
    if not rows.list.isVisible():
        one.press_in("Inspector", rows.fold_button)
    one.use("Inspector", rows.list)
    track, port = rows.list.row(3).track, rows.list.viewport()
    assert port is not None
    drag_on(port, track.center(), QPoint(track.right() - 2, track.center().y()))


def trust(person: Learner) -> Iterator[None]:
    (one,) = person.open_for_step("mnist-ae-2d")
    one.wheel(one.middle(0), -8)
    yield one.linger(one.middle(0), 0.8)
    yield one.pull_layer_up("Veil")
    one.press_layer("Density")
    one.key(Qt.Key.Key_F)
    yield one.linger(one.middle(0), 0.8)
    one.press_layer("Density")
    yield one.press_layer("Consistency")
    one.press_layer("Consistency")
    (one,) = person.open_for_step("fashion-vae-16d")
    one.choose_in_menus("Analysis", "Anomalies")
    panel = _anomalies(one).panel
    one.pick("Anomalies", panel.other, "mnist")
    yield
    plot = panel.histogram.plot
    one.use("Anomalies", plot.viewport())  # what lies around it is all covered
    at = plot.mapFromScene(plot.plotItem.vb.mapViewToScene(QPointF(float(panel.histogram.line.value()), 0)))
    middle = QPoint(at.x(), plot.viewport().height() // 2)
    drag_on(plot.viewport(), middle, middle - QPoint(12, 0))
    yield one.press_in("Anomalies", panel.select)


def _anomalies(one: Learner) -> AnomalyStudy:
    study = one.window.workbench.studies.made("anomalies")
    assert isinstance(study, AnomalyStudy)
    return study


def two_networks(person: Learner) -> Iterator[None]:
    left, right = person.open_for_step("mnist-ae-16d", "mnist-ae-16d-b")
    for each in (left, right):
        each.visit(*range(6))
    yield
    left.key(Qt.Key.Key_A)
    for label in range(10):
        left.click(left.middle(label))
    yield
    left.key(Qt.Key.Key_P)
    yield left.visit(0, 1, seconds=0.6)
    panel = person.window.workbench.anchors.panel
    person.use("Alignment", panel.add)
    person.press_in("Alignment", panel.add)
    left.wait_until(lambda: left.window.workbench.link.fit is not None)
    yield left.visit(3, 4, seconds=0.6)
    right.click(right.middle(0))
    yield right.press_layer("Points")


def first(person: Learner) -> Iterator[None]:
    (one,) = person.open_for_step("mnist-vae-2d")
    yield one.visit(0, 1, 0, 1, 0, 1, 0, 1)
    yield one.visit(0, 1, 2, 6, 7, 4, 9, 5, 3, 8)
    yield one.click(one.middle(0))
    yield one.wheel(one.middle(4), 9)
    one.key(Qt.Key.Key_F)
    yield one.drag(one.middle(7), one.middle(0), 0.2)
    one.wait_until(lambda: len(one.pane.filmstrip.frames) > 0)
    yield one.press_in("Filmstrip", one.pane.filmstrip._play)


LESSONS: dict[str, Deeds] = {
    "1-latent-space": first,
    "2-holes": holes,
    "3-beta": beta,
    "4-dimensions": dimensions,
    "5-trust": trust,
    "6-two-networks": two_networks,
}
