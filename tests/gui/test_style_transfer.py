"""Style transfer: the class of one image in the style of another, and the grid, by real events."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.engine.handlers.decode_as import DecodeAs
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.export import read_provenance
from latent_explorer.gui.studies.style_transfer.study import StyleStudy
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
