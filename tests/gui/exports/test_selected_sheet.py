"""The selection as a contact sheet."""

import json
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtTest import QTest

from latent_explorer.bundles import read_config
from latent_explorer.data import open_dataset
from latent_explorer.export import read_provenance
from latent_explorer.gui.exports.contact_sheet import even_sample


def images_of(bundle: Path) -> NDArray[np.uint8]:
    return open_dataset(read_config(bundle).dataset.source).images


def opened(person, chosen):
    person.window.pane.session.select(chosen)
    person.window.action("Export contact sheet…").trigger()
    dialog = person.window.workbench.exporter.dialog
    person.previewed(dialog)
    return dialog


def pixels(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as image:
        return np.asarray(image).reshape(image.height, image.width, -1)


def test_the_sheet_shows_the_selected_images_by_class(person, small_bundle):
    chosen = np.random.default_rng(0).random(120) < 0.4
    dialog = opened(person, chosen)
    assert f"{chosen.sum()} selected" in dialog.windowTitle()
    for field, text in (("columns", "5"), ("scale", "1"), ("gap", "0")):
        person.put(dialog, field, text)
    file = person.exported(dialog)
    label = person.window.pane.session.bundle.latents.label
    order = sorted(np.flatnonzero(chosen), key=lambda number: label[number])
    found = pixels(file)
    for place, number in enumerate(order):
        row, column = divmod(place, 5)
        cell = found[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        np.testing.assert_array_equal(cell, images_of(small_bundle)[number])
    source = read_provenance(file)
    assert source.model == "small"
    assert json.loads(source.extra["indices"]) == [int(number) for number in order]


def test_of_too_many_a_sample_is_shown_and_said(person, small_bundle):
    dialog = opened(person, np.ones(120, bool))
    for field, text in (("columns", "10"), ("scale", "1"), ("gap", "0"), ("most", "30")):
        person.put(dialog, field, text)
    source = read_provenance(person.exported(dialog))
    assert "30 of 120 images, an even sample (seed 0)" in source.extra["images"]
    label = person.window.pane.session.bundle.latents.label
    kept = np.array(json.loads(source.extra["indices"]))
    np.testing.assert_array_equal(np.bincount(label[kept]), [10, 10, 10])
    assert (np.diff(label[kept]) >= 0).all()


def test_colour_images_too(exporting, wide_bundle):
    person = exporting(wide_bundle)
    file = person.exported(opened(person, np.arange(120) < 7))
    found = pixels(file)
    np.testing.assert_array_equal(found[:12:2, :20:2], images_of(wide_bundle)[0])


def test_without_the_dataset_it_is_refused_with_the_reason(exporting, make_bundle):
    bundle = make_bundle("bare")
    Path(read_config(bundle).dataset.source).unlink()
    person = exporting(bundle)
    person.window.pane.session.select(np.arange(120) < 7)
    person.window.pane.selection.sheet_wanted.emit()
    dialog = person.window.workbench.exporter.dialog
    QTest.qWait(50)
    person.press(dialog.footer.export)
    person.wait_until(lambda: "not available" in dialog.footer.words.text())
    assert "Decoding" not in dialog.footer.words.text()


def test_with_nothing_selected_it_is_said(person):
    person.window.action("Export contact sheet…").trigger()
    assert person.window.workbench.exporter.dialog is None
    assert "Nothing is selected" in person.window.workbench.banner.text


@given(count=st.integers(0, 300), most=st.integers(1, 100))
def test_a_sample_is_even_ordered_and_the_same_each_time(count, most):
    numbers = np.arange(count) * 3
    sample = even_sample(numbers, most)
    assert len(sample) == min(count, most)
    assert (np.diff(sample) > 0).all()
    assert np.isin(sample, numbers).all()
    np.testing.assert_array_equal(sample, even_sample(numbers, most))
    if len(sample) > 1:
        assert np.diff(sample).max() <= 3 * 2 * -(-count // len(sample))
