"""What each kind of export writes: the filmstrip, the grid, the map, the latents."""

import csv
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.export import formats_of, read_mp4, read_provenance
from latent_explorer.gui.widgets.images import to_array

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def pixels(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as image:
        return np.asarray(image).reshape(image.height, image.width, -1)


# -- the filmstrip


@pytest.mark.parametrize("known", formats_of("filmstrip"), ids=lambda known: known.key)
def test_every_format_shows_what_it_heeds_and_writes_the_frames(person, known):
    person.draw_path()
    frames = person.window.pane.filmstrip.frames
    dialog = person.call(Qt.Key.Key_E, CTRL | SHIFT)
    person.choose_format(dialog, known.key)
    visible = {name for name, row in dialog.form.rows.items() if row.editor.isVisible()}
    assert visible == {"format", *known.heeds}
    person.put(dialog, "scale", "1")
    file = person.exported(dialog)
    assert file.suffix == known.suffix
    match known.key:
        case "strip":
            np.testing.assert_array_equal(pixels(file), np.concatenate(frames, axis=1))
        case "frames":
            for frame, path in zip(frames, sorted(file.iterdir()), strict=True):
                np.testing.assert_array_equal(pixels(path), frame)
        case "mp4":
            played = [picture for picture, _ in read_mp4(file)]
            assert len(played) > 2
            assert np.abs(played[0][..., :1].astype(int) - frames[0]).mean() < 3
        case "npz":
            with np.load(file) as path:
                np.testing.assert_array_equal(path["pictures"], frames)
                np.testing.assert_array_equal(path["latents"], person.window.pane.path_frames.latents)
        case _:
            with Image.open(file) as film:
                np.testing.assert_array_equal(np.asarray(film.convert("L")), frames[0, ..., 0])
                assert film.n_frames > 2


def test_the_name_follows_the_format(person):
    person.draw_path()
    dialog = person.call(Qt.Key.Key_E, CTRL | SHIFT)
    person.choose_format(dialog, "gif")
    person.name_it(dialog, "mine.gif")
    person.choose_format(dialog, "webp")
    assert dialog.destination.name.text() == "mine.webp"


def test_one_frame_is_exported_with_its_place(person):
    person.draw_path()
    person.window.pane.filmstrip.strip.export_wanted.emit(7)
    dialog = person.window.workbench.exporter.dialog
    person.previewed(dialog)
    person.put(dialog, "scale", "1")
    file = person.exported(dialog)
    np.testing.assert_array_equal(pixels(file), person.window.pane.filmstrip.frames[7])
    assert read_provenance(file).extra["frame"] == "8 of 48"


# -- the grid


def test_the_grid_is_the_region_seen(person, small_bundle, decoded):
    region = person.canvas.view.region
    dialog = person.call(Qt.Key.Key_G)
    person.put(dialog, "columns", "6")
    file = person.exported(dialog)
    rows = round(6 * region.height / region.width)
    assert pixels(file).shape == (8 * rows, 48, 1)
    column, row = 4, 1
    u = region.left + (column + 0.5) * region.width / 6
    v = region.top - (row + 0.5) * region.height / rows
    cell = pixels(file)[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
    exact = decoded(small_bundle, person.window.pane.session.bundle.chart.to_latent((u, v)))
    assert np.abs(cell.astype(int) - exact).max() <= 1  # a picture is decoded alone here, in a batch there
    assert f"6 x {rows} cells" in read_provenance(file).coordinates


def test_a_grid_too_large_is_refused_before_it_is_decoded(person):
    dialog = person.call(Qt.Key.Key_G)
    person.put(dialog, "columns", "1024")
    person.put(dialog, "scale", "64")
    assert dialog.footer.words.text().startswith("Too large: 524,288 ×")
    assert not dialog.footer.export.isEnabled()
    person.put(dialog, "scale", "1")
    assert dialog.footer.export.isEnabled()


def test_a_grid_can_be_cancelled_while_it_is_decoded(person, tmp_path):
    dialog = person.call(Qt.Key.Key_G)
    person.put(dialog, "columns", "1024")
    person.press(dialog.footer.export)
    assert dialog.footer.words.text().startswith("Decoding")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.footer.words.text() == "Cancelled; nothing was written."
    assert person.window.pane.client.waiting == 0
    assert not list(tmp_path.glob("out/*"))


def test_the_dialog_goes_when_another_bundle_is_opened(person, wide_bundle):
    dialog = person.call(Qt.Key.Key_G)
    person.put(dialog, "columns", "1024")
    person.press(dialog.footer.export)
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.gone())
    assert "nothing was written" in person.window.statusBar().currentMessage()


def test_a_refused_bundle_does_not_stop_an_export(person, tmp_path, make_bundle):
    broken = make_bundle("broken")
    weights = broken / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    dialog = person.call(Qt.Key.Key_G)
    person.put(dialog, "columns", "300")
    person.press(dialog.footer.export)
    person.window.workbench.open(broken)
    person.wait_until(lambda: person.gone())
    assert len(list(tmp_path.glob("out/*.png"))) == 1


def test_a_colour_model_of_more_dimensions_has_a_grid_too(exporting, wide_bundle):
    person = exporting(wide_bundle)
    dialog = person.call(Qt.Key.Key_G)
    person.put(dialog, "columns", "4")
    assert pixels(person.exported(dialog)).shape[1:] == (40, 3)


# -- the map


def test_the_map_is_exported_as_shown(person):
    dialog = person.call(Qt.Key.Key_M)
    file = person.exported(dialog)
    np.testing.assert_array_equal(pixels(file), to_array(person.canvas.picture(2.0))[..., :3])
    assert "the region" in read_provenance(file).coordinates


def test_the_map_as_svg_has_pins_route_and_the_classes_shown(person):
    person.click(person.point(0.5, 0.5))
    person.draw_path()
    person.window.pane.session.toggle_class(1)
    dialog = person.call(Qt.Key.Key_M)
    person.choose_format(dialog, "svg")
    root = ElementTree.parse(person.exported(dialog)).getroot()
    space = "{http://www.w3.org/2000/svg}"
    names = person.window.pane.session.bundle.class_names
    titles = {title.text for title in root.iter(f"{space}title")}
    texts = {text.text for text in root.iter(f"{space}text")}
    assert titles == {names[0], names[2]}
    assert {"Pin 1", names[0], names[2]} <= texts
    assert names[1] not in texts
    assert len(list(root.iter(f"{space}image"))) == 1
    strokes = {path.get("stroke") for path in root.iter(f"{space}path")}
    assert person.canvas.theme.accent in strokes


def test_the_preview_follows_the_map_when_one_comes_back(person):
    dialog = person.call(Qt.Key.Key_M)
    before = to_array(dialog.preview.film.images[0])
    person.window.activateWindow()
    person.canvas.zoom(2.0)
    dialog.activateWindow()
    person.wait_until(lambda: not np.array_equal(to_array(dialog.preview.film.images[0]), before))


# -- the latents


def test_the_latents_of_the_classes_shown(person):
    bundle = person.window.pane.session.bundle
    person.window.pane.session.toggle_class(1)
    dialog = person.call(Qt.Key.Key_L)
    person.choose_format(dialog, "csv")
    QTest.keyClick(dialog.form.rows["shown_only"].editor, Qt.Key.Key_Down)
    person.previewed(dialog)
    assert dialog.preview.table.rowCount() > 0
    with person.exported(dialog).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    kept = bundle.latents.label != 1
    means = np.array([[row["mean_0"], row["mean_1"]] for row in rows], np.float32)
    np.testing.assert_array_equal(means, bundle.latents.mean[kept])


def test_all_latents_as_arrays(person):
    bundle = person.window.pane.session.bundle
    with np.load(person.exported(person.call(Qt.Key.Key_L)), allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["mean"], bundle.latents.mean)
        np.testing.assert_array_equal(arrays["label"], bundle.latents.label)
