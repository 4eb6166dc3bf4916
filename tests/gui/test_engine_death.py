"""The engine dies; the person loses nothing."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint

from latent_explorer.bench.person import Person
from latent_explorer.engine.process import ProcessEngine
from latent_explorer.session import Route

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


@pytest.fixture
def said(person: Person) -> Iterator[list[str]]:
    """All that the status bar says during a test."""
    messages: list[str] = []
    person.window.statusBar().messageChanged.connect(messages.append)
    yield messages
    person.window.statusBar().messageChanged.disconnect(messages.append)


def tell(person: Person, number: signal.Signals) -> None:
    """Send the engine a signal."""
    engine = person.window.pane.client.engine
    assert isinstance(engine, ProcessEngine)
    os.kill(engine.pid, number)


def exact(person: Person) -> np.ndarray:
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    return person.window.pane.prober.probe.picture


def test_killed_while_hovering(person: Person, said: list[str], small_bundle: Path, decoded) -> None:
    start, end = person.point(-4, 0), person.point(4, 0)
    for step in range(40):
        person.move(start + (end - start) * (step / 40))
        if step == 15:
            tell(person, signal.SIGKILL)
        person.wait(0.005)
    picture = exact(person)
    assert np.abs(picture.astype(int) - decoded(small_bundle, person.window.pane.prober.probe.z)).max() <= 1
    person.wait_until(lambda: any("was restarted" in message for message in said))
    person.wait_until(lambda: person.window.pane.prober.place is not None)


def test_killed_while_a_grid_is_computed(person: Person, said: list[str]) -> None:
    """The engine is halted first, so that it surely dies with all of it still to do."""
    window = person.window
    person.click(person.point(0, 3.5))
    window.pane.session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=6))
    person.wait_until(lambda: len(window.pane.filmstrip.frames) == 6)
    person.wheel(person.point(1, 1), 2)
    person.wait_for_the_engine()
    before = window.pane.session.state, person.canvas.view, window.pane.session
    pictures = {key: window.pane.feed.cache.get(key).copy() for key in window.pane.feed.keys}
    tell(person, signal.SIGSTOP)
    window.pane.feed.forget_all()
    window.pane.feed.look(person.canvas.view, None)
    window.pane.session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=9))
    person.move(person.point(0.5, 0.5))
    assert window.pane.feed.missing == len(pictures)
    tell(person, signal.SIGKILL)
    person.wait_for_the_engine()
    for key, tile in pictures.items():
        assert np.abs(window.pane.feed.cache.get(key).astype(int) - tile).max() <= 1
    exact(person)
    person.wait_until(lambda: len(window.pane.filmstrip.frames) == 9)
    person.wait_until(lambda: any("was restarted" in message for message in said))
    window.workbench.undoing.undo()
    assert (window.pane.session.state, person.canvas.view, window.pane.session) == before


def test_killed_while_another_bundle_is_opened(person: Person, wide_bundle: Path) -> None:
    tell(person, signal.SIGSTOP)
    person.window.workbench.open(wide_bundle)
    person.wait(0.05)
    tell(person, signal.SIGKILL)
    person.wait_until(lambda: person.window.pane.ready)
    assert person.window.pane.session.bundle.folder == wide_bundle
    person.move(person.point(0, 0))
    assert exact(person).shape == (6, 10, 3)


def test_killed_while_a_broken_bundle_is_refused(person: Person, small_bundle: Path, tmp_path: Path) -> None:
    """The engine that is started again has the old one open all the same."""
    for file in small_bundle.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "weights.safetensors").write_bytes(b"nothing")
    tell(person, signal.SIGSTOP)
    person.window.workbench.open(tmp_path)
    person.wait(0.05)
    tell(person, signal.SIGKILL)
    person.wait_until(lambda: "could not be opened" in person.window.workbench.banner.text)
    person.wait_until(lambda: person.window.pane.ready)
    person.move(person.point(0.2, 0))
    assert exact(person).shape == (8, 8, 1)
    person.window.workbench.banner.clear()


def test_an_engine_that_dies_again_and_again_is_given_up_until_asked_for(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        tell(person, signal.SIGKILL)
        person.wait_until(lambda: "keeps stopping" in window.workbench.banner.text)
        person.move(person.point(-1, 0))  # the window lives on, with what it has
        assert window.pane.inspector.picture.image is not None
        person.wheel(QPoint(100, 100), 4)
        assert "Restart the engine" in window.workbench.banner.text
    window.action("Restart the engine").trigger()
    exact(person)
    person.wait_for_the_engine()
    assert window.workbench.banner.text == ""


def test_restarting_an_engine_that_is_well(person: Person, said: list[str]) -> None:
    before = person.window.pane.client.engine
    person.window.action("Restart the engine").trigger()
    person.move(person.point(-1, 0.4))
    exact(person)
    assert person.window.pane.client.engine is not before
