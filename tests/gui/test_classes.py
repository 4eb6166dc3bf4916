"""The class of a conditional model: chosen by keys and in the tool bar, undone, saved, shown of all classes at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.engine.handlers.decode_as import DecodeAs
from latent_explorer.engine.handlers.hover import Hover
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import Route
from tests.nets.families import CONDITIONAL, registered, trained_on_noise

_test = QTest
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A conditional bundle of three classes."""
    with registered(CONDITIONAL):
        yield trained_on_noise(tmp_path_factory.mktemp("conditional"), "cvae")


def shows(person: Person, label: int) -> bool:
    """Whether the map is decoded as a class, and all of it is there."""
    pane = person.pane
    return pane.bundle.label == label and pane.ready and pane.feed.missing == 0


def test_a_digit_chooses_the_class_while_all_else_stays_and_alt_has_the_layers(
    new_window: Callable[..., Person], folder: Path
) -> None:
    person = new_window(folder)
    pane, canvas = person.pane, person.canvas
    canvas.zoom(2.0)
    person.wait_for_the_engine()
    person.click(person.point(*canvas.view.region.centre))
    pane.session.draw(Route((0.0, 0.0), (1.0, 0.5)))
    pane.session.select(np.arange(60) < 7)
    person.wait_for_the_engine()
    view, state, key = canvas.view, pane.session.state, pane.feed.keys[0]
    pictures = {0: pane.feed.cache.get(key).copy()}
    points = pane.points.visible
    for label in (2, 1):
        person.key(Qt.Key(ord(str(label))))
        person.wait_until(lambda label=label: shows(person, label))
        pictures[label] = pane.feed.cache.get(key).copy()
        assert pane.points.visible == points
        assert person.window.classes.box.currentText() == pane.bundle.class_names[label]
    assert canvas.view == view
    now = pane.session.state
    assert (now.pins, now.route, now.selection) == (state.pins, state.route, state.selection)
    assert all((pictures[one] != pictures[other]).any() for one, other in ((0, 1), (0, 2), (1, 2)))
    probe = pane.prober.probe
    person.wait_until(lambda: pane.prober.probe.picture is not None)
    replies = serve_inline([Open(1, str(folder), 1), Hover(2, probe.z)])
    assert np.abs(pane.prober.probe.picture.astype(int) - replies[1].image).max() <= 1
    person.key(Qt.Key.Key_2, ALT)
    assert pane.points.visible != points
    person.key(Qt.Key.Key_7)  # a class that is not there
    assert pane.session.state.label == 1


def test_the_class_is_undone_and_redone(new_window: Callable[..., Person], folder: Path) -> None:
    person = new_window(folder)
    pane = person.pane
    for label in (1, 2):
        person.key(Qt.Key(ord(str(label))))
        person.wait_until(lambda label=label: shows(person, label))
    for step, label in (("Undo", 1), ("Undo", 0), ("Redo", 1)):
        person.window.action(step).trigger()
        person.wait_until(lambda label=label: shows(person, label))
        assert pane.canvas.marks.caption == f"Decoded as {pane.bundle.class_names[label]}"
    person.key(Qt.Key.Key_2)
    person.window.action("Undo").trigger()  # before the engine has answered
    person.wait_until(lambda: pane.opener.idle and shows(person, 1))


def test_only_a_conditional_model_has_a_chooser(
    new_window: Callable[..., Person], folder: Path, small_bundle: Path
) -> None:
    person = new_window(small_bundle)
    person.window.resize(1024, 720)
    pane, chooser = person.pane, person.window.classes
    assert not chooser.isVisible()
    points = pane.points.visible
    person.key(Qt.Key.Key_2)
    assert pane.points.visible != points
    person.window.workbench.open(folder)
    person.wait_until(lambda: pane.bundle.folder == folder and pane.ready and chooser.isVisible())
    assert [chooser.box.itemText(each) for each in range(chooser.box.count())] == list(pane.bundle.class_names)
    chooser.box.setCurrentIndex(2)
    chooser.box.activated.emit(2)
    person.wait_until(lambda: shows(person, 2))
    person.window.workbench.open(small_bundle)
    person.wait_until(lambda: pane.bundle.folder == small_bundle and pane.ready and not chooser.isVisible())
    person.window.workbench.open(folder)
    person.wait_until(lambda: shows(person, 2))  # as it was shown last


def test_a_saved_session_shows_the_class_again(
    new_window: Callable[..., Person], folder: Path, small_bundle: Path, tmp_path: Path
) -> None:
    person = new_window(folder)
    person.key(Qt.Key.Key_1)
    person.wait_until(lambda: shows(person, 1))
    file = tmp_path / "classes.latent.json"
    person.window.workbench.sessions.save_to(file)
    again = new_window(small_bundle)
    again.window.workbench.sessions.open_file(file)
    again.wait_until(lambda: again.bundle.folder == folder and shows(again, 1))
    assert again.pane.session.state.label == 1


def test_the_inspector_shows_the_place_under_each_class_and_a_click_chooses_one(
    new_window: Callable[..., Person], folder: Path
) -> None:
    person = new_window(folder)
    pane, row = person.pane, person.pane.inspector.classes
    person.move(person.point(*person.canvas.view.region.centre))
    person.wait_until(lambda: len(row.images) == 3)
    assert row.isVisible()
    z = pane.prober.probe.z
    replies = serve_inline([Open(1, str(folder)), DecodeAs(2, np.stack([z] * 3), np.arange(3))])
    shown = np.stack([to_array(image)[..., :1] for image in row.images])
    assert np.abs(shown.astype(int) - replies[1].content).max() <= 1
    pane.panels["Inspector"].ensureWidgetVisible(row)
    _test.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.cell(2).center())
    person.wait_until(lambda: shows(person, 2))
    assert row.present == 2
    assert np.array_equal(pane.prober.probe.z, z)
