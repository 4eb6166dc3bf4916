"""What is chosen in Style transfer is there again in a session and at the next launch, and its grid is drawn anew."""

import ast
import shlex
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from latent_explorer.api.replaying import arguments_of
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session.saved import read_session
from latent_explorer.session.style import StyleChoice, StyleSide
from tests.gui.sessions.conftest import SavingPerson, pixels
from tests.gui.sessions.test_copies import copied, menu_of
from tests.nets.families import trained_on_noise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A conditional bundle of three classes."""
    return trained_on_noise(tmp_path_factory.mktemp("conditional"), "cvae")


def style_of(person: SavingPerson):
    study = person.window.workbench.show_study("style-transfer")
    person.wait_until(lambda: study.panel.grid.grid is not None and not study.panel.grid.outdated)
    return study


def ask(person: SavingPerson, study, rows: str, columns: str) -> None:
    """Choose what the grid is made of, and wait for it and the images at its edges."""
    panel = study.panel
    panel.rows.setCurrentText(rows)
    panel.columns.setCurrentText(columns)
    panel.columns.activated.emit(panel.columns.currentIndex())
    person.wait_until(lambda: panel.grid.grid is not None and not panel.grid.outdated)
    person.wait_until(lambda: columns == "Pins" or panel.grid.grid.style is not None)
    person.wait_until(lambda: rows == "Every class" or panel.grid.grid.content is not None)
    person.wait_for_the_engine()


def exported(person: SavingPerson, study, file: Path) -> np.ndarray:
    study.gridding.save(file)
    person.wait_until(file.exists)
    return pixels(file)


def mixtures(study) -> np.ndarray:
    return np.stack([to_array(image) for image in study.panel.mixed.images])


def test_content_style_and_grid_are_there_again(saving, folder: Path, tmp_path: Path) -> None:
    person, file = saving(folder), tmp_path / "mine.latent.json"
    study = style_of(person)
    own = tmp_path / "own.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 6), np.uint8)).save(own)
    study.choose_image("style", 5)
    study.read("content", own)
    person.wait_until(lambda: len(study.panel.mixed.images) == 9)
    study.panel.of_content.label.activated.emit(2)
    study.panel.count.setValue(4)
    ask(person, study, "Every class", "Random styles")
    person.press_button(study.panel.again)
    person.wait_until(lambda: not study.panel.grid.outdated and len(study.panel.mixed.images) == 9)
    person.wait_for_the_engine()
    before, seen, grid = person.pane.session.state.style, mixtures(study), study.panel.grid.grid
    assert (before.content.label, before.style.number) == (2, 5)
    assert (before.columns, before.count, before.seed) == ("random", 4, 1)
    assert person.sessions.save_to(file)
    study.choose_image("content", 7)
    study.panel.count.setValue(6)
    ask(person, study, "Every class", "Spread styles")
    person.sessions._saved = None
    person.open_session(file)
    person.wait_until(lambda: len(study.panel.mixed.images) == 9 and study.panel.grid.grid is not None)
    person.wait_until(lambda: not study.panel.grid.outdated and study.panel.grid.grid.pictures.shape[1] == 4)
    assert person.pane.session.state.style == before
    np.testing.assert_array_equal(mixtures(study), seen)
    np.testing.assert_array_equal(study.panel.grid.grid.pictures, grid.pictures)
    kept = np.asarray(Image.open(own))[..., None]
    assert study.parts["content"].image.shape == kept.shape
    assert not person.sessions.unsaved


def test_undoing_what_is_on_the_map_leaves_it(saving, folder: Path) -> None:
    person = saving(folder)
    study = style_of(person)
    person.pane.session.pin(np.zeros(2, np.float32), "here")
    study.choose_image("content", 3)
    person.pane.session.undo()
    assert person.pane.session.state.pins == ()
    assert person.pane.session.state.style.content.number == 3


@pytest.mark.parametrize(
    ("rows", "columns"),
    [("Every class", "Random styles"), ("Selected images", "Selected images"), ("Selected images", "Pins")],
)
def test_the_command_the_call_and_the_session_draw_the_same_grid(
    saving, folder: Path, tmp_path: Path, call, rows: str, columns: str
) -> None:
    person = saving(folder)
    study, session = style_of(person), person.pane.session
    session.select(np.isin(np.arange(60), [7, 20, 33]))
    for name, number in (("first", 3), ("an = other", 9)):
        session.pin(session.bundle.latents.mean[number], name)
    ask(person, study, rows, columns)
    assert study.panel.grid._shown.names == tuple(
        session.bundle.class_names[label] for label in study.panel.grid.grid.labels
    )
    expected = exported(person, study, tmp_path / "window.png")
    menu_of(person, "Copy as command")["Style grid"].trigger()
    words = shlex.split(copied().replace("\\\n", " "))[1:]
    assert words[:2] == ["export", "style"]
    words[words.index("--out") + 1] = str(tmp_path / "command.png")
    call(*words)
    np.testing.assert_array_equal(pixels(tmp_path / "command.png"), expected)
    menu_of(person, "Copy as Python")["Style grid"].trigger()
    asked = ast.parse(copied()).body[-1].value
    options = {each.arg: ast.literal_eval(each.value) for each in asked.keywords}
    what = ast.literal_eval(asked.args[0])
    assert arguments_of(what, tmp_path / "command.png", **options) == words
    file = tmp_path / "mine.latent.json"
    assert person.sessions.save_to(file)
    call("export", "--session", file, "style", "--out", tmp_path / "session.png")
    np.testing.assert_array_equal(pixels(tmp_path / "session.png"), expected)


def test_what_cannot_be_copied_is_said(saving, folder: Path, small_bundle: Path) -> None:
    person = saving(folder)
    study, banner = style_of(person), person.window.workbench.banner
    person.pane.session.keep_style(StyleChoice(columns="pins"))
    menu_of(person, "Copy as command")["Style grid"].trigger()
    assert "pin some places first" in banner.text
    person.pane.session.keep_style(StyleChoice(rows="selected"))
    menu_of(person, "Copy as command")["Style grid"].trigger()
    assert "select some first" in banner.text
    other = saving(small_bundle)
    menu_of(other, "Copy as command")["Style grid"].trigger()
    assert "given no class" in other.window.workbench.banner.text
    assert study.panel.isVisible()


def test_a_choice_of_another_model_is_left_out_and_said(saving, folder: Path, tmp_path: Path) -> None:
    person, file = saving(folder), tmp_path / "mine.latent.json"
    style_of(person)
    mean = tuple(map(float, person.pane.session.bundle.latents.mean[4]))
    person.pane.session.keep_style(StyleChoice(StyleSide(mean, 1, "Image 4", 4), StyleSide(mean, 0, "A place")))
    assert person.sessions.save_to(file)
    saved = read_session(file)[0]
    wrong = msgspec.structs.replace(saved.maps[0].style, content=StyleSide(mean, 7, "Image 900", 900))
    changed = msgspec.structs.replace(saved, maps=(msgspec.structs.replace(saved.maps[0], style=wrong),))
    file.write_bytes(msgspec.json.encode(changed))
    person.sessions._saved = None
    person.open_session(file)
    assert person.pane.session.state.style.content is None
    assert person.pane.session.state.style.style.words == "A place"
    assert "content or style" in person.window.workbench.banner.text
