"""The place chosen and the place under the pointer: which of them the inspector shows, and what acts on it."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QToolButton

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.person import Person
from latent_explorer.charts import LinearChart
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.widgets.images import to_array, to_qimage
from latent_explorer.session import Route
from latent_explorer.session.coordinates import coordinates_text, decimals_at, number_text

HERE, THERE = (-1.0, 0.5), (2.0, -0.5)
LEFT = Qt.MouseButton.LeftButton


def leave(person: Person) -> None:
    """The pointer goes on to the panels."""
    QApplication.sendEvent(person.canvas, QEvent(QEvent.Type.Leave))


def shown(person: Person) -> NDArray[np.float32]:
    return person.pane.prober.probe.z


def at(person: Person, place: tuple[float, float]) -> NDArray[np.float32]:
    """The latent under the pixel nearest to a place."""
    return person.bundle.chart.to_latent(person.canvas.to_plane(person.point(*place)))


def button(person: Person, text: str) -> QToolButton:
    return next(each for each in person.pane.inspector.findChildren(QToolButton) if each.text() == text)


def draw_route(person: Person) -> None:
    person.pane.session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=8))
    person.wait_until(lambda: len(person.pane.filmstrip.frames) == 8)


def by_click(person: Person) -> None:
    person.click(person.point(*HERE))


def by_enter(person: Person) -> None:
    person.move(person.point(*HERE))
    person.key(Qt.Key.Key_Return)


def by_pinning(person: Person) -> None:
    person.move(person.point(*HERE))
    person.choose("Pin this place")


def by_typing(person: Person) -> None:
    field = person.pane.inspector.coordinates
    person.type_over(field, coordinates_text(at(person, HERE), 9))
    person.key(Qt.Key.Key_Return, on=field)


@pytest.mark.parametrize("choose", [by_click, by_enter, by_pinning, by_typing])
def test_the_inspector_returns_to_the_place_chosen_when_the_pointer_leaves(
    person: Person, choose: Callable[[Person], None]
) -> None:
    choose(person)
    here, there = at(person, HERE), at(person, THERE)
    np.testing.assert_allclose(person.pane.session.state.chosen, here, atol=1e-6)
    person.wait_until(lambda: person.pane.prober.place is not None)
    picture, place = person.pane.prober.probe.picture, person.pane.prober.place
    person.move(person.point(*THERE))
    np.testing.assert_array_equal(shown(person), there)
    leave(person)
    np.testing.assert_allclose(shown(person), here, atol=1e-6)
    assert person.pane.prober.place is place  # known already, and there at once
    assert person.pane.inspector.picture.image == to_qimage(picture)
    assert person.canvas.marks.probe == person.canvas.marks.chosen == pytest.approx(here, abs=1e-6)
    assert person.canvas.marks.loupe is None
    before = len(person.pane.session.state.pins)
    person.press_button(button(person, "Pin"))
    assert len(person.pane.session.state.pins) == before + 1
    np.testing.assert_allclose(person.pane.session.state.pins[-1].z, here, atol=1e-6)


def test_where_nothing_is_chosen_the_last_picture_stays(person: Person) -> None:
    person.move(person.point(*THERE))
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)
    leave(person)
    np.testing.assert_array_equal(shown(person), at(person, THERE))


def test_a_frame_that_is_gone_to_is_the_place_chosen(person: Person) -> None:
    draw_route(person)
    strip = person.pane.filmstrip.strip
    QTest.mouseClick(strip, LEFT, pos=strip._cell(3).center())
    frames, latents = person.pane.filmstrip.frames, person.pane.path_frames.latents
    assert person.pane.inspector.picture.image == to_qimage(frames[3])
    person.move(person.point(*THERE))
    leave(person)
    np.testing.assert_array_equal(shown(person), latents[3])
    person.key(Qt.Key.Key_L)
    np.testing.assert_array_equal(shown(person), latents[4])
    person.wait_until(lambda: person.pane.prober.place is not None)


def test_playing_and_scrubbing_show_their_frames_large(person: Person) -> None:
    draw_route(person)
    strip, inspector = person.pane.filmstrip, person.pane.inspector
    person.move(person.point(*THERE))  # where the pointer stays
    seen = set()

    def note(index: int) -> None:
        assert inspector.picture.image == to_qimage(strip.frames[index])
        np.testing.assert_array_equal(shown(person), person.pane.path_frames.latents[index])
        seen.add(index)

    strip.gone_to.connect(note)
    person.key(Qt.Key.Key_K)
    person.wait_until(lambda: len(seen) > 4)
    person.move(person.point(*HERE))  # the film goes before the pointer, whose picture is in the loupe
    np.testing.assert_array_equal(shown(person), person.pane.path_frames.latents[strip.index])
    person.wait_until(lambda: person.canvas.marks.loupe is not None)
    person.key(Qt.Key.Key_K)
    scrubber = strip._scrubber
    seen.clear()
    strip.go_to(0)
    middle = scrubber.height() // 2
    QTest.mousePress(scrubber, LEFT, pos=QPoint(5, middle))
    for x in range(6, scrubber.width(), 5):
        send_mouse(scrubber, QPointF(x, middle), held=LEFT)
    QTest.mouseRelease(scrubber, LEFT, pos=QPoint(scrubber.width() - 1, middle))
    assert len(seen) == 8
    strip.gone_to.disconnect(note)
    strip.go_to(0)
    assert inspector.picture.image == to_qimage(strip.frames[0])


@pytest.mark.parametrize("by_key", [True, False])
def test_a_lock_keeps_the_inspector_where_it_is(person: Person, by_key: bool) -> None:
    person.click(person.point(*HERE))
    person.wait_until(lambda: person.pane.prober.place is not None)
    draw_route(person)
    lock = person.pane.inspector.lock_button

    def toggle() -> None:
        person.choose("Lock inspector") if by_key else person.press_button(lock)

    toggle()
    assert lock.isChecked()
    assert lock.text() == "Locked"
    assert person.window.action("Lock inspector").isChecked()
    probe = person.pane.prober.probe
    try:
        person.move(person.point(*THERE))
        person.wait_until(lambda: person.canvas.marks.loupe is not None)
        person.click(person.point(0.2, 1.5))
        person.pane.filmstrip.go_to(2)
        assert person.pane.prober.probe is probe
        assert person.pane.inspector.picture.image == to_qimage(probe.picture)
        leave(person)
        assert person.pane.prober.probe is probe
        assert person.canvas.marks.probe == probe.uv
    finally:
        toggle()
    assert lock.text() == "Lock"
    person.move(person.point(*THERE))
    np.testing.assert_array_equal(shown(person), at(person, THERE))


def test_a_slider_acts_on_the_place_chosen_though_the_pointer_is_over_the_map(person: Person) -> None:
    person.click(person.point(*HERE))
    panel = person.pane.inspector.dimensions
    panel.fold_button.setChecked(True)
    try:
        person.move(person.point(*THERE))
        person.key(Qt.Key.Key_Right, on=panel.list)
        here = at(person, HERE)
        assert here[0] < shown(person)[0] < here[0] + 0.5
        assert shown(person)[1] == here[1]
    finally:
        panel.fold_button.setChecked(False)


def test_taking_the_probe_brings_the_inspector_to_the_front(person: Person) -> None:
    docks = person.window.workbench.docks
    docks.bring("Selection")
    person.wait_until(lambda: person.pane.inspector.visibleRegion().isEmpty())
    person.choose("Probe")
    person.wait_until(lambda: not person.pane.inspector.visibleRegion().isEmpty())


def test_the_place_chosen_is_nothing_to_undo(person: Person) -> None:
    person.click(person.point(*HERE))
    person.click(person.point(*THERE))
    person.choose("Undo")
    np.testing.assert_allclose(person.pane.session.state.chosen, at(person, THERE), atol=1e-6)


# -- what is of another place


@pytest.fixture
def stopped(person: Person) -> Iterator[Callable[[], None]]:
    """Stops the engine's process; it goes on after the test."""
    process = person.pane.client.engine.pid
    yield lambda: os.kill(process, signal.SIGSTOP)
    os.kill(process, signal.SIGCONT)
    person.wait_until(lambda: person.pane.prober.place is not None)


def coloured(inspector: Inspector) -> list[int]:
    """How many pixels there are of a strong colour in the bars and under the neighbours."""
    pictures = [to_array(part.grab().toImage())[..., :3] for part in (inspector._shares, inspector.neighbours)]
    return [int((np.ptp(picture.astype(int), axis=-1) > 100).sum()) for picture in pictures]


def test_while_the_engine_stands_still_what_is_of_another_place_is_grey(
    person: Person, stopped: Callable[[], None]
) -> None:
    inspector = person.pane.inspector
    person.move(person.point(-4, 0))
    person.wait_until(lambda: person.pane.prober.place is not None and bool(inspector.said.strip()))
    fresh, word = coloured(inspector), inspector.said
    stopped()
    person.move(person.point(4, 0))
    stale = coloured(inspector)
    assert inspector.said != word
    assert min(fresh) > 50
    assert stale == [0, 0]
    person.pane.prober.go_to(np.float32([300, 300]))  # where no tile stands in
    person.wait_until(lambda: inspector.picture.outdated)
    person.canvas.fit()
    person.move(person.point(-4, 0))
    person.wait(0.3)
    if person.pane.inspector.picture.outdated:
        assert person.canvas.marks.loupe is None
    os.kill(person.pane.client.engine.pid, signal.SIGCONT)
    person.wait_until(lambda: person.pane.prober.place is not None)
    assert not inspector.picture.outdated
    np.testing.assert_allclose(coloured(inspector), fresh, rtol=0.3)


# -- decimals


def test_coordinates_tell_neighbouring_pixels_apart_and_come_back_when_typed(person: Person) -> None:
    field = person.pane.inspector.coordinates
    for factor in (1.0, 20.0, 20.0, 20.0):
        person.canvas.centre(0.7, 0.4)
        person.canvas.zoom(factor)
        texts = []
        middle = person.point(0.7, 0.4)
        for step in range(3):
            person.move(middle + QPoint(step, 0))
            person.wait_until(lambda: field.text() == person.pane.prober.text(shown(person)))
            texts.append(field.text())
        assert len(set(texts)) == 3
        z = shown(person)
        person.move(middle - QPoint(30, 30))
        person.type_over(field, texts[-1])
        person.key(Qt.Key.Key_Return, on=field)
        assert np.abs(shown(person) - z).max() * person.canvas.view.scale < 1
        assert "e" not in texts[-1]
    assert max(len(number.split(".")[1]) for number in texts[-1].split(", ")) >= 6


def test_no_more_digits_than_float32_has() -> None:
    assert number_text(0.1, 20) == "0.100"
    assert number_text(-0.0) == "0.000"
    assert number_text(1 / 3, 20) == "0.33333334"
    assert number_text(1 / 3, 5) == "0.33333"
    assert number_text(1e6, 9) == "1000000.000"
    assert coordinates_text(np.float32([1.25, -3e-9]), 10) == "1.250, -0.0000000030"[: len("1.250, -0.000000003")]


@pytest.mark.parametrize("dimensions", [2, 16, 128])
def test_in_many_dimensions_too(dimensions: int) -> None:
    axes = np.linalg.qr(np.random.default_rng(0).standard_normal((dimensions, 2)))[0].T
    chart = LinearChart("test", np.zeros(dimensions), axes)
    for scale in (30.0, 4e3, 2e5):
        decimals = decimals_at(chart, (0.5, 0.5), scale)
        for step in ((1, 0), (0, 1)):
            places = chart.to_latent(np.array([(0.5, 0.5), (0.5 + step[0] / scale, 0.5 + step[1] / scale)]))
            one, other = (coordinates_text(z, decimals) for z in places)
            assert one != other


def test_titles_and_exports_name_the_place_that_is_shown(person: Person, tmp_path: Path) -> None:
    person.click(person.point(*HERE))
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)
    person.move(person.point(*THERE))
    leave(person)
    person.press_button(button(person, "Open"))
    title = f"Picture at {person.pane.prober.text(at(person, HERE))}"
    opened = next(each for each in QApplication.topLevelWidgets() if each.windowTitle() == title)
    opened.close()
