"""The export dialog, worked by mouse and keys: what it says, remembers, asks and never does."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog

from latent_explorer import __version__
from latent_explorer.bundles import Latents
from latent_explorer.export import read_provenance
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.dialog import ExportDialog
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import open_bundle

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def pixels(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as image:
        return np.asarray(image).reshape(image.height, image.width, -1)


# -- nothing there yet


@pytest.mark.parametrize(
    ("key", "modifiers", "word"), [(Qt.Key.Key_E, CTRL, "picture"), (Qt.Key.Key_E, CTRL | SHIFT, "filmstrip")]
)
def test_what_is_not_there_yet_gives_a_sentence_and_no_dialog(person, key, modifiers, word):
    person.key(key, modifiers)
    assert f"There is no {word} to export yet" in person.window.workbench.banner.text
    assert person.gone()


def test_without_a_bundle_every_export_gives_a_sentence(exporting):
    person = exporting(None)
    person.look_at_window()
    for key, modifiers in [(k, CTRL) for k in (Qt.Key.Key_E, Qt.Key.Key_G, Qt.Key.Key_M, Qt.Key.Key_L)]:
        person.window.workbench.banner.clear()
        person.key(key, modifiers)
        assert "open a model first" in person.window.workbench.banner.text


# -- the decoded picture


def test_the_picture_is_exported_by_keys_alone(person, tmp_path):
    person.probe()
    picture, z = person.window.pane.prober.probe.picture, person.window.pane.prober.probe.z
    dialog = person.call(Qt.Key.Key_E)
    person.put(dialog, "scale", "5")
    person.name_it(dialog, "mine")
    person.previewed(dialog)
    QTest.keyClick(dialog.destination.name, Qt.Key.Key_Return)
    person.wait_until(lambda: person.gone())
    file = tmp_path / "out" / "mine.png"
    np.testing.assert_array_equal(pixels(file), picture.repeat(5, 0).repeat(5, 1))
    source = read_provenance(file)
    assert (source.model, source.version) == ("small", __version__)
    assert source.coordinates == "[" + ", ".join(str(float(str(value))) for value in z) + "]"
    assert str(file) in person.window.statusBar().currentMessage()


def test_the_preview_is_the_file(person):
    person.probe()
    dialog = person.call(Qt.Key.Key_E)
    shown = to_array(dialog.preview.film.images[0])[..., :1]
    words = dialog.caption.text()
    file = person.exported(dialog)
    np.testing.assert_array_equal(pixels(file), shown)
    assert words.startswith("128 × 128 pixels")
    assert words.endswith(f"{file.stat().st_size} bytes")


def test_smooth_and_crisp_look_different_in_the_preview(person):
    person.probe()
    dialog = person.call(Qt.Key.Key_E)
    crisp = to_array(dialog.preview.film.images[0])
    QTest.keyClick(dialog.form.rows["style"].editor, Qt.Key.Key_Down)
    person.wait_until(lambda: not np.array_equal(to_array(dialog.preview.film.images[0]), crisp))
    assert len(np.unique(to_array(dialog.preview.film.images[0]))) > len(np.unique(crisp))


def test_folder_and_choices_are_remembered(person, tmp_path):
    person.probe()
    dialog = person.call(Qt.Key.Key_E)
    person.put(dialog, "scale", "3")
    (tmp_path / "elsewhere").mkdir()
    dialog.destination.folder.selectAll()
    QTest.keyClicks(dialog.destination.folder, str(tmp_path / "elsewhere"))
    first = person.exported(dialog)
    dialog = person.call(Qt.Key.Key_E)
    assert dialog.form.choices.scale == 3
    assert person.exported(dialog).parent == first.parent == tmp_path / "elsewhere"


def test_choices_that_no_longer_hold_are_forgotten(person):
    person.probe()
    person.window.workbench.settings.put(Choices("png", scale=4096), "picture")
    assert person.call(Qt.Key.Key_E).form.choices.scale == 16


def test_a_name_that_is_free_is_suggested(person):
    person.probe()
    names = {person.exported(person.call(Qt.Key.Key_E)).name for _ in range(3)}
    assert len(names) == 3


# -- never over another file unasked, and what goes wrong


def test_no_file_is_overwritten_unless_the_button_says_so(person, tmp_path):
    person.probe()
    file = tmp_path / "out" / "taken.png"
    file.write_text("precious")
    dialog = person.call(Qt.Key.Key_E)
    person.name_it(dialog, "taken.png")
    QTest.keyClick(dialog.destination.name, Qt.Key.Key_Return)
    assert dialog.footer.words.text() == "taken.png already exists. Overwrite it?"
    QTest.keyClick(dialog.destination.name, Qt.Key.Key_Return)  # one key too many
    person.wait(0.1)
    assert file.read_text() == "precious"
    person.press(dialog.footer.close_button)  # now called "Keep it"
    assert not dialog.footer.asking
    assert not person.gone()
    person.press(dialog.footer.export)
    person.press(dialog.footer.overwrite)
    person.wait_until(lambda: person.gone())
    assert pixels(file).shape == (128, 128, 1)


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [
        ("nowhere", "a", "There is no folder"),
        ("b" * 300, "a", "There is no folder"),
        (".", "", "Enter a file name"),
        (".", "../a", "is not a file name"),
        (".", "a" * 300, "takes 304 bytes"),
        (".", "a\0b", "control character"),
        (".", "nul", "Windows keeps that name"),
    ],
)
def test_what_goes_wrong_is_said_in_the_dialog(person, tmp_path, folder, name, words):
    person.probe()
    dialog = person.call(Qt.Key.Key_E)
    dialog.destination.folder.setText(str(tmp_path / folder))
    dialog.destination.name.setText(name)
    person.press(dialog.footer.export)
    assert words in dialog.footer.words.text()
    assert dialog.width() <= 800
    assert not list(tmp_path.glob("out/*"))


def test_a_folder_of_other_things_is_not_replaced_even_if_asked(person, tmp_path):
    person.draw_path()
    thing = tmp_path / "out" / "frames" / "thing.txt"
    thing.parent.mkdir()
    thing.write_text("precious")
    dialog = person.call(Qt.Key.Key_E, CTRL | SHIFT)
    person.choose_format(dialog, "frames")
    person.name_it(dialog, "frames")
    person.press(dialog.footer.export)
    person.press(dialog.footer.overwrite)
    person.wait_until(lambda: "holds more than exported frames" in dialog.footer.words.text())
    assert thing.read_text() == "precious"


def test_the_folder_can_be_browsed_for(person, tmp_path):
    person.probe()
    dialog = person.call(Qt.Key.Key_E)
    person.press(dialog.destination.browse)
    chooser = dialog.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path))
    chooser.reject()
    assert dialog.destination.folder.text() == str(tmp_path)


# -- long work


@pytest.fixture
def slow_table(person, small_bundle: Path) -> ExportDialog:
    """A dialog whose CSV takes seconds: a million rows."""
    bundle, count = open_bundle(small_bundle), 1_000_000
    many = Latents(np.zeros((count, 2), np.float32), None, None, np.zeros(count, np.uint8), np.zeros(count, np.float32))
    session = person.window.pane.session
    session.bundle = replace(bundle, latents=many)
    dialog = person.call(Qt.Key.Key_L)
    person.choose_format(dialog, "csv")
    person.press(dialog.footer.export)
    person.wait_until(lambda: dialog.maker.progress[1] > 0)
    return dialog


def test_writing_shows_progress_and_is_cancelled(person, slow_table, tmp_path):
    person.wait_until(lambda: slow_table.footer.progress.value() > 0)
    assert not slow_table.form.isEnabled()
    person.press(slow_table.footer.close_button)
    person.wait_until(lambda: not slow_table.footer.busy)
    assert slow_table.footer.words.text() == "Cancelled; nothing was written."
    assert slow_table.form.isEnabled()
    assert not list(tmp_path.glob("out/*"))


def test_no_second_export_disturbs_one_under_way(person, slow_table):
    person.look_at_window()
    person.key(Qt.Key.Key_M, CTRL)
    assert person.window.workbench.exporter.dialog is slow_table
    assert "is running" in person.window.statusBar().currentMessage()
    person.press(slow_table.footer.close_button)
    person.wait_until(lambda: not slow_table.footer.busy)


def test_the_dialog_closes_once_its_writing_has_ended(person, slow_table, tmp_path):
    slow_table.close()
    person.wait_until(lambda: person.gone())
    assert not list(tmp_path.glob("out/*"))


def test_closing_the_window_ends_an_export(person, slow_table, tmp_path):
    person.window.close()
    QApplication.processEvents()
    assert not [thread for thread in threading.enumerate() if thread.name == "export"]
    assert not list(tmp_path.glob("out/*"))
