"""Paths: dragged and clicked on the map, walked along in the filmstrip."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QComboBox, QSlider, QSpinBox

from latent_explorer.bench.person import Person
from latent_explorer.paths import path_latents
from latent_explorer.session import Route

HERE, THERE = (-2.0, 3.5), (2.0, 3.8)  # away from all data points


def route(person: Person) -> Route | None:
    return person.window.pane.session.state.route


def frames_come(person: Person) -> None:
    person.wait_until(lambda: len(person.window.pane.filmstrip.frames) > 0)


def draw(person: Person, frames: int, **choices: str) -> None:
    person.window.pane.session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=frames, **choices))
    frames_come(person)


def pixel_place(person: Person, at: QPoint) -> tuple[float, float]:
    return person.canvas.to_plane(at)


def scrubber(person: Person) -> QSlider:
    return person.window.pane.filmstrip.findChild(QSlider)


def test_a_drag_draws_a_path_and_its_pictures_come(person: Person) -> None:
    start, end = person.point(*HERE), person.point(*THERE)
    person.drag(start, end, 0.1)
    drawn = route(person)
    assert drawn.start == pytest.approx(pixel_place(person, start))
    assert drawn.end == pytest.approx(pixel_place(person, end))
    assert person.canvas.marks.draft is None
    np.testing.assert_allclose(person.canvas.marks.route, path_latents(drawn.path), atol=1e-5)
    frames_come(person)
    assert len(person.window.pane.filmstrip.frames) == drawn.frames


def test_while_dragging_the_path_is_shown(person: Person) -> None:
    QTest.mousePress(person.canvas.viewport(), Qt.MouseButton.LeftButton, pos=person.point(*HERE))
    person.move(person.point(*THERE), Qt.MouseButton.LeftButton)
    assert person.canvas.marks.draft[1] == pytest.approx(pixel_place(person, person.point(*THERE)))
    person.key(Qt.Key.Key_Escape)
    assert person.canvas.marks.draft is None
    QTest.mouseRelease(person.canvas.viewport(), Qt.MouseButton.LeftButton, pos=person.point(*THERE))
    assert route(person) is None


def test_the_pictures_along_it_are_those_of_its_places(person: Person) -> None:
    draw(person, 9)
    for index in (0, 4, 8):
        person.window.pane.prober.go_to(person.window.pane.path_frames.latents[index])
        person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
        frame = person.window.pane.filmstrip.frames[index].astype(int)
        assert np.abs(frame - person.window.pane.prober.probe.picture).max() <= 1


def test_a_path_snaps_to_a_data_point_and_to_a_pin(person: Person) -> None:
    bundle = person.window.pane.session.bundle
    image = bundle.uv[:, 0].argmin()  # stands alone at the left
    person.click(person.point(*HERE))
    pin = person.window.pane.session.state.pins[0]
    near_image, near_pin = person.point(*bundle.uv[image]) + QPoint(4, 3), person.point(*HERE) + QPoint(-6, 5)
    person.choose("Path")
    person.drag(near_image, near_pin, 0.1)
    np.testing.assert_allclose(route(person).start, bundle.latents.mean[image], atol=1e-6)
    np.testing.assert_allclose(route(person).end, pin.z, atol=1e-6)
    assert person.window.pane.session.state.pins == (pin,)


def test_the_path_tool_takes_two_clicks(person: Person) -> None:
    start, end = person.point(*HERE), person.point(*THERE)
    person.choose("Path")
    person.click(start)
    assert route(person) is None
    person.move(person.point(0, 3.6))
    assert person.canvas.marks.draft[1] == pytest.approx(pixel_place(person, person.point(0, 3.6)))
    person.click(end)
    assert route(person).start == pytest.approx(pixel_place(person, start))
    assert route(person).end == pytest.approx(pixel_place(person, end))
    assert person.window.pane.session.state.pins == ()


def test_another_tool_drops_what_was_begun(person: Person) -> None:
    person.choose("Path")
    person.click(person.point(*HERE))
    person.choose("Probe")
    assert person.canvas.marks.draft is None
    person.choose("Path")
    person.click(person.point(*THERE))
    assert route(person) is None


def test_a_path_is_undone_and_cleared(person: Person) -> None:
    draw(person, 5)
    drawn = route(person)
    person.choose("Clear path")
    assert route(person) is None
    assert person.canvas.marks.route is None
    assert len(person.window.pane.filmstrip.frames) == 0
    person.choose("Undo")
    assert route(person) == drawn
    frames_come(person)
    person.choose("Undo")
    assert route(person) is None


def test_playing_there_and_back_turns_round_at_both_ends(person: Person) -> None:
    draw(person, 4)
    seen: list[int] = []
    filmstrip = person.window.pane.filmstrip
    assert filmstrip.ping_pong
    filmstrip.moved.connect(seen.append)
    person.choose("Play or pause")
    person.wait_until(lambda: len(seen) > 12)
    person.choose("Play or pause")
    filmstrip.moved.disconnect(seen.append)
    assert not filmstrip.playing
    assert seen[:12] == [1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0]


def test_playing_in_a_circle_begins_again(person: Person) -> None:
    draw(person, 3)
    seen: list[int] = []
    filmstrip = person.window.pane.filmstrip
    back = next(button for button in filmstrip.findChildren(type(filmstrip._back)) if button.isCheckable())
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    filmstrip.moved.connect(seen.append)
    person.choose("Play or pause")
    try:
        person.wait_until(lambda: len(seen) > 6)
        assert seen[:6] == [1, 2, 0, 1, 2, 0]
        for u in (1.0, 2.0, 3.0):  # another path while it plays: for a moment there is no frame to go to
            person.window.pane.session.draw(Route((u, 0.0), (4.0, 1.0), frames=3))
            filmstrip._timer.timeout.emit()
            frames_come(person)
        assert filmstrip.playing
    finally:
        filmstrip.stop()
        filmstrip.moved.disconnect(seen.append)
        QTest.mouseClick(back, Qt.MouseButton.LeftButton)


def test_the_marker_goes_along_on_the_map(person: Person) -> None:
    draw(person, 6)
    places = path_latents(route(person).path)
    for index in (3, 5, 0):
        person.window.pane.filmstrip.go_to(index)
        np.testing.assert_allclose(person.canvas.marks.frame, places[index], atol=1e-6)


def test_scrubbing_by_keys(person: Person) -> None:
    draw(person, 6)
    slider, filmstrip = scrubber(person), person.window.pane.filmstrip
    slider.setFocus()
    for key, index in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_End, 5),
        (Qt.Key.Key_Home, 0),
    ):
        person.key(key, on=slider)
        assert filmstrip.index == index
        np.testing.assert_allclose(person.canvas.marks.frame, person.window.pane.path_frames.latents[index], atol=1e-6)


def test_the_next_and_the_previous_frame_by_keys(person: Person) -> None:
    draw(person, 4)
    for text, index in (("Next frame", 1), ("Next frame", 2), ("Previous frame", 1), ("Previous frame", 0)):
        person.choose(text)
        assert person.window.pane.filmstrip.index == index


def test_scrubbing_over_the_pictures(person: Person) -> None:
    draw(person, 3)
    strip = person.window.pane.filmstrip.strip
    third = QPoint(round(2.5 * strip.height()), strip.height() // 2)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=third)
    assert person.window.pane.filmstrip.index == 2


def test_frames_and_curve_are_chosen_in_place(person: Person) -> None:
    draw(person, 8)
    filmstrip = person.window.pane.filmstrip
    count = next(spin for spin in filmstrip.findChildren(QSpinBox) if spin.maximum() == 240)
    count.setFocus()
    count.selectAll()
    QTest.keyClicks(count, "12")
    person.key(Qt.Key.Key_Return, on=count)
    assert route(person).frames == 12
    person.wait_until(lambda: len(filmstrip.frames) == 12)
    curve = next(box for box in filmstrip.findChildren(QComboBox) if box.findData("spherical") >= 0)
    curve.setFocus()
    person.key(Qt.Key.Key_Down, on=curve)
    person.wait_until(lambda: route(person).curve == "spherical" and len(filmstrip.frames) == 12)
    np.testing.assert_array_equal(person.window.pane.path_frames.latents, path_latents(route(person).path))


def test_a_frame_is_opened_in_a_window_and_its_place_probed(person: Person) -> None:
    draw(person, 3)
    strip = person.window.pane.filmstrip.strip
    QTest.mouseDClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    opened = [each for each in QApplication.topLevelWidgets() if each.windowTitle().startswith("Picture at")]
    assert len(opened) == 1
    opened[0].close()
    person.wait_until(lambda: not any(each in opened for each in QApplication.topLevelWidgets()))
    person.pane.filmstrip.go_to(2)
    np.testing.assert_array_equal(person.window.pane.prober.probe.z, person.window.pane.path_frames.latents[2])
