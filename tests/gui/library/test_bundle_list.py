"""File ▸ Open: bundles as cards, found by typing, opened, renamed, copied and deleted, by mouse and keys."""

import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QFile, QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QToolButton

from latent_explorer.bench.person import Person
from latent_explorer.gui.library import bundle_actions
from latent_explorer.gui.library.cards import Card, card_at
from latent_explorer.gui.library.dialog import BundleList
from latent_explorer.gui.widgets import folders
from latent_explorer.gui.widgets.images import on_paper, to_array, to_qimage
from latent_explorer.places import shipped_bundles, trained_folder


@pytest.fixture
def own(small_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trained bundle with its run, in a folder of this test's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    mine = trained_folder() / "mine"
    shutil.copytree(small_bundle, mine)
    mine.with_name("mine.run").mkdir()
    return mine


@pytest.fixture
def listed(own: Path, new_window) -> tuple[Person, BundleList]:
    person = new_window(own)
    return person, open_list(person)


def open_list(person: Person) -> BundleList:
    person.choose("Open…")
    library = person.window.workbench.library
    person.wait_until(lambda: library.list is not None)
    bundles = library.list
    person.wait_until(lambda: bundles.model.cards and all(card.entry for card in bundles.model.cards))
    return bundles


def names(bundles: BundleList) -> list[str]:
    return [card.folder.name for card in bundles.model.cards]


def place_of(bundles: BundleList, name: str) -> QPoint:
    rows = range(bundles.model.rowCount())
    indexes = [bundles.model.index(row) for row in rows]
    index = next(each for each in indexes if isinstance(card_at(each), Card) and card_at(each).folder.name == name)
    bundles.list.scrollTo(index)
    return bundles.list.visualRect(index).center()


def choose(bundles: BundleList, name: str) -> None:
    QTest.mouseClick(bundles.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of(bundles, name))
    assert bundles.card.folder.name == name


def press(bundles: BundleList, text: str) -> None:
    QTest.mouseClick(button(bundles, text), Qt.MouseButton.LeftButton)


def button(bundles: BundleList, text: str) -> QToolButton:
    return next(each for each in bundles.findChildren(QToolButton) if each.text() == text)


def test_each_bundle_is_a_card_with_picture_and_figures(listed) -> None:
    person, bundles = listed
    assert names(bundles) == ["mine", *(folder.name for folder in shipped_bundles())]
    assert bundles.card.folder.name == "mine", "what is open is selected"
    card = next(card for card in bundles.model.cards if card.folder.name == "mnist-vae-2d")
    about, figures, last = card.lines[1:]
    assert about == "mnist · VAE · 2 dimensions · 70,000 images of 28×28"
    assert figures.startswith("MSE 0.03")
    assert "−ELBO 1" in figures
    assert "10-NN 0.8" in figures
    assert " MB · " in last
    assert not card.picture.isNull()
    assert np.mean(to_array(card.paper)[..., :3]) > 150 > np.mean(to_array(card.picture)[..., :3]), "ink on paper"
    assert next(card for card in bundles.model.cards if card.folder.name == "cifar10-vae-2d").paper is None
    seen = person.photograph(bundles.list)
    assert seen.std() > 15


def test_on_paper_light_and_dark_are_exchanged_and_hues_stay() -> None:
    pixels = np.array([[[0, 0, 0], [255, 255, 255], [200, 40, 0], [90, 90, 90]]], np.uint8)
    turned = to_array(on_paper(to_qimage(pixels)))[0, :, :3].tolist()
    assert turned == [[255, 255, 255], [0, 0, 0], [255, 95, 55], [165, 165, 165]]


def test_it_is_searched_by_typing_and_opened_by_enter(listed, own: Path) -> None:
    person, bundles = listed
    QTest.keyClicks(bundles.search, "16 VAE")
    assert names(bundles) == ["fashion-vae-16d", "mnist-vae-16d"]
    bundles.search.selectAll()
    QTest.keyClicks(bundles.search, "2 AUTO mnist-ae")
    assert names(bundles) == ["mnist-ae-2d"]
    QTest.keyClick(bundles.search, Qt.Key.Key_Return)
    person.wait_until(lambda: person.pane.ready and person.bundle.name == "mnist-ae-2d")
    assert person.window.workbench.library.list is None


def test_arrows_move_from_the_search_into_the_list_and_a_double_click_opens(listed) -> None:
    person, bundles = listed
    QTest.keyClick(bundles.search, Qt.Key.Key_Down)
    assert bundles.list.hasFocus()
    assert bundles.card.origin == "shipped"
    at = place_of(bundles, "mnist-ae-2d")
    QTest.mouseClick(bundles.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(bundles.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    person.wait_until(lambda: person.pane.ready and person.bundle.name == "mnist-ae-2d")


def test_what_is_open_is_renamed_and_stays_as_it_is(listed, own: Path) -> None:
    person, bundles = listed
    person.click(person.point(0.3, 0.2))
    person.wheel(person.point(0, 0), 3)
    state, scale = person.pane.session.state, person.canvas.view.scale
    bundles.activateWindow()
    bundles.list.setFocus()
    person.wait_until(bundles.list.hasFocus)
    QTest.keyClick(bundles.list, Qt.Key.Key_F2)
    bundles.bar.line.setText("mnist/2")
    QTest.keyClick(bundles.bar.line, Qt.Key.Key_Return)
    assert "letters" in bundles.bar.complaint.text()
    bundles.bar.line.selectAll()
    QTest.keyClicks(bundles.bar.line, "birds")
    QTest.keyClick(bundles.bar.line, Qt.Key.Key_Return)
    new = own.with_name("birds")
    person.wait_until(lambda: person.bundle.folder == new and person.pane.ready)
    assert person.window.windowTitle().startswith("birds")
    assert (person.pane.session.state, person.canvas.view.scale) == (state, scale)
    assert sorted(path.name for path in own.parent.iterdir()) == ["birds", "birds.run"]
    person.wait_until(lambda: "birds" in names(bundles))
    assert person.window.workbench.settings.recent[0] == new
    assert own not in person.window.workbench.settings.recent
    person.pane.restart_engine()  # it finds the model where it lies now
    person.move(person.point(0.1, 0.1))
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)


def test_one_that_ships_is_copied_and_neither_renamed_nor_deleted(listed, own: Path) -> None:
    person, bundles = listed
    choose(bundles, "mnist-ae-2d")
    for text in ("Rename…", "Delete…"):
        assert not button(bundles, text).isEnabled()
        assert "is part of the program" in button(bundles, text).toolTip()
    press(bundles, "Duplicate…")
    assert bundles.bar.line.text() == "mnist-ae-2d-copy"
    QTest.keyClick(bundles.bar.line, Qt.Key.Key_Return)
    person.wait_until(lambda: "mnist-ae-2d-copy" in names(bundles) and bundles.card.folder.name == "mnist-ae-2d-copy")
    assert bundles.card.origin == "trained"
    assert (own.parent / "mnist-ae-2d-copy" / "config.json").is_file()


@pytest.mark.parametrize("has_trash", [True, False])
def test_one_of_ones_own_is_deleted_once_that_is_confirmed(
    listed, own: Path, monkeypatch: pytest.MonkeyPatch, has_trash: bool
) -> None:
    person, bundles = listed
    taken: list[Path] = []

    def move(path: str) -> tuple[bool, str]:
        if has_trash:
            taken.append(Path(path))
            shutil.rmtree(path)
        return has_trash, ""

    monkeypatch.setattr(QFile, "moveToTrash", move)
    choose(bundles, "mine")
    press(bundles, "Delete…")
    person.wait_until(bundles.bar.isVisible)
    assert str(own) in bundles.bar.question.text()
    assert "kB" in bundles.bar.question.text()
    assert bundles.bar.no.hasFocus(), "Enter must not delete"
    QTest.keyClick(bundles.bar.no, Qt.Key.Key_Escape)
    assert own.is_dir()
    press(bundles, "Delete…")
    person.wait_until(bundles.bar.isVisible)
    person.press_button(bundles.bar.yes)
    if not has_trash:
        person.wait_until(lambda: "permanently" in bundles.bar.yes.text())
        assert own.is_dir()
        person.press_button(bundles.bar.yes)
    person.wait_until(lambda: "mine" not in names(bundles))
    assert list(own.parent.iterdir()) == []
    assert taken == ([own.with_name("mine.run"), own] if has_trash else [])
    assert person.pane.ready, "what is open stays open"
    assert own not in person.window.workbench.settings.recent
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)


def test_what_lies_is_shown_as_it_stands_and_nobody_waits(own: Path, new_window) -> None:
    (own.parent / "<b>bold<b>").mkdir()
    (own.parent / "<b>bold<b>" / "config.json").write_text("{")
    lying = own.parent / "pipe"
    shutil.copytree(own, lying)
    (lying / "preview.png").unlink()
    os.mkfifo(lying / "preview.png")
    config = json.loads((own / "config.json").read_text())
    person = new_window(own)
    bundles = open_list(person)
    broken = next(card for card in bundles.model.cards if card.folder.name == "<b>bold<b>")
    assert broken.lines[1] == "Cannot be opened"
    assert next(card for card in bundles.model.cards if card.folder == lying).picture is None
    choose(bundles, "<b>bold<b>")
    assert not bundles.open_button.isEnabled()
    QTest.keyClick(bundles.list, Qt.Key.Key_Return)
    assert bundles.isVisible()
    assert config["name"] != own.name
    assert person.window.windowTitle().startswith("mine"), "the title is the folder's name, as in the list"
    QTest.keyClick(bundles, Qt.Key.Key_Escape)
    assert person.window.workbench.library.list is None


def test_those_opened_lately_are_listed_while_they_are_there(own: Path, wide_bundle: Path, new_window) -> None:
    person = new_window(own)
    for folder in (wide_bundle, own.parent / "gone", shipped_bundles()[0]):
        person.window.workbench.settings.remember_bundle(folder)
    bundles = open_list(person)
    origins = {card.folder: card.origin for card in bundles.model.cards}
    assert origins[wide_bundle] == "recent"
    assert own.parent / "gone" not in origins
    assert len(bundles.model.cards) == len(shipped_bundles()) + 2
    choose(bundles, wide_bundle.name)
    assert not button(bundles, "Delete…").isEnabled()
    assert button(bundles, "Duplicate…").isEnabled()


def test_while_files_are_copied_the_list_stays_and_nobody_waits(listed, monkeypatch: pytest.MonkeyPatch) -> None:
    person, bundles = listed
    goes_on = threading.Event()
    monkeypatch.setattr(
        bundle_actions, "duplicate_bundle", lambda source, target, name: goes_on.wait(60) and target / name
    )
    choose(bundles, "mine")
    press(bundles, "Duplicate…")
    QTest.keyClick(bundles.bar.line, Qt.Key.Key_Return)
    assert not button(bundles, "Delete…").isEnabled()
    QTest.keyClick(bundles, Qt.Key.Key_Escape)
    assert bundles.isVisible()
    assert "still being copied" in bundles.bar.question.text()
    goes_on.set()
    person.wait_until(lambda: not bundles.changes.busy)
    QTest.keyClick(bundles, Qt.Key.Key_Escape)
    assert bundles.isHidden()


def test_it_is_opened_beside_another_and_its_folder_is_shown(listed, monkeypatch: pytest.MonkeyPatch) -> None:
    person, bundles = listed
    opened: list[str] = []
    monkeypatch.setattr(folders.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) is None)
    choose(bundles, "mnist-ae-2d")
    press(bundles, "Show in folder")
    assert opened == [str(bundles.card.folder)]
    press(bundles, "Open beside")
    bench = person.window.workbench
    person.wait_until(lambda: len(bench.panes) == 2 and bench.panes[1].ready)
    assert bench.panes[1].bundle.name == "mnist-ae-2d"


def test_at_the_first_launch_a_line_leads_to_the_list(new_window, small_bundle: Path) -> None:
    from latent_explorer.gui.library.welcome import WelcomeLine

    person = new_window(small_bundle)
    person.window.workbench.welcome("mnist-vae-2d")
    line = person.window.findChild(WelcomeLine)
    person.wait_until(line.isVisible)
    person.press_button(line.browse)
    assert person.window.workbench.library.list.isVisible()
    assert line.isHidden()
