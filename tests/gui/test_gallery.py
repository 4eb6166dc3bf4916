"""The gallery of the selected images: a grid that fetches what is seen, leads to the map, and changes the selection."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config
from latent_explorer.data import open_dataset
from latent_explorer.gui.panels.gallery import GalleryWindow
from latent_explorer.gui.widgets.images import to_array, to_qimage
from latent_explorer.gui.widgets.picture_list import PictureModel


@pytest.fixture
def gallery(person: Person) -> GalleryWindow:
    """Of two of the three classes."""
    person.pane.selecting.select_class(0)
    person.pane.selecting.select_class(2, "add")
    person.choose("Gallery…")
    window = person.pane.gallery.window
    has_all(person, window)
    yield window
    window.close()
    person.pane.session.select(None)


def has_all(person: Person, window: GalleryWindow) -> None:
    person.wait_until(lambda: not window._look.isActive() and not window.model.missing(window.seen()))


def at(window: GalleryWindow, row: int) -> QPoint:
    return window.list.visualRect(window.model.index(row)).center()


def click(window: GalleryWindow, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(window.list.viewport(), Qt.MouseButton.LeftButton, keys, at(window, row))


def test_it_shows_the_originals_by_class_and_a_click_leads_to_their_place(
    person: Person, gallery: GalleryWindow
) -> None:
    bundle = person.bundle
    label, originals = bundle.latents.label, open_dataset(bundle.config.dataset.source).images
    assert (np.diff(label[gallery.model.numbers]) >= 0).all()
    assert set(label[gallery.model.numbers]) == {0, 2}
    for row in (0, 5):
        picture = to_array(gallery.model.picture(row))[:, :, :1]
        np.testing.assert_array_equal(picture, originals[gallery.model.numbers[row]])
    click(gallery, 5)
    np.testing.assert_array_equal(person.pane.prober.probe.z, bundle.latents.mean[gallery.model.numbers[5]])
    QTest.keyClick(gallery.list, Qt.Key.Key_Right)
    np.testing.assert_array_equal(person.pane.prober.probe.z, bundle.latents.mean[gallery.model.numbers[6]])
    assert "Class" in gallery.list.describe(5)


def test_it_is_sorted_by_error_and_by_number(person: Person, gallery: GalleryWindow) -> None:
    gallery.order.setCurrentText("By error")
    assert (np.diff(person.bundle.latents.error[gallery.model.numbers]) <= 0).all()
    gallery.order.setCurrentText("By number")
    assert (np.diff(gallery.model.numbers) > 0).all()


def test_it_follows_the_selection_and_takes_images_out_of_it(person: Person, gallery: GalleryWindow) -> None:
    first, second = gallery.model.numbers[:2].tolist()
    count = person.pane.session.state.selection.count
    click(gallery, 0)
    click(gallery, 1, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(gallery.list, Qt.Key.Key_Delete)
    selection = person.pane.session.state.selection
    assert selection.count == count - 2
    assert not selection.chosen[[first, second]].any()
    assert gallery.model.rowCount() == count - 2
    person.window.workbench.undoing.undo()
    assert gallery.model.rowCount() == count
    person.pane.session.select(None)
    assert gallery.model.rowCount() == 0
    assert gallery.count.text() == "Nothing is selected"


def test_of_thousands_only_those_in_sight_are_fetched(person: Person, gallery: GalleryWindow) -> None:
    gallery.resize(360, 260)
    gallery.size_slider.setValue(128)
    person.wait(0.1)
    gallery.model.forget()
    gallery.needed.emit()
    has_all(person, gallery)
    assert len(gallery.seen()) < gallery.model.rowCount()
    assert gallery.model.missing(range(gallery.model.rowCount())), "what is out of sight is not fetched"
    gallery.list.scrollToBottom()
    person.wait_until(lambda: gallery.seen().stop == gallery.model.rowCount())
    has_all(person, gallery)


def test_without_originals_what_is_decoded_is_shown_and_said(new_window, make_bundle, decoded) -> None:
    folder = make_bundle("gone")
    Path(read_config(folder).dataset.source).unlink()
    person = new_window(folder)
    person.pane.selecting.select_class(1)
    person.window.action("Gallery…").trigger()
    window, bundle = person.pane.gallery.window, person.bundle
    has_all(person, window)
    assert window.remark.text().startswith("Decoded from the latents")
    assert window.remark.toolTip()
    expected = decoded(folder, bundle.latents.mean[window.model.numbers[3]])
    np.testing.assert_array_equal(to_array(window.model.picture(3))[:, :, :1], expected)


def test_pictures_that_are_kept_are_small_and_few(monkeypatch: pytest.MonkeyPatch) -> None:
    model = PictureModel()
    model.put(np.arange(4))
    monkeypatch.setattr("latent_explorer.gui.widgets.picture_list._KEPT_BYTES", 3 * 4 * 128 * 128)
    for number in range(4):
        model.keep(number, to_qimage(np.zeros((512, 512, 3), np.uint8)))
    assert model.missing(range(4)) == [0]
    assert model.picture(3).width() == 128


def test_it_goes_with_its_map(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    bench = person.window.workbench
    bench.open_beside(small_bundle)
    second = Person(person.window, bench.panes[1])
    second.wait_for_the_engine()
    second.pane.selecting.select_class(1)
    second.pane.gallery.open()
    window = second.pane.gallery.window
    bench.close_pane(second.pane)
    assert window.isHidden()
