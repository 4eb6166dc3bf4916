"""Style transfer: the class of one image in the style of another, and the grid, by real events."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from latent_explorer.bench.person import Person
from latent_explorer.engine.handlers.decode_as import DecodeAs
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.export import read_provenance
from latent_explorer.gui.studies.style_transfer.study import StyleStudy
from tests.gui.test_context_menus import pick
from tests.nets.families import CONDITIONAL, registered, trained_on_noise

_test = QTest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A conditional bundle of three classes."""
    with registered(CONDITIONAL):
        yield trained_on_noise(tmp_path_factory.mktemp("conditional"), "cvae")


def pressed(menu_entries, text: str) -> None:
    """Do what an entry of a menu does."""
    next(entry for entry in menu_entries if getattr(entry, "text", "") == text).run()


def test_styles_are_swapped_between_two_images_and_the_grid_is_exported(
    new_window: Callable[..., Person], folder: Path, tmp_path: Path
) -> None:
    person = new_window(folder)
    pane, session = person.pane, person.pane.session
    study = person.window.workbench.show_study("style-transfer")
    assert isinstance(study, StyleStudy)
    panel = study.panel
    assert panel.status.isVisible()
    person.wait_until(lambda: panel.grid.grid is not None)
    content, style = 1, 5
    pressed(pane.menus._on_image(content), "Use as content")
    pressed(pane.menus._on_image(style), "Use as style")
    person.wait_until(lambda: len(panel.mixed.images) == 9)
    latents, label = session.bundle.latents, int(session.bundle.latents.label[content])
    z = latents.mean[[style, content]]
    replies = serve_inline([Open(1, str(folder)), DecodeAs(2, z, np.array([label, label]))])
    assert study.parts["content"].image is not None
    assert np.array_equal(study.parts["style"].z, z[0])
    last, first = panel.mixed.images[-1], panel.mixed.images[0]
    for image, expected in ((last, replies[1].content[0]), (first, replies[1].content[1])):
        assert abs(image.pixelColor(2, 2).red() - int(expected[2, 2, 0])) <= 1
    person.press_button(panel.swap)
    person.wait_until(lambda: study.parts["content"].number == style and len(panel.mixed.images) == 9)
    grid = panel.grid.grid
    assert grid.pictures.shape[:2] == (3, 8)
    for suffix in ("png", "svg", "npz"):
        file = tmp_path / f"grid.{suffix}"
        study.gridding.save(file)
        person.wait_until(file.exists)
    with np.load(tmp_path / "grid.npz") as saved:
        under = serve_inline([Open(1, str(folder)), DecodeAs(2, saved["latents"], np.full(8, 2), repeatable=True)])[
            1
        ].content
        assert (saved["pictures"][2] == under).all()
    assert read_provenance(tmp_path / "grid.png").model == session.bundle.name
    assert Image.open(tmp_path / "grid.png").width > 8 * 6


def test_two_digits_change_styles_and_the_grid_is_exported_by_the_mouse_alone(
    new_window: Callable[..., Person], folder: Path, tmp_path: Path
) -> None:
    person = new_window(folder)
    in_menu_bar(person, "Analysis", "Style transfer")
    study = person.window.workbench.show_study("style-transfer")
    person.wait_until(lambda: study.panel.grid.grid is not None)
    means = person.bundle.chart.to_plane(person.bundle.latents.mean)
    left, right = int(means[:, 0].argmin()), int(means[:, 0].argmax())
    for image, text in ((left, "Use as content"), (right, "Use as style")):
        pick(person, person.surface, person.point(*means[image]), text)
    person.wait_until(lambda: len(study.panel.mixed.images) == 9)
    assert {role: part.number for role, part in study.parts.items()} == {"content": left, "style": right}
    person.press_button(study.panel.swap)
    person.wait_until(lambda: study.parts["content"].number == right)
    person.press_button(study.panel.export)
    named(person, tmp_path / "grid.png")
    person.wait_until((tmp_path / "grid.png").exists)
    assert read_provenance(tmp_path / "grid.png").model == person.bundle.name
    person.wait_until(lambda: "Saved" in person.window.statusBar().currentMessage())


def test_all_of_it_by_keys(new_window: Callable[..., Person], folder: Path, tmp_path: Path) -> None:
    person = new_window(folder)
    study = person.window.workbench.show_study("style-transfer")
    panel = study.panel
    person.wait_until(lambda: panel.grid.grid is not None)
    person.pane.prober.explore(person.bundle.latents.mean[5])
    person.pane.session.pin(person.bundle.latents.mean[9], "there")
    panel.of_content.choose.setFocus(Qt.FocusReason.TabFocusReason)
    for well in (panel.of_content, panel.of_style):
        tab_to(person, well.choose)
        person.key(Qt.Key.Key_Space, on=well.choose)
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):  # "The place shown"
            person.key(key, on=QApplication.activePopupWidget())
        person.window.activateWindow()
        well.choose.setFocus(Qt.FocusReason.TabFocusReason)
        tab_to(person, well.label)
        person.key(Qt.Key.Key_Down, on=well.label)
    person.wait_until(lambda: len(panel.mixed.images) == 9)
    assert np.array_equal(study.parts["content"].z, person.bundle.latents.mean[5])
    assert [study.parts[role].label for role in ("content", "style")] == [1, 1]
    tab_to(person, panel.of_style.label)
    person.key(Qt.Key.Key_Down, on=panel.of_style.label)
    tab_to(person, panel.mixed)
    tab_to(person, panel.swap)
    person.key(Qt.Key.Key_Space, on=panel.swap)
    assert [study.parts[role].label for role in ("content", "style")] == [2, 1]
    tab_to(person, panel.columns)
    person.key(Qt.Key.Key_Down, on=panel.columns)
    person.wait_until(lambda: not panel.grid.outdated)
    assert person.pane.session.state.style.columns == "random"
    tab_to(person, panel.grid)
    person.key(Qt.Key.Key_Down, on=panel.grid)
    person.key(Qt.Key.Key_Return, on=panel.grid)
    person.wait_until(lambda: person.pane.bundle.label == 1)
    tab_to(person, panel.export)
    person.key(Qt.Key.Key_Space, on=panel.export)
    named(person, tmp_path / "grid.svg")
    person.wait_until((tmp_path / "grid.svg").exists)


def in_menu_bar(person: Person, title: str, text: str) -> None:
    """Click a menu, and an entry of it."""
    bar = person.window.menuBar()
    menu = next(each for each in bar.actions() if each.text().replace("&", "") == title)
    _test.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(menu).center())
    popup = QApplication.activePopupWidget()
    entry = next(each for each in popup.actions() if each.text().replace("&", "") == text)
    _test.mouseClick(popup, Qt.MouseButton.LeftButton, pos=popup.actionGeometry(entry).center())
    person.wait_until(lambda: QApplication.activePopupWidget() is None)
    person.window.activateWindow()  # as a window manager does


def named(person: Person, file: Path) -> None:
    """Type the name of a file into the dialog that asks for it, and press Enter."""
    (chooser,) = [each for each in person.window.findChildren(QFileDialog) if each.isVisible()]
    assert chooser.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    line = chooser.findChild(QLineEdit, "fileNameEdit")
    line.selectAll()
    _test.keyClicks(line, str(file))
    person.key(Qt.Key.Key_Return, on=line)
    person.window.activateWindow()


def tab_to(person: Person, wanted: QWidget) -> None:
    """Press Tab until the keyboard is at a widget."""
    for _ in range(60):
        if QApplication.focusWidget() is wanted:
            return
        person.key(Qt.Key.Key_Tab, on=QApplication.focusWidget())
    raise AssertionError(f"Tab never came to {wanted.accessibleName() or wanted}")


def test_a_picture_of_the_grid_is_gone_to_under_its_class(new_window: Callable[..., Person], folder: Path) -> None:
    person = new_window(folder)
    pane = person.pane
    study = person.window.workbench.show_study("style-transfer")
    view = study.panel.grid
    person.wait_until(lambda: view.grid is not None)
    _test.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell(2, 3).center())
    person.wait_until(lambda: pane.bundle.label == 2 and pane.ready)
    assert np.allclose(pane.session.state.chosen, view.grid.latents[3])


def test_an_image_of_ones_own_is_given_the_class_it_is_decoded_best_as(
    new_window: Callable[..., Person], folder: Path, tmp_path: Path
) -> None:
    person = new_window(folder)
    study = person.window.workbench.show_study("style-transfer")
    file = tmp_path / "own.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 6), np.uint8)).save(file)
    study.read("style", file)
    person.wait_until(lambda: "style" in study.parts)
    part = study.parts["style"]
    assert part.label == int(np.argmin(part.each.error))
    other = (part.label + 1) % 3
    study.panel.of_style.label.activated.emit(other)
    assert np.array_equal(study.parts["style"].z, part.each.z[other])
    study.read("content", tmp_path / "none.png")
    banner = person.window.workbench.banner
    person.wait_until(lambda: "not opened" in banner.text)


def test_a_model_that_is_given_no_class_is_told_so(new_window: Callable[..., Person], small_bundle: Path) -> None:
    person = new_window(small_bundle)
    assert "no class" in person.window.workbench.studies.lacks("style-transfer")
    assert not person.pane.inspector.classes.isVisible()
