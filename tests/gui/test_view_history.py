"""Previous and next view, and the overview of the whole map: by keys and mouse in the real window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.gui.pane.overview import Overview
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.widgets.images import to_array

BACK, FORTH = "Alt+Left", "Alt+Right"


def place(person: Person) -> tuple[float, float, float]:
    view = person.canvas.view
    return round(view.u, 6), round(view.v, 6), round(view.scale, 4)


@pytest.fixture(autouse=True)
def _rest(person: Person) -> Iterator[None]:
    """On a busy machine, too, the view rests only where a test says so."""
    rest = person.pane.history._rest
    usual = rest.interval()
    rest.setInterval(1_000_000)
    yield
    rest.setInterval(usual)


def rested(person: Person) -> None:
    """The view has rested long enough to be one that is gone back to."""
    rest = person.pane.history._rest
    person.wait_until(lambda: person.canvas.frame_scheduler.at_rest)
    if rest.isActive():
        rest.setInterval(0)
        person.wait_until(lambda: not rest.isActive())
        rest.setInterval(1_000_000)


def test_one_goes_back_and_forth_through_where_one_has_looked(person: Person) -> None:
    places = [place(person)]
    for at in (QPoint(300, 200), QPoint(200, 300)):
        for _ in range(4):  # one gesture, and so one step
            person.wheel(at, 1)
            person.wait(0.02)
        rested(person)
        places.append(place(person))
    middle = Qt.MouseButton.MiddleButton
    person.drag(QPoint(300, 200), QPoint(350, 260), 0.2, button=middle)
    places.append(place(person))  # that has not rested yet
    assert len(set(places)) == 4
    for expected in reversed(places[:-1]):
        person.shortcut(BACK)
        assert place(person) == expected
        rested(person)
    person.shortcut(BACK)
    assert place(person) == places[0]
    assert "no earlier view" in person.window.statusBar().currentMessage()
    assert person.canvas.follows_home
    for expected in places[1:]:
        person.shortcut(FORTH)
        assert place(person) == expected
    QTest.mouseClick(person.surface, Qt.MouseButton.BackButton, pos=QPoint(200, 200))
    assert place(person) == places[2]
    person.wheel(QPoint(250, 200), -1)
    rested(person)
    person.shortcut(FORTH)
    assert "no later view" in person.window.statusBar().currentMessage()
    person.choose("Fit")
    person.shortcut(BACK)
    assert not person.canvas.follows_home


def test_another_bundle_begins_anew(person: Person, wide_bundle: Path) -> None:
    person.canvas.zoom(4)
    rested(person)
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.pane.ready and person.bundle.folder == wide_bundle)
    before = place(person)
    person.shortcut(BACK)
    assert place(person) == before


@pytest.fixture
def overview(person: Person) -> Overview:
    person.canvas.zoom(5)
    overview = person.pane.overview
    person.wait_until(overview.isVisible)
    return overview


def test_the_overview_comes_with_zooming_in_and_goes_with_the_whole(person: Person, overview: Overview) -> None:
    assert overview.geometry().bottomLeft().y() < person.canvas.height()
    picture = to_array(overview.grab().toImage())
    colours = {tuple(row) for row in picture.reshape(-1, 4)[:, :3].tolist()}
    assert {person.canvas.points.colour(number).getRgb()[:3] for number in range(20)} & colours
    person.choose("Fit")
    person.wait_until(overview.isHidden)
    person.canvas.pan(400, 0)  # a part is outside
    person.wait_until(overview.isVisible)


def test_its_rectangle_is_dragged_and_the_map_follows(person: Person, overview: Overview) -> None:
    seen = overview._seen
    region = person.canvas.view.region
    corner = overview._view.to_screen_point((region.left, region.top))
    np.testing.assert_allclose((seen.left(), seen.top()), corner, atol=0.01)
    scale, start = person.canvas.view.scale, seen.center()
    hold = start + QPointF(3, 2)  # off its middle: it must not jump
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=hold.toPoint())
    for step in range(1, 6):
        at = hold.toPoint() + QPoint(4 * step, 3 * step)
        QTest.mouseMove(overview, at)
        _move(overview, at)
    QTest.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=at)
    moved = overview._view.to_screen_point((person.canvas.view.u, person.canvas.view.v))
    np.testing.assert_allclose(moved, (start.x() + 20, start.y() + 15), atol=1.5)
    assert person.canvas.view.scale == scale
    assert person.pane.session.state.pins == (), "a click there is none on the map"
    QTest.mouseDClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert person.canvas.follows_home


def _move(overview: Overview, at: QPoint) -> None:
    from latent_explorer.bench.hand import send_mouse

    send_mouse(overview, QPointF(at), held=Qt.MouseButton.LeftButton)


def test_it_follows_the_classes_that_are_shown(person: Person, overview: Overview) -> None:
    before = to_array(overview.grab().toImage())
    person.pane.session.isolate_class(0)
    assert (to_array(overview.grab().toImage()) != before).any()
    person.pane.session.hide(frozenset())


def test_it_is_switched_off_and_that_is_remembered(person: Person, overview: Overview) -> None:
    settings: Settings = person.window.workbench.settings
    action = person.window.action("Overview map")
    assert action.isChecked()
    person.choose("Overview map")
    assert overview.isHidden()
    person.canvas.zoom(2)
    rested(person)
    assert overview.isHidden()
    assert not Overview(person.canvas, person.canvas.points, settings).wanted
    person.choose("Overview map")
    assert overview.isVisible()
