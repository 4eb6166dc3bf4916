"""Zooming, panning and fitting, by wheel, mouse and keys."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def plane(person: Person, at: QPoint) -> tuple[float, float]:
    return person.canvas.to_plane(at)


@pytest.mark.parametrize("steps", [4, -3])
def test_the_wheel_zooms_at_the_pointer(person: Person, steps: int) -> None:
    at = QPoint(130, 90)
    before, scale = plane(person, at), person.canvas.view.scale
    for _ in range(abs(steps)):
        person.wheel(at, steps // abs(steps))
    assert plane(person, at) == pytest.approx(before)
    assert (person.canvas.view.scale > scale) == (steps > 0)
    assert person.window.pane.prober.probe.uv == pytest.approx(before)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 500), st.integers(-6, 6)), min_size=1, max_size=8))
def test_after_any_turns_of_the_wheel_the_point_under_it_is_still_there(
    person: Person, turns: list[tuple[int, int, int]]
) -> None:
    person.canvas.fit()
    for x, y, steps in turns:
        before = plane(person, QPoint(x, y))
        person.wheel(QPoint(x, y), steps)
        np.testing.assert_allclose(plane(person, QPoint(x, y)), before, atol=2 / person.canvas.view.scale)
    person.see()


def test_new_tiles_come_after_a_zoom(person: Person) -> None:
    coarse = {key.level for key in person.window.pane.feed.keys}
    for _ in range(8):
        person.wheel(person.point(0, 0), 1)
    person.wait_for_the_engine()
    fine = {key.level for key in person.window.pane.feed.keys}
    assert min(fine) > max(coarse)


def test_a_middle_drag_pans(person: Person) -> None:
    before = plane(person, QPoint(200, 150))
    person.drag(QPoint(200, 150), QPoint(290, 80), 0.1, button=Qt.MouseButton.MiddleButton)
    assert plane(person, QPoint(290, 80)) == pytest.approx(before)
    assert person.window.pane.session.state.route is None


def test_a_drag_with_the_space_bar_held_pans(person: Person) -> None:
    before = plane(person, QPoint(200, 150))
    QTest.keyPress(person.canvas, Qt.Key.Key_Space)
    assert person.canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    person.drag(QPoint(200, 150), QPoint(140, 210), 0.1)
    QTest.keyRelease(person.canvas, Qt.Key.Key_Space)
    assert plane(person, QPoint(140, 210)) == pytest.approx(before)
    assert person.window.pane.session.state.route is None
    person.drag(person.point(-2, 3.5), person.point(2, 3.5), 0.1)
    assert person.window.pane.session.state.route is not None


def test_fit_shows_all_again(person: Person) -> None:
    fitted = person.canvas.view
    person.wheel(QPoint(10, 10), 5)
    person.key(Qt.Key.Key_Right, CONTROL)
    assert person.canvas.view != fitted
    person.choose("Fit")
    assert person.canvas.view == fitted
    screen = fitted.to_screen(person.window.pane.session.bundle.uv)
    assert (screen >= 0).all()
    assert (screen <= (fitted.width, fitted.height)).all()


def test_zooming_by_keys_keeps_the_middle(person: Person) -> None:
    view = person.canvas.view
    person.choose("Zoom in")
    closer = person.canvas.view
    assert closer.scale == pytest.approx(1.5 * view.scale)
    assert (closer.u, closer.v) == pytest.approx((view.u, view.v))
    person.choose("Zoom out")
    assert person.canvas.view.scale == pytest.approx(view.scale)


def test_a_fitted_map_follows_the_windows_size_and_a_zoomed_one_keeps_its_scale(person: Person) -> None:
    window, size = person.window, person.window.size()
    scale = person.canvas.view.scale
    try:
        window.resize(size.width() + 200, size.height() + 150)
        person.wait_until(
            lambda: size.width() - 600 < person.canvas.width() == person.canvas.view.width + person.canvas.origin.x()
        )
        person.wait_until(lambda: person.canvas.view.scale > scale)
        person.wheel(QPoint(50, 50), 2)
        zoomed = person.canvas.view
        window.resize(size)
        person.wait_until(lambda: person.canvas.view.width != zoomed.width)
        assert person.canvas.view.scale == zoomed.scale
        assert (person.canvas.view.u, person.canvas.view.v) == (zoomed.u, zoomed.v)
    finally:
        window.resize(size)


def test_the_smallest_window_still_works(person: Person) -> None:
    window, size = person.window, person.window.size()
    try:
        window.resize(1, 1)
        person.wait_until(lambda: window.height() < size.height())
        person.move(person.point(0, 0))
        person.wait_until(lambda: window.pane.prober.probe.picture is not None)
        assert person.canvas.width() >= 200
        assert not person.see().isNull()
    finally:
        window.resize(size)
        person.wait_until(lambda: window.size() == size)


def test_the_keyboard_alone_hovers_pins_and_draws(person: Person) -> None:
    window = person.window
    person.key(Qt.Key.Key_Right)
    first = np.array(window.pane.prober.probe.uv)
    person.key(Qt.Key.Key_Right)
    person.key(Qt.Key.Key_Down)
    person.key(Qt.Key.Key_Left, SHIFT)
    steps = (np.array(window.pane.prober.probe.uv) - first) * person.canvas.view.scale
    assert steps == pytest.approx([7, -8])
    person.key(Qt.Key.Key_Return)
    assert window.pane.session.state.pins[0].z == pytest.approx(window.pane.prober.probe.uv)
    person.choose("Path")
    person.key(Qt.Key.Key_Return)
    for _ in range(20):
        person.key(Qt.Key.Key_Up)
    person.key(Qt.Key.Key_Return)
    assert window.pane.session.state.route.start == pytest.approx(window.pane.session.state.pins[0].z)
    person.wait_until(lambda: len(window.pane.filmstrip.frames) > 0)
    person.choose("Next frame")
    assert window.pane.filmstrip.index == 1
    person.choose("Play or pause")
    person.wait_until(lambda: window.pane.filmstrip.index > 2)
    person.choose("Play or pause")


def test_the_arrow_keys_stay_on_the_map(person: Person) -> None:
    for _ in range(200):
        QTest.keyClick(person.canvas, Qt.Key.Key_Left)
    assert person.window.pane.prober.probe.uv[0] == pytest.approx(person.canvas.view.region.left)


def test_every_panel_is_reached_by_the_tab_key(person: Person) -> None:
    window, reached = person.window, set()
    person.canvas.setFocus()
    for _ in range(60):
        person.key(Qt.Key.Key_Tab, on=window.focusWidget())
        reached.add(window.focusWidget())
    panels = (window.pane.legend, window.pane.layer_panel, window.pane.inspector, window.pane.filmstrip, person.canvas)
    assert all(any(panel is widget or panel.isAncestorOf(widget) for widget in reached) for panel in panels)


def test_no_two_entries_share_a_key(person: Person) -> None:
    actions = person.window.menus.actions.values()
    keys = [action.shortcut().toString() for action in actions if not action.shortcut().isEmpty()]
    assert sorted(set(keys)) == sorted(keys)
    assert all(action.toolTip() for action in actions)
