"""The window keeps decoded tiles on disk, and takes none of them for another's."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtWidgets import QMenu

from latent_explorer.atlas import name_of
from latent_explorer.gui.picture_menu import fill_picture_menu
from latent_explorer.places import tile_folder


@pytest.fixture(autouse=True)
def _own_tiles(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def kept() -> list[Path]:
    return sorted(tile_folder().rglob("*.tile"))


def count_decoded(person) -> list[object]:
    decoded = []
    person.window.link.arrived.connect(
        lambda event: decoded.append(event) if getattr(event, "topic", "") == "tiles" else None
    )
    return decoded


def look_around(person) -> None:
    person.wait_for_the_engine()
    person.window.feed.forget_all()
    person.window.look()
    person.wait_for_the_engine()


def test_what_one_window_has_decoded_another_reads(new_window, small_bundle: Path) -> None:
    first = new_window(small_bundle)
    keys, cache = first.window.feed.keys, first.window.feed.cache
    first.wait_until(lambda: {name_of(key) for key in keys} <= {path.stem for path in kept()})
    second = new_window(small_bundle)
    decoded = count_decoded(second)
    look_around(second)
    assert not decoded
    for key in keys:
        assert np.array_equal(second.window.feed.cache.get(key), cache.get(key))


def test_a_damaged_tile_is_decoded_again(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    feed = person.window.feed
    pictures = {key: feed.cache.get(key) for key in feed.keys}
    person.wait_until(lambda: {name_of(key) for key in feed.keys} <= {path.stem for path in kept()})
    for path in kept():
        path.write_bytes(path.read_bytes()[:-9])
    look_around(person)
    assert all(np.array_equal(feed.cache.get(key), picture) for key, picture in pictures.items())


def test_a_tile_of_the_bundle_before_is_dropped(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    window, key = person.window, person.window.feed.keys[0]
    right = window.feed.cache.get(key)
    window.feed.cache.clear()
    window.store.found.emit(window.store.generation - 1, key, np.zeros_like(right))
    assert key not in window.feed.cache
    window.store.found.emit(window.store.generation, key, right)
    assert key in window.feed.cache


def test_it_can_be_turned_off_and_cleared(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    window, menu = person.window, QMenu()
    person.wait_until(lambda: len(kept()) > 0)
    fill_picture_menu(window, menu)
    entries = {action.text(): action for action in menu.actions()}
    entries["Keep on disk, too"].trigger()
    assert window.settings.text("keep pictures on disk", "") == "no"
    entries["Clear what is kept on disk"].trigger()
    person.wait_until(lambda: not kept())
    look_around(person)
    person.wait(0.2)
    assert not kept()
    assert window.feed.missing == 0
