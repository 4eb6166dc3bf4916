"""Tiles that are not there yet, those that come, and how deep one can go."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QMenu

from latent_explorer.atlas import TileCache, TileKey, tile_region, usual_picture_pixels
from latent_explorer.atlas.view import View
from latent_explorer.bench.person import Person
from latent_explorer.gui.layers.tiles import TileLayer, tile_rect
from latent_explorer.gui.settings import PictureSettings
from latent_explorer.gui.shell.picture_menu import picture_entries
from latent_explorer.gui.widgets.actions import fill_menu
from latent_explorer.gui.widgets.images import to_array

KEY = TileKey("picture", "identity", 0, 0, 0)


def plain_tile(grey: int) -> np.ndarray:
    return np.full((64, 4, 4, 1), grey, np.uint8)


def painted(layer: TileLayer, steps: tuple[float, ...] = (1.0,), before: int = 0) -> np.ndarray:
    """The grey levels of a 128-pixel picture of KEY's region, painted over a grey, each time with a share."""
    centre = tile_region(KEY).centre
    view = View(centre[0], centre[1], 16.0, 128, 128)
    image = QImage(128, 128, QImage.Format.Format_RGB32)
    image.fill(QColor(before, before, before))
    painter = QPainter(image)
    for share in steps:
        layer.paint_tiles(painter, view, [KEY], share)
    painter.end()
    return to_array(image)[..., 0]


@pytest.fixture
def layer(qapp) -> TileLayer:
    layer = TileLayer(TileCache())
    layer.opacity = 0.6
    return layer


def test_a_finer_tile_stands_in_over_a_coarser_one(layer: TileLayer) -> None:
    layer._cache.put(TileKey("picture", "identity", -1, 0, 0), plain_tile(100))
    assert layer.has_stand_in(KEY)
    layer._cache.put(TileKey("picture", "identity", 1, 1, 0), plain_tile(200))  # the lower right quarter
    pixels = painted(layer)
    assert np.unique(pixels[:64]).tolist() == np.unique(pixels[64:, :64]).tolist() == [60]
    assert np.unique(pixels[66:, 66:]).tolist() == [119]


def test_without_any_other_nothing_stands_in(layer: TileLayer) -> None:
    assert not layer.has_stand_in(KEY)
    assert (painted(layer, before=33) == 33).all()


def test_three_steps_of_a_fade_go_evenly_and_end_in_the_tile_itself(layer: TileLayer) -> None:
    layer._cache.put(KEY, plain_tile(250))
    end = painted(layer, before=30).mean()
    assert end == pytest.approx(150, abs=1)
    shares = (1 / 3, 1 / 2, 1.0)
    greys = [painted(layer, shares[:count], before=30).mean() for count in (1, 2, 3)]
    assert greys == pytest.approx([70, 110, 150], abs=2)


def test_no_more_painted_tiles_are_kept_than_a_screen_needs_a_few_times(layer: TileLayer, monkeypatch) -> None:
    monkeypatch.setattr("latent_explorer.gui.layers.tiles._IMAGES", 3)
    for row in range(6):
        key = TileKey("picture", "identity", 0, 0, row)
        layer._cache.put(key, plain_tile(row))
        layer._image(key)
    assert [key.row for key in layer._images] == [3, 4, 5]


def test_what_has_faded_in_looks_as_if_painted_at_once(person: Person) -> None:
    window, canvas = person.window, person.canvas
    assert canvas.frame_scheduler.fades
    for _ in range(3):
        person.wheel(person.point(0, 0), 1)
    person.wait_for_the_engine()
    person.wait_until(lambda: not canvas.frame_scheduler.fresh)
    key = window.pane.feed.keys[0]
    rect = tile_rect(canvas.view, key).translated(canvas.origin.toPoint()).intersected(canvas.rect())
    rect.adjust(2, 2, -2, -2)
    faded = to_array(canvas.grab(rect).toImage())
    canvas.refresh()
    assert np.array_equal(faded, to_array(canvas.grab(rect).toImage()))


def test_where_no_motion_is_wanted_tiles_are_painted_at_once(person: Person) -> None:
    canvas = person.canvas
    canvas.frame_scheduler.fades = False
    try:
        key = person.window.pane.feed.keys[0]
        canvas.show_tile(key)
        assert canvas.frame_scheduler.fresh[key] == 1
    finally:
        canvas.frame_scheduler.fades = True


def test_one_can_go_as_deep_as_latents_differ_and_is_told_where_that_ends(person: Person) -> None:
    canvas, at = person.canvas, QPoint(300, 200)
    started = canvas.view.scale
    for _ in range(25):
        person.wheel(at, 8)
    u, v = canvas.to_plane(at)
    assert canvas.view.scale > 1000 * started
    pixels = person.window.pane.feed.picture_pixels
    assert canvas.view.scale <= pixels / np.spacing(np.float32(min(abs(u), abs(v))))
    chart = person.window.pane.session.bundle.chart
    step = 1.01 * pixels / canvas.view.scale
    assert (chart.to_latent((u + step, v)) != chart.to_latent((u, v))).any()
    assert "Maximum zoom" in person.window.statusBar().currentMessage()
    person.wait_for_the_engine()
    for _ in range(25):
        person.wheel(at, -8)
    assert canvas.view.scale < started
    canvas.fit()


def entry(menu: QMenu, text: str):
    return next(action for action in menu.actions() if action.text().startswith(text))


def test_size_memory_and_fading_are_chosen_in_the_menu_and_remembered(person: Person) -> None:
    window, menu = person.window, QMenu()
    fill_menu(menu, picture_entries(window.workbench), menu)
    levels = {key.level for key in window.pane.feed.keys}
    try:
        entry(menu, "Large").trigger()
        assert window.pane.feed.picture_pixels == 80
        person.wheel(person.point(0, 0), 1)
        entry(menu, "Fade").trigger()
        memory = entry(menu, "Keep in memory").menu()
        memory.aboutToShow.emit()
        entry(memory, "64").trigger()
        window.pane.feed.chosen_pixels, window.pane.feed.cache.limit = 1.0, 1
        window.pane.canvas.frame_scheduler.fades = True
        window.pane.show_pictures(PictureSettings.read(window.workbench.settings))
        assert (window.pane.feed.picture_pixels, window.pane.feed.cache.limit) == (80, 64 * 2**20)
        assert not window.pane.canvas.frame_scheduler.fades
        window.workbench.settings.put(PictureSettings())
        window.pane.show_pictures(PictureSettings.read(window.workbench.settings))
        assert window.pane.feed.picture_pixels == usual_picture_pixels(*window.pane.feed.sides())
    finally:
        window.workbench.settings.put(PictureSettings())
        window.pane.show_pictures(PictureSettings.read(window.workbench.settings))
        window.pane.look()
    assert levels
