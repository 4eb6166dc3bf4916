"""The pictures that a bundle brings along are there at the first paint, whatever the engine does."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.atlas import level_for, name_of
from latent_explorer.bundles import add_tiles, read_config, read_latents, read_weights
from latent_explorer.charts import FollowingChart
from latent_explorer.engine.process import ThreadEngine
from latent_explorer.gui.pane.tile_feed import shipped_tiles
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.nets.weights import load_model
from latent_explorer.places import tile_folder
from latent_explorer.session import open_bundle
from latent_explorer.training.publishing.pictures import first_tiles


def with_tiles(bundle: Path, folder: Path) -> Path:
    shutil.copytree(bundle, folder)
    config = read_config(folder)
    tiles = first_tiles(load_model(config.net, read_weights(folder, config)), read_latents(folder, config))
    return add_tiles(folder, tiles)


@pytest.fixture(params=["small_bundle", "wide_bundle"])
def bundle(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return with_tiles(request.getfixturevalue(request.param), tmp_path / "bundle")


def test_the_first_paint_shows_decoded_pictures_before_the_engine_speaks(
    new_window, silent_engine, bundle: Path
) -> None:
    person = new_window(None, silent_engine)
    window, seen = person.window, []

    def look() -> None:
        if window.pane.bundle is not None:
            seen.append(to_array(window.pane.canvas.picture(1.0)))

    window.pane.canvas.painted.connect(look)
    window.pane.layer_panel.toggle("Points")
    window.workbench.open(bundle)
    person.wait_until(lambda: len(seen) > 0)
    assert window.pane.feed.missing == 0
    window.pane.layer_panel.toggle("Pictures")
    bare = to_array(window.pane.canvas.picture(1.0))
    covered = (seen[0] != bare).any(axis=2).mean()
    assert covered > 0.85  # all but the axes
    assert window.pane.feed.interpolated((0.0, 0.0)) is not None


def test_they_are_as_the_engine_decodes_them_and_neither_asked_for_nor_kept(
    new_window, bundle: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    person = new_window(bundle, ThreadEngine)
    window = person.window
    shipped = {key: window.pane.feed.cache.get(key) for key in window.pane.feed.keys}
    assert shipped.items() <= window.pane.feed._shipped.items()
    person.wait(0.3)
    kept = {path.stem for path in tile_folder().rglob("*.tile")}
    assert not kept & {name_of(key) for key in shipped}
    window.pane.feed.forget_all()
    window.pane.look()
    person.wait_until(lambda: window.pane.feed.missing == 0)
    for key, pictures in shipped.items():
        decoded = window.pane.feed.cache.get(key)
        assert decoded is not pictures
        assert np.abs(decoded.astype(int) - pictures).max() <= 1


def test_what_memory_had_no_room_for_comes_from_the_bundle_again(new_window, silent_engine, bundle: Path) -> None:
    person = new_window(None, silent_engine)
    feed = person.window.pane.feed
    person.window.workbench.open(bundle)
    person.wait_until(lambda: person.canvas.view.width > 1 and person.pane.bundle is not None)
    feed.cache.clear()
    person.window.pane.look()
    assert feed.missing == 0
    assert feed._level == level_for(person.canvas.view.scale, feed.picture_pixels)


def test_tiles_of_another_chart_are_not_shown(bundle: Path) -> None:
    opened = open_bundle(bundle)
    assert len(shipped_tiles(opened)) == len(opened.tiles)
    flat = opened.chart.plane if isinstance(opened.chart, FollowingChart) else opened.chart
    for other in (replace(flat, axes=flat.axes[::-1]), replace(flat, origin=flat.origin + 0.1)):
        chart = replace(opened.chart, plane=other) if isinstance(opened.chart, FollowingChart) else other
        assert shipped_tiles(replace(opened, chart=chart)) == {}
    if isinstance(opened.chart, FollowingChart):  # as decoded before maps followed the data
        assert shipped_tiles(replace(opened, chart=flat)) == {}
