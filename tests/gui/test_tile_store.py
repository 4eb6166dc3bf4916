"""The window keeps decoded tiles on disk, and takes none of them for another's."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu

from latent_explorer.atlas import TileKey, name_of, tiles_bytes
from latent_explorer.gui.settings import PictureSettings
from latent_explorer.gui.shell.picture_menu import in_words, picture_entries
from latent_explorer.gui.widgets.actions import fill_menu
from latent_explorer.places import tile_folder


@pytest.fixture(autouse=True)
def _own_tiles(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def kept() -> list[Path]:
    return sorted(tile_folder().rglob("*.tile"))


def field_keys(person) -> list[TileKey]:
    """The tiles of the visible fields that the view shows."""
    return [key for layer in person.window.pane.fields._shown for key in layer.keys(person.canvas.view)]


def count_decoded(person) -> list[object]:
    decoded = []
    person.window.pane.arrived.connect(
        lambda event: decoded.append(event) if getattr(event, "topic", "") == "tiles" else None
    )
    return decoded


def look_around(person) -> None:
    person.wait_for_the_engine()
    person.window.pane.feed.forget_all()
    person.window.pane.look()
    person.wait_for_the_engine()


def test_what_one_window_has_decoded_another_reads(new_window, small_bundle: Path) -> None:
    first = new_window(small_bundle)
    keys, cache = first.window.pane.feed.keys, first.window.pane.feed.cache
    first.wait_until(lambda: {name_of(key) for key in keys} <= {path.stem for path in kept()})
    second = new_window(small_bundle)
    decoded = count_decoded(second)
    look_around(second)
    assert not decoded
    for key in keys:
        assert np.array_equal(second.window.pane.feed.cache.get(key), cache.get(key))


def test_a_damaged_tile_is_decoded_again(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    feed = person.window.pane.feed
    pictures = {key: feed.cache.get(key) for key in feed.keys}
    person.wait_until(lambda: {name_of(key) for key in feed.keys} <= {path.stem for path in kept()})
    for path in kept():
        path.write_bytes(path.read_bytes()[:-9])
    look_around(person)
    assert all(np.array_equal(feed.cache.get(key), picture) for key, picture in pictures.items())


def test_a_tile_of_the_bundle_before_is_dropped(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    window, key = person.window, person.window.pane.feed.keys[0]
    right = window.pane.feed.cache.get(key)
    window.pane.feed.cache.clear()
    window.pane.store.found.emit(window.pane.store.generation - 1, key, np.zeros_like(right))
    assert key not in window.pane.feed.cache
    window.pane.store.found.emit(window.pane.store.generation, key, right)
    assert key in window.pane.feed.cache


def disk_entries(window) -> dict[str, QAction]:
    menu = QMenu(window)
    fill_menu(menu, picture_entries(window.workbench), menu)
    disk = next(action.menu() for action in menu.actions() if action.text() == "Keep on disk")
    disk.aboutToShow.emit()
    return {action.text(): action for action in disk.actions() if action.text()}


def wait_until_kept(person, keys: list[TileKey]) -> None:
    person.wait_until(lambda: {name_of(key) for key in keys} <= {path.stem for path in kept()})


def test_it_can_be_turned_off_and_cleared(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    window = person.window
    person.wait_until(lambda: len(kept()) > 0)
    entries = disk_entries(window)
    entries["Keep pictures and fields on disk"].trigger()
    assert not window.workbench.settings.get(PictureSettings).keep
    entries["Delete pictures and fields kept on disk"].trigger()
    person.wait_until(lambda: not kept())
    look_around(person)
    person.wait(0.2)
    assert not kept()
    assert window.pane.feed.missing == 0


def test_one_chooses_how_much_may_be_kept_and_sees_how_much_is(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    window = person.window
    wait_until_kept(person, window.pane.feed.keys)
    measured = []
    window.pane.store.measured.connect(measured.append)
    entries = disk_entries(window)
    assert entries["Up to 1 GiB"].isChecked()
    used = entries["… of 1 GiB used"]
    person.wait_until(lambda: len(measured) > 0)
    assert used.text() == f"{in_words(measured[0])} of 1 GiB used"
    assert measured[0] > 0
    entries["Up to 256 MiB"].trigger()
    window.pane.store.limit = 0
    window.pane.show_pictures(PictureSettings.read(window.workbench.settings))
    assert window.pane.store.limit == 256 * 2**20
    window.pane.store.keep_within(measured[0] // 2)
    person.wait_until(lambda: tiles_bytes(tile_folder()) <= measured[0] // 2)  # which are being removed


def test_sizes_in_words() -> None:
    assert [in_words(size) for size in (0, 5, 312 << 20, 1 << 30, 3 << 29, 10 << 30)] == [
        "0 MiB", "less than 1 MiB", "312 MiB", "1 GiB", "1.5 GiB", "10 GiB",
    ]  # fmt: skip


def test_tiles_of_fields_are_read_by_the_next_window_and_not_asked_for(new_window, small_bundle: Path) -> None:
    titles = ("Class regions", "Consistency")
    first = new_window(small_bundle)
    for title in titles:
        first.window.pane.layer_panel.toggle(title)
    first.wait_for_the_engine()
    keys = field_keys(first)
    assert {key.field for key in keys} == {"veil", "classes", "consistency"}
    wait_until_kept(first, keys)
    second = new_window(small_bundle)
    fields, asked = second.window.pane.fields, []
    second.wait_until(lambda: second.window.pane.store._known >= {name_of(key) for key in keys})
    fields.open(second.window.pane.session.bundle)
    second.window.pane.dress(second.window.workbench.theme)
    second.window.pane.arrived.connect(lambda event: asked.append(getattr(event, "key", None)))
    for title in titles:
        if not fields.by_title[title].visible:
            second.window.pane.layer_panel.toggle(title)
    second.window.pane.look()
    second.wait_for_the_engine()
    assert not set(keys) & set(asked)
    for key in keys:
        assert np.array_equal(fields._cache.get(key), first.window.pane.fields._cache.get(key))


def test_fields_are_read_before_the_engine_is_there(new_window, silent_engine, small_bundle: Path) -> None:
    first = new_window(small_bundle)
    wait_until_kept(first, field_keys(first))
    second = new_window(None, silent_engine)
    second.window.workbench.open(small_bundle)
    second.wait_until(lambda: second.pane.bundle is not None and second.window.pane.fields.missing == 0)
    assert {key.field for key in field_keys(second)} == {"veil"}


def test_a_damaged_tile_of_a_field_is_computed_again(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    fields, keys = person.window.pane.fields, field_keys(person)
    values = {key: fields._cache.get(key) for key in keys}
    wait_until_kept(person, keys)
    for path in kept():
        path.write_bytes(path.read_bytes()[:-3])
    fields.open(person.window.pane.session.bundle)
    person.window.pane.dress(person.window.workbench.theme)
    person.window.pane.look()
    person.wait_for_the_engine()
    assert all(np.array_equal(fields._cache.get(key), value) for key, value in values.items())
