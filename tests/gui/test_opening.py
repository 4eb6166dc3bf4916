"""Opening bundles: others, broken ones, and again what was open last."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QToolButton

from latent_explorer.bench.person import Person


def opened(person: Person, folder: Path) -> None:
    person.wait_until(lambda: person.window.pane.ready and person.window.pane.session.bundle.folder == folder)


def hovers(person: Person) -> bool:
    """Whether a move still brings an exact picture."""
    person.move(person.point(0.3, 0.2))
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    return person.window.pane.prober.probe.picture.shape == person.window.pane.session.bundle.config.net.image_shape


def place(person: Person) -> tuple[float, float, float]:
    """Where the map is looked at; its height changes with the banner."""
    return person.canvas.view.u, person.canvas.view.v, person.canvas.view.scale


def broken(bundle: Path, folder: Path, file: str) -> Path:
    """A copy of a bundle with one file cut in half."""
    copy = folder / f"broken {file}"
    shutil.copytree(bundle, copy)
    content = (copy / file).read_bytes()
    (copy / file).write_bytes(content[: len(content) // 2])
    return copy


def drop(person: Person, path: Path) -> None:
    """Let a file manager's drag end over the window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(person.canvas.pos(), action, mime, left, none)
    QApplication.sendEvent(person.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(person.window, QDropEvent(QPointF(5, 5), action, mime, left, none))


def submenu(person: Person, title: str) -> QMenu:
    menu = next(each for each in person.window.findChildren(QMenu) if each.title() == title)
    menu.aboutToShow.emit()
    return menu


def test_another_bundle_takes_the_place_of_the_first(person: Person, wide_bundle: Path) -> None:
    person.click(person.point(0, 3.5))
    person.window.workbench.open(wide_bundle)
    opened(person, wide_bundle)
    assert hovers(person)
    assert person.window.pane.session.state.pins == ()
    assert person.canvas.marks.pins == ()
    assert person.window.pane.prober.probe.z.shape == (5,)
    assert "wide" in person.window.windowTitle()
    person.wait_for_the_engine()
    assert {key.chart for key in person.window.pane.feed.cache} == {"following"}


@pytest.mark.parametrize("inside", ["", "config.json"])
def test_a_bundle_is_dropped_on_the_window(person: Person, wide_bundle: Path, inside: str) -> None:
    drop(person, wide_bundle / inside)
    opened(person, wide_bundle)
    assert hovers(person)


def test_a_recent_bundle_is_opened_from_the_menu(person: Person, small_bundle: Path, wide_bundle: Path) -> None:
    person.window.workbench.open(wide_bundle)
    opened(person, wide_bundle)
    texts = [action.text() for action in submenu(person, "Recent models").actions()]
    assert texts[:2] == [str(wide_bundle), str(small_bundle)]
    submenu(person, "Recent models").actions()[1].trigger()
    opened(person, small_bundle)
    assert hovers(person)


def test_the_bundles_that_ship_are_in_the_menu(person: Person) -> None:
    texts = [action.text() for action in submenu(person, "Included models").actions()]
    assert {"mnist-vae-2d", "mnist-ae-2d"} <= set(texts)


@pytest.mark.parametrize("file", ["config.json", "latents.safetensors", "weights.safetensors"])
def test_a_broken_bundle_is_refused_and_the_open_one_stays(
    person: Person, small_bundle: Path, tmp_path: Path, file: str
) -> None:
    person.click(person.point(0, 3.5))
    person.wheel(person.point(0, 0), 2)
    window = person.window
    before = window.pane.session, window.pane.session.state, place(person), window.windowTitle()
    window.workbench.open(broken(small_bundle, tmp_path, file))
    person.wait_until(lambda: "could not be opened" in window.workbench.banner.text)
    assert file in window.workbench.banner.text
    person.wait_until(lambda: window.pane.ready)
    assert (window.pane.session, window.pane.session.state, place(person), window.windowTitle()) == before
    assert hovers(person)
    person.wait_for_the_engine()
    dismiss = next(each for each in window.workbench.banner.findChildren(QToolButton) if each.text() == "Dismiss")
    QTest.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert window.workbench.banner.text == ""
    assert [path for path in window.workbench.settings.recent if path.parent == tmp_path] == []


@pytest.mark.parametrize("name", ["nowhere", "empty", "file.txt"])
def test_what_is_no_bundle_is_refused(person: Person, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("hello")
    person.window.workbench.open(tmp_path / name)
    person.wait_until(lambda: f"{name} could not be opened" in person.window.workbench.banner.text)
    assert person.window.pane.ready
    assert hovers(person)
    person.window.workbench.banner.clear()


def test_of_several_opened_at_once_the_last_is_shown(person: Person, small_bundle: Path, wide_bundle: Path) -> None:
    for folder in (wide_bundle, small_bundle, wide_bundle):
        person.window.workbench.open(folder)
    opened(person, wide_bundle)
    assert hovers(person)


def test_a_broken_one_opened_before_the_engine_is_there_loses_nothing(
    new_window, small_bundle: Path, tmp_path: Path
) -> None:
    """The engine has been asked for both, and its answer about the first is no longer waited for."""
    person = new_window(None)
    person.window.workbench.open(small_bundle)
    person.wait_until(lambda: person.window.pane.session is not None)  # else the second may be read before the first
    person.window.workbench.open(broken(small_bundle, tmp_path, "weights.safetensors"))
    person.wait_until(lambda: "could not be opened" in person.window.workbench.banner.text)
    opened(person, small_bundle)
    assert hovers(person)
    person.window.pane.restart_engine()
    assert hovers(person)


def test_five_dimensions_and_colour(new_window, wide_bundle: Path, decoded) -> None:
    person = new_window(wide_bundle)
    assert hovers(person)
    probe = person.window.pane.prober.probe
    chart = person.window.pane.session.bundle.chart
    np.testing.assert_array_equal(probe.z, chart.to_latent(probe.uv))
    assert np.abs(probe.picture.astype(int) - decoded(wide_bundle, probe.z)).max() <= 1
    assert probe.picture.shape == (6, 10, 3)
    person.click(person.point(1, 1))
    assert len(person.window.pane.session.state.pins[0].z) == 5
    person.drag(person.point(-2, 3.5), person.point(2, 3.5), 0.1)
    person.wait_until(lambda: len(person.window.pane.filmstrip.frames) > 0)
    person.wait_until(lambda: person.window.pane.prober.place is not None)
    assert person.window.pane.prober.place.originals.shape == (8, 6, 10, 3)
    assert not person.see().isNull()


def test_what_is_remembered(new_window, wide_bundle: Path, tmp_path: Path) -> None:
    first = new_window(wide_bundle).window
    first.workbench.choose_theme("light")
    first.workbench.docks.by_title["Pins"].hide()
    first.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, first.workbench.docks.by_title["Filmstrip"])
    first.close()
    second = new_window(None).window
    assert second.workbench.settings.recent == (wide_bundle,)
    assert second.workbench.theme.dark is False
    assert not second.workbench.docks.by_title["Pins"].isVisible()
    assert second.workbench.docks.by_title["Classes"].isVisible()
    assert second.dockWidgetArea(second.workbench.docks.by_title["Filmstrip"]) == Qt.DockWidgetArea.TopDockWidgetArea
    second.action("Reset layout").trigger()
    assert second.workbench.docks.by_title["Pins"].isVisible()
    assert second.dockWidgetArea(second.workbench.docks.by_title["Filmstrip"]) == Qt.DockWidgetArea.BottomDockWidgetArea
    second.workbench.choose_theme("dark")


def test_a_bundle_that_is_gone_is_no_longer_offered(person: Person, small_bundle: Path, tmp_path) -> None:
    settings, copy = person.window.workbench.settings, tmp_path / "copy"
    shutil.copytree(small_bundle, copy)
    person.window.workbench.open(copy)
    opened(person, copy)
    assert settings.recent[:2] == (copy, small_bundle)
    shutil.rmtree(copy)
    person.window.workbench.open(copy)
    person.wait_until(lambda: "copy could not be opened" in person.window.workbench.banner.text)
    assert copy not in settings.recent
    person.window.workbench.banner.clear()
