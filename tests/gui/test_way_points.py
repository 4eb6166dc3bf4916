"""Paths through more than two places: clicked on and on, dragged, deleted, undone."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.gui.pane.path_grips import least_detour
from latent_explorer.gui.pane.path_line import led_through
from latent_explorer.session import Route
from latent_explorer.session.session import MOST_WAY_POINTS

PLACES = (-2.0, 3.5), (0.0, 2.9), (2.0, 3.8), (2.6, 3.2)  # away from all data points


def route(person: Person) -> Route | None:
    return person.pane.session.state.route


def pixels(person: Person, *places: tuple[float, float]) -> list[QPoint]:
    return [person.point(*place) for place in places]


def shift_click(person: Person, at: QPoint) -> None:
    QTest.mouseClick(person.surface, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, at)
    person.wait(0.02)


def leads_through(person: Person, *places: QPoint) -> bool:
    wanted = np.array([person.canvas.to_plane(at) for at in places])
    return route(person) is not None and np.allclose(route(person).places, wanted, atol=1e-5)


@pytest.fixture
def walked(person: Person) -> list[QPoint]:
    """A path through three places, clicked with the Path tool and ended by Enter; their pixels."""
    at = pixels(person, *PLACES[:3])
    person.choose("Path")
    for place in at:
        person.move(place)
        person.click(place)
    person.key(Qt.Key.Key_Return)
    return at


def test_clicks_lead_the_path_on_until_enter(person: Person, walked: list[QPoint]) -> None:
    assert leads_through(person, *walked)
    np.testing.assert_allclose(person.canvas.marks.way, [person.canvas.to_plane(walked[1])], atol=1e-5)
    person.click(person.point(*PLACES[3]))
    assert leads_through(person, *walked)  # that click begins another
    assert person.canvas.marks.draft is not None
    person.key(Qt.Key.Key_Escape)


def test_what_to_do_next_is_said_and_the_line_to_the_pointer_drawn(person: Person) -> None:
    said: list[str] = []
    person.window.workbench.status.say = said.append  # type: ignore[method-assign] # of what is said, nothing else is kept
    gestures = person.pane.tools["Path"]._gestures
    before, gestures.say = gestures.say, said.append
    try:
        first, second, third, _ = pixels(person, *PLACES)
        person.choose("Path")
        person.click(first)
        person.click(second)
        assert "lead the path further" in said[-1]
        person.move(third)
        ends = [person.canvas.to_plane(second), person.canvas.to_plane(third)]
        np.testing.assert_allclose(person.canvas.marks.draft, ends, atol=1e-5)
        person.key(Qt.Key.Key_Escape)
        assert person.canvas.marks.draft is None
        assert leads_through(person, first, second)
    finally:
        gestures.say = before
        del person.window.workbench.status.say


def test_a_double_click_or_a_click_on_the_end_ends_it(person: Person) -> None:
    first, second, third, fourth = pixels(person, *PLACES)
    person.choose("Path")
    for at in (first, second, second):
        person.click(at)
    person.click(third)
    assert leads_through(person, first, second)
    person.click(fourth)
    assert leads_through(person, third, fourth)
    QTest.mouseDClick(person.surface, Qt.MouseButton.LeftButton, pos=fourth)
    person.click(first)
    assert leads_through(person, third, fourth)


def test_each_place_is_undone_and_the_path_led_on_from_there(person: Person) -> None:
    first, second, third, fourth = pixels(person, *PLACES)
    person.choose("Path")
    for at in (first, second, third):
        person.click(at)
    person.choose("Undo")
    assert leads_through(person, first, second)
    person.click(fourth)
    assert leads_through(person, first, second, fourth)
    for _ in range(2):
        person.choose("Undo")
    assert route(person) is None
    assert person.canvas.marks.way is None
    person.choose("Redo")
    person.choose("Redo")
    assert leads_through(person, first, second, fourth)


@pytest.mark.parametrize("tool", ["Probe", "Path"])
def test_a_way_point_is_dragged_and_the_drag_undone(person: Person, walked: list[QPoint], tool: str) -> None:
    person.choose(tool)
    there = walked[1] + QPoint(30, -10)
    seen: list[object] = []
    person.drag(walked[1], there, 0.1, each=lambda: seen.append(person.canvas.marks.way))
    assert leads_through(person, walked[0], there, walked[2])
    np.testing.assert_allclose(seen[-1], [person.canvas.to_plane(there)], atol=1e-5)
    person.choose("Undo")
    assert leads_through(person, *walked)


def test_a_drag_of_the_line_makes_a_way_point_between_its_neighbours(person: Person, walked: list[QPoint]) -> None:
    person.choose("Probe")
    on_line, there = (walked[1] + walked[2]) / 2, (walked[1] + walked[2]) / 2 + QPoint(10, 60)
    person.drag(on_line, there, 0.1)
    assert leads_through(person, walked[0], walked[1], there, walked[2])


def test_a_drag_that_is_given_up_changes_nothing(person: Person, walked: list[QPoint]) -> None:
    person.choose("Probe")
    line = person.canvas.marks.route
    QTest.mousePress(person.surface, Qt.MouseButton.LeftButton, pos=walked[1])
    person.move(walked[1] + QPoint(50, 50), Qt.MouseButton.LeftButton)
    assert not np.array_equal(person.canvas.marks.route, line)
    person.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(person.surface, Qt.MouseButton.LeftButton, pos=walked[1])
    np.testing.assert_array_equal(person.canvas.marks.route, line)
    assert leads_through(person, *walked)


@pytest.mark.parametrize("tool", ["Probe", "Path"])
def test_a_click_with_shift_leads_the_path_through_there(person: Person, walked: list[QPoint], tool: str) -> None:
    person.choose(tool)
    there = person.point(-1.0, 2.5)
    shift_click(person, there)
    assert leads_through(person, walked[0], there, walked[1], walked[2])
    assert person.pane.session.state.pins == ()


def test_the_way_point_under_the_pointer_or_chosen_is_deleted_by_key(person: Person, walked: list[QPoint]) -> None:
    person.choose("Probe")
    person.move(walked[1])
    person.key(Qt.Key.Key_Delete)
    assert leads_through(person, walked[0], walked[2])
    person.choose("Undo")
    person.click(walked[1])  # chooses it, and pins nothing
    assert person.pane.session.state.pins == ()
    person.move(person.point(-2.0, -3.0))
    person.key(Qt.Key.Key_Backspace)
    assert leads_through(person, walked[0], walked[2])
    person.key(Qt.Key.Key_Delete)
    assert leads_through(person, walked[0], walked[2])  # ends stay


def test_the_menu_at_a_way_point_deletes_it_and_elsewhere_makes_one(person: Person, walked: list[QPoint]) -> None:
    menus, origin = person.pane.menus, person.canvas.origin

    def entry(at: QPoint, text: str):
        found = (each for each in menus._on_map(at.toPointF() - origin) if getattr(each, "text", "") == text)
        return next(found)

    entry(walked[1], "Delete this way point").run()
    assert leads_through(person, walked[0], walked[2])
    entry(walked[1], "Lead the path through here").run()
    assert leads_through(person, *walked)


def test_a_path_takes_so_many_way_points_and_no_more(person: Person) -> None:
    places = [(x, 3.0) for x in np.linspace(-2, 2, MOST_WAY_POINTS + 2).tolist()]
    person.pane.session.draw(Route(places[0], places[-1]).leading(places))
    tool = person.pane.tools["Path"]
    person.choose("Path")
    tool._drawn.add(route(person).places)
    person.click(person.point(*PLACES[3]))
    assert len(route(person).through) == MOST_WAY_POINTS


def test_the_line_runs_through_way_points_between_frames() -> None:
    latents = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]], np.float32)
    line, knots = led_through(latents, ((0.0, 0.0), (1.0, 0.0), (2.0, 1.0), (2.0, 2.0)))
    assert line[knots].tolist() == [[0, 0], [1, 0], [2, 1], [2, 2]]
    assert line.tolist() == [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]]


def test_a_way_point_comes_where_the_way_round_is_least() -> None:
    places = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
    assert least_detour(places, np.array([5.0, 2.0])) == 1
    assert least_detour(places, np.array([11.0, 6.0])) == 2
