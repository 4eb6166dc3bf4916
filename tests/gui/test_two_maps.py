"""Two maps side by side: each complete in itself, with the panels following the active one."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.engine.process import Engine, ProcessEngine, ThreadEngine
from latent_explorer.gui.pane.pane import MapPane


@pytest.fixture(scope="module")
def photos(make_bundle: Callable[..., Path]) -> Path:
    """A model of other images than those of the small bundle, of another shape and in colour."""
    return make_bundle("photos", shape=(6, 10, 3))


@pytest.fixture
def side_by_side(
    new_window: Callable[..., Person], small_bundle: Path, photos: Path
) -> Callable[..., tuple[Person, Person]]:
    """Opens a window with two maps; a person at each of them."""

    def make(start_engine: Callable[[], Engine] = ThreadEngine) -> tuple[Person, Person]:
        left = new_window(small_bundle, start_engine)
        left.window.workbench.open_beside(photos)
        right = Person(left.window)
        right.wait_for_the_engine()
        return left, right

    return make


@pytest.fixture
def two(side_by_side: Callable[..., tuple[Person, Person]]) -> tuple[Person, Person]:
    return side_by_side()


def seen_in_docks(person: Person, pane: MapPane) -> bool:
    """Whether all panels of the docks are those of a pane."""
    docks = person.window.workbench.docks.by_title
    return all(docks[title].widget().currentWidget() is panel for title, panel in pane.panels.items())


def hover_exactly(person: Person, decoded, u: float, v: float) -> None:
    """Hover, and hold the exact picture against the one decoded without any window."""
    before = person.pane.prober.probe
    person.move(person.point(u, v))
    person.wait_until(lambda: person.pane.prober.probe is not before)
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)
    probe = person.pane.prober.probe
    assert np.abs(probe.picture.astype(int) - decoded(person.bundle.folder, probe.z).astype(int)).max() <= 1


def test_each_map_decodes_exactly_and_the_panels_follow_the_active_one(two, decoded) -> None:
    left, right = two
    window = left.window
    assert left.pane is not right.pane
    assert window.pane is right.pane
    hover_exactly(left, decoded, 0.5, 0.5)
    hover_exactly(right, decoded, 0.5, -0.5)
    hover_exactly(left, decoded, -0.5, 0.2)
    for person in (left, right):
        person.click(person.point(0.2, 0.1))
        assert window.pane is person.pane
        assert seen_in_docks(person, person.pane)
        assert person.pane.bundle.name in window.windowTitle()
    assert len(left.pane.session.state.pins) == len(right.pane.session.state.pins) == 1
    right.choose("Undo")
    assert not right.pane.session.state.pins
    assert len(left.pane.session.state.pins) == 1


def test_the_pointer_that_stays_on_a_map_turns_to_it_and_one_that_crosses_does_not(two) -> None:
    left, right = two
    QApplication.sendEvent(left.canvas, QEvent(QEvent.Type.Enter))  # and at once, however busy the machine is
    QApplication.sendEvent(left.canvas, QEvent(QEvent.Type.Leave))
    left.wait(0.4)
    assert left.window.pane is right.pane
    QApplication.sendEvent(left.canvas, QEvent(QEvent.Type.Enter))
    left.wait_until(lambda: left.window.pane is left.pane)


def test_layers_and_tools_are_those_of_the_active_map(two) -> None:
    left, right = two
    window = left.window
    right.choose("Density")
    right.choose("Select")
    assert window.action("Density").isChecked()
    assert window.action("Select").isChecked()
    window.workbench.activate(left.pane)
    assert not window.action("Density").isChecked()
    assert window.action("Probe").isChecked()
    assert right.pane.fields.by_title["Density"].visible
    assert not left.pane.fields.by_title["Density"].visible


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_the_engine_of_one_is_killed_and_the_other_does_not_notice(side_by_side, decoded) -> None:
    left, right = side_by_side(ProcessEngine)
    told: Counter[str] = Counter()
    left.pane.arrived.connect(lambda event: told.update([type(event).__name__]))
    pid = left.pane.client.engine.pid
    os.kill(right.pane.client.engine.pid, signal.SIGKILL)
    hover_exactly(left, decoded, 0.1, 0.3)
    hover_exactly(right, decoded, 0.3, 0.1)  # by an engine that was started again
    assert left.pane.client.engine.pid == pid
    assert not told["EngineLost"]


def test_a_closed_map_leaves_nothing_behind_and_the_other_goes_on(
    new_window, small_bundle, photos, count_traces, decoded
) -> None:
    left = new_window(small_bundle, ProcessEngine)
    before, widgets = count_traces(), QApplication.allWidgets()
    left.window.workbench.open_beside(photos)
    right = Person(left.window)
    right.wait_for_the_engine()
    right.move(right.point(0.2, 0.2))
    right.pane.filmstrip.play_or_pause()
    process = right.pane.client.engine._process
    left.window.action("Close this map").trigger()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert process.poll() is not None
    assert left.window.pane is left.pane
    assert seen_in_docks(left, left.pane)
    left.wait_until(lambda: not count_traces() - before)
    assert {type(each) for each in set(QApplication.allWidgets()) - set(widgets)} <= set()
    assert not left.window.action("Close this map").isEnabled()
    hover_exactly(left, decoded, 0.4, 0.4)


def test_the_last_map_stays(new_window) -> None:
    person = new_window(None)
    person.window.workbench.close_pane(person.pane)
    assert person.window.workbench.panes == [person.pane]
