"""The map of a generator in the real window: draws and images on it, told apart, each with what it has."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.data import open_dataset
from latent_explorer.gui.panels.legend import ClassRow
from latent_explorer.gui.studies.registry import STUDIES
from tests.gui.pens import FOUR, own_image, settled, stroke
from tests.gui.test_drops import dragged, drop
from tests.nets.families import GAN, INVERTED, placed_bars, registered

mouse = cast(Any, QTest)


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with registered(GAN, INVERTED):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return placed_bars(tmp_path_factory.mktemp("generator"))


@pytest.fixture
def person(new_window: Callable[..., Person], folder: Path) -> Person:
    made = new_window(folder)
    made.window.resize(1200, 800)
    made.wait_for_the_engine()
    return made


def near_the_middle(person: Person, drawn: bool) -> int:
    """The number of the draw, or of the image, nearest to the middle of the view."""
    latents, view = person.bundle.latents, person.canvas.view
    numbers = np.arange(latents.draws) if drawn else np.arange(latents.draws, len(latents))
    away = np.abs(person.bundle.uv[numbers] - (view.u, view.v)).max(1)
    return int(numbers[away.argmin()])


def hover(person: Person, number: int) -> None:
    """Point at a point by its number, and wait for what the data say of it."""
    person.move(person.point(*person.bundle.uv[number].tolist()))
    strip = person.pane.inspector.neighbours
    person.wait_until(lambda: strip._place is not None and not strip.outdated)


def images_of(person: Person) -> np.ndarray:
    return open_dataset(person.bundle.config.dataset.source).images


def test_a_draw_and_an_image_are_pointed_at(person: Person, folder: Path, decoded: Callable[..., np.ndarray]) -> None:
    pane, latents = person.pane, person.bundle.latents
    for drawn in (True, False):
        number = near_the_middle(person, drawn)
        hover(person, number)
        person.wait_until(lambda: pane.prober.probe.picture is not None)
        probe, strip = pane.prober.probe, pane.inspector.neighbours
        assert np.abs(probe.picture.astype(int) - decoded(folder, probe.z)).max() <= 1
        place = strip._place
        assert (place.indices[:4] >= latents.draws).all()  # images, with what the dataset has of them
        assert (place.indices[4:] < latents.draws).all()
        np.testing.assert_array_equal(place.originals[:4], images_of(person)[latents.images(place.indices[:4])])
        if not drawn:
            assert number in place.indices[:4]
    image, draw = strip._tip(strip._cell(0, 0).center()), strip._tip(strip._cell(4, 1).center())
    assert image.startswith(f"Image {latents.images(place.indices[:1])[0]}, class ")
    assert "Reconstruction error" in image
    assert draw.startswith(f"Draw {place.indices[4]} from the prior, class ")
    assert "as the classifier sees it" in draw
    assert "Reconstruction error" not in draw
    assert pane.inspector._nearest.text() == "Nearest images, and nearest draws"
    thumbnails_are_of_images_alone(person)


def thumbnails_are_of_images_alone(person: Person) -> None:
    layer, latents = person.pane.thumbnails.layer, person.bundle.latents
    assert layer.visible
    numbers: np.ndarray = np.zeros(0, np.int64)
    for _ in range(4):
        person.canvas.zoom(1.3)
        numbers = layer.places(person.canvas.view)
    assert len(numbers)
    assert (numbers >= latents.draws).all()
    person.wait_until(lambda: all(number in layer.cache for number in layer.places(person.canvas.view).tolist()))
    for number in layer.places(person.canvas.view).tolist():
        expected = images_of(person)[latents.images(np.array([number]))[0]]
        np.testing.assert_array_equal(layer.cache.get(number), expected)


def the_legend_says_whose_the_classes_are_and_hides_both(person: Person) -> None:
    pane, label = person.pane, person.bundle.latents.label
    assert label is not None
    legend = pane.legend
    assert "as the classifier sees them" in legend.note.text()
    rows = legend.findChildren(ClassRow)
    assert f"{int((label == 0).sum()):,} points" in rows[0].toolTip()
    before = pane.points.count
    mouse.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    assert pane.points.count == before - int((label == 0).sum())


def a_selection_shows_images_and_decoded_draws(person: Person) -> None:
    pane, latents = person.pane, person.bundle.latents
    chosen = np.zeros(len(latents), bool)
    numbers = [2, 5, latents.draws + 1]
    chosen[numbers] = True
    pane.session.select(chosen)
    assert pane.selection.count.text().startswith("3 points")
    pane.gallery.open()
    window = pane.gallery.window
    assert window is not None
    person.wait_until(lambda: all(window.model.picture(row) is not None for row in range(3)))
    tips = [window.list.describe(row) for row in range(3)]
    assert any(tip.startswith("Draw 2") for tip in tips)
    assert any(tip.startswith("Image 1\n") for tip in tips)
    assert sum("Reconstruction error" in tip for tip in tips) == 1
    window.close()


def points_are_coloured_by_what_they_are(person: Person) -> None:
    pane, latents = person.pane, person.bundle.latents
    pane.colourer.choose("split")
    shading = pane.points.shading
    assert [shading.word(number) for number in (0, latents.draws, len(latents) - 1)] == ["draws", "training", "test"]
    pane.colourer.choose("error")
    assert pane.points.shading.word(0) == "none"
    assert float(pane.points.shading.word(len(latents) - 1).split()[0]) > 0
    pane.colourer.choose("class")


def an_image_that_is_drawn_is_placed_by_inversion(person: Person) -> None:
    study = own_image(person)
    for each in FOUR:
        stroke(study.panel.pad, each)
    settled(person, study)
    assert study.latent is not None
    assert study.mark.uv == pytest.approx(tuple(person.bundle.chart.to_plane(study.latent)))
    assert np.isfinite(study.encoded.error)
    assert "held-out images" in study.panel.likely.text()
    assert study.search.start.text() == "Search for a better place"


def a_file_that_is_dropped_is_placed_by_inversion(person: Person, tmp_path: Path) -> None:
    image = np.full((40, 30), 10, np.uint8)
    image[4:36, 12:17] = 250
    Image.fromarray(image).save(tmp_path / "own.png")
    study = own_image(person)
    drop(person, dragged(tmp_path / "own.png"))
    person.wait_until(lambda: not study.panel.sketch.empty)
    settled(person, study)
    assert study.latent is not None
    assert study.mark.uv == pytest.approx(tuple(person.bundle.chart.to_plane(study.latent)))


def what_asks_for_images_or_an_encoder_is_offered(person: Person) -> None:
    for name in ("Consistency", "Error", "Class regions", "Density"):
        assert person.pane.layer_panel.offers(name), name
    assert [spec.name for spec in STUDIES.values() if spec.lacks(person.bundle)] == ["style-transfer"]


def a_draw_cannot_be_labelled(person: Person) -> None:
    labelling = person.window.workbench.show_study("few-labels")
    number = near_the_middle(person, drawn=True)
    pane = person.pane
    pane.session.select(np.arange(len(person.bundle.latents)) == number)
    labelling._label_selected()
    assert not pane.session.state.labels.of


def test_what_the_panels_show_of_draws_and_images(person: Person) -> None:
    """One window for all, since each takes seconds to open."""
    what_asks_for_images_or_an_encoder_is_offered(person)
    points_are_coloured_by_what_they_are(person)
    a_selection_shows_images_and_decoded_draws(person)
    a_draw_cannot_be_labelled(person)
    the_legend_says_whose_the_classes_are_and_hides_both(person)


def test_ones_own_image_is_placed_by_inversion(person: Person, tmp_path: Path) -> None:
    an_image_that_is_drawn_is_placed_by_inversion(person)
    person.press_button(own_image(person).panel.clear)
    a_file_that_is_dropped_is_placed_by_inversion(person, tmp_path)
