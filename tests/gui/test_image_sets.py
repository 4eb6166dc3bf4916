"""Many images of one's own, dropped on the map in the real window: placed, listed, pointed at, exported."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QFileDialog, QLineEdit

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config
from latent_explorer.charts import ChartSpec
from latent_explorer.engine.decoder import Decoder, device_for
from latent_explorer.gui.pane.saved_map import saved_map
from latent_explorer.gui.studies.image_sets.colours import ColourKey, colouring_of
from latent_explorer.gui.studies.image_sets.study import ImageSetsStudy
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.session.saved import SavedSession, write_session
from tests.gui.test_drops import dragged, drop, said
from tests.nets.families import GAN, registered, trained_on_noise

_mouse = cast(Any, QTest)


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with registered(GAN):
        yield


@pytest.fixture
def folder(tmp_path: Path, small_bundle: Path) -> Path:
    """20 images of 8x8 in two folders, as the dataset's are."""
    images = np.load(small_bundle.parent / "images.npz")["images"]
    for number, image in enumerate(images[:20]):
        path = tmp_path / "own" / ("left", "right")[number % 2] / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.squeeze()).save(path)
    return tmp_path / "own"


def placed(person: Person, *paths: Path) -> ImageSetsStudy:
    """Drop images and have them placed; the study, once all are there."""
    banner = person.window.workbench.banner
    drop(person, dragged(*paths))
    person.wait_until(lambda: "Place these images on the map" in banner.buttons)
    person.press_button(banner.buttons["Place these images on the map"])
    study = person.window.workbench.show_study("image-sets")
    assert isinstance(study, ImageSetsStudy)
    person.wait_until(lambda: on_map(study))
    return study


def on_map(study: ImageSetsStudy) -> bool:
    """Whether all images of the last set are on the map."""
    found = study.found(study.sets[-1])
    return found.done and len(found.uv) == len(found.names) and not study._soon.isActive()


def test_through_another_chart_they_lie_where_that_has_them(new_window, wide_bundle: Path, folder: Path) -> None:
    person = new_window(wide_bundle)
    study = placed(person, *sorted(folder.rglob("*.png")))
    before, chart = study.layer.sets[0].uv, ChartSpec.of("slice:up=4")
    person.pane.session.see_through(chart)
    person.wait_until(lambda: person.bundle.spec == chart)
    assert not len(study.layer.sets[0].uv)  # rather than where the other map had them
    person.wait_until(lambda: on_map(study))
    z = study.found(study.sets[0]).joined("z").astype(np.float32)
    np.testing.assert_allclose(study.layer.sets[0].uv, person.bundle.chart.to_plane(z), rtol=1e-4, atol=1e-6)
    assert not np.allclose(study.layer.sets[0].uv, before)


def clicked(person: Person, study: ImageSetsStudy, row: int, column: int = 0) -> None:
    table = study.view.table
    place = table.visualRect(table.model_.index(row, column)).center()
    _mouse.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    person.wait(0.05)


def test_twenty_images_are_dropped_and_their_scores_exported(
    new_window, small_bundle: Path, folder: Path, tmp_path: Path
) -> None:
    person = new_window(small_bundle)
    study = placed(person, *sorted(folder.rglob("*.png")))
    pane, table = person.pane, study.view.table
    assert table.model_.rowCount() == 20
    config = read_config(small_bundle)
    model = load_bundle_model(small_bundle, config)
    images = np.stack([np.asarray(Image.open(path))[..., None] for path in sorted(folder.rglob("*.png"))])
    z = Decoder(model, device_for(model)).encoded(images)
    np.testing.assert_allclose(study.found(study.sets[0]).joined("z"), z, atol=1e-5)
    assert pane.layer_panel.offers("Own images")
    assert study.layer.count == 20

    person.press_button(study.view.export)
    (chooser,) = [each for each in person.window.findChildren(QFileDialog) if each.isVisible()]
    typed = chooser.findChild(QLineEdit, "fileNameEdit")
    typed.setText(str(tmp_path / "scores.csv"))
    person.key(Qt.Key.Key_Return, on=typed)
    person.wait_until(lambda: (tmp_path / "scores.csv").exists())
    with (tmp_path / "scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == [path.name for path in sorted(folder.rglob("*.png"))]
    np.testing.assert_allclose([[float(row["mean_0"]), float(row["mean_1"])] for row in rows], z, atol=1e-5)
    assert all(float(row["score"]) > 0 for row in rows)
    person.wait_until(lambda: "scores.csv" in person.window.statusBar().currentMessage())


def test_a_broken_image_is_named_and_the_others_are_placed(new_window, small_bundle: Path, folder: Path) -> None:
    (folder / "left" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    drawn = np.full((40, 30, 3), 255, np.uint8)
    drawn[10:30, 12:18] = 0
    Image.fromarray(drawn).save(folder / "left" / "large.png")
    person = new_window(small_bundle)
    study = placed(person, folder)
    assert study.view.table.model_.rowCount() == 21
    assert "left/broken.png: expected an image" in study.view.summary.text()
    assert not study.view.table.isColumnHidden(1)


def test_a_click_in_the_list_goes_to_the_image_and_the_list_is_sorted(
    new_window, small_bundle: Path, folder: Path
) -> None:
    person = new_window(small_bundle)
    study = placed(person, folder)
    table, found = study.view.table, study.found(study.sets[0])
    table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert table.model_.image(0) == int(np.argmax(found.joined("score")))
    clicked(person, study, 0)
    z = found.joined("z")[table.model_.image(0)]
    np.testing.assert_allclose(person.pane.prober.probe.z, z, atol=1e-6)


def test_the_image_under_the_pointer_is_shown(new_window, small_bundle: Path, folder: Path) -> None:
    person = new_window(small_bundle)
    study = placed(person, folder)
    shown = study.layer.sets[0]
    away = np.abs(shown.uv[:, None] - shown.uv).sum(2) + np.eye(20) * 9
    image = int(away.min(1).argmax())  # the one that stands most alone
    person.canvas.fit()
    person.move(person.point(*shown.uv[image].tolist()))
    person.wait_until(study.card.isVisible)
    assert shown.names[image] in study.card.words.text()
    assert study.layer.marked == (0, image)
    person.wait_until(lambda: any("Own image" in line for line in lines(person)))
    send_mouse(study.view.table.viewport(), QPointF(5, 5))
    person.move(QPoint(2, 2))
    person.wait_until(study.card.isHidden)


def lines(person: Person) -> list[str]:
    view = person.canvas.view
    probe = person.pane.prober.probe
    return [layer.line(view, probe.uv) for layer in person.pane.layers.by_title.values() if layer.painted]


def test_a_click_on_a_diamond_shows_the_exact_place_of_its_image(new_window, small_bundle: Path, folder: Path) -> None:
    person = new_window(small_bundle)
    study = placed(person, folder)
    pane, shown = person.pane, study.layer.sets[0]
    view, places = pane.canvas.view, study.found(study.sets[0]).joined("z")
    image = next(n for n in range(20) if study.layer.nearest(view, tuple(shown.uv[n].tolist())) == (0, n))
    x, y = view.to_screen_point(tuple(shown.uv[image].tolist()))
    person.click((QPointF(x, y) + pane.canvas.origin).toPoint())
    np.testing.assert_array_equal(np.array(pane.session.state.chosen, np.float32), places[image].astype(np.float32))
    assert pane.session.state.pins == ()
    away = next(
        QPointF(x, y) for x in range(20, int(view.width), 40) for y in range(20, int(view.height), 40)
        if study.layer.nearest(view, view.to_plane(x, y), 40) is None
    )  # fmt: skip
    person.click((away + pane.canvas.origin).toPoint())
    assert len(pane.session.state.pins) == 1  # elsewhere a click pins, as ever


def test_a_dataset_is_placed_by_its_name(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    study = person.window.workbench.show_study("image-sets")
    assert isinstance(study, ImageSetsStudy)
    row = study.view.named.findText("mnist")
    study.view.named.setCurrentIndex(row)
    study.view.named.activated.emit(row)
    person.wait_until(lambda: len(study.layer.sets) == 1 and study.layer.count > 0)
    assert study.sets[0].sources == ("mnist",)
    assert study.view.named.currentIndex() == 0
    assert study.view.sets.currentText().lower().startswith("mnist")
    study._cancel()


def test_sets_are_coloured_renamed_hidden_removed_and_that_is_undone(
    new_window, small_bundle: Path, folder: Path
) -> None:
    person = new_window(small_bundle)
    study = placed(person, folder)
    view = study.view
    view.colouring.setCurrentIndex(1)
    view.colouring.activated.emit(1)
    assert len(study.layer.sets[0].colours) == 2
    view.changed.emit("name", "mine")
    assert view.sets.currentText() == "mine"
    person.press_button(view.shown)
    assert study.layer.count == 0
    person.press_button(view.shown)
    placed(person, folder / "left")
    assert [own.name for own in study.sets] == ["mine", ""]
    assert view.sets.currentIndex() == 1
    assert study.layer.count == 30
    person.press_button(view.remove)
    assert study.layer.count == 20
    person.pane.session.undo()
    assert study.layer.count == 30


def test_groups_called_as_classes_have_their_shapes(qapp) -> None:
    theme = replace(DARK, shapes=True)
    groups, score = ["two", "zero", "else", "two"], np.zeros(4)
    made = colouring_of("group", 0, groups, score, ("zero", "one", "two"), theme)
    assert [made.marks[number] for number in made.number] == [theme.mark_of(label) for label in (2, 0, 3, 2)]
    assert colouring_of("group", 0, groups, score, ("zero", "one", "two"), DARK).marks == ()
    key, shown = ColourKey(), []
    for marks in (made.marks, ()):
        key.show_colours(replace(made, marks=marks))
        shown.append(to_array(key.grab().toImage()))
    assert (shown[0] != shown[1]).any()


def test_a_set_that_is_cancelled_keeps_what_has_come(new_window, small_bundle: Path, folder: Path) -> None:
    person = new_window(small_bundle)
    study = cast(ImageSetsStudy, person.window.workbench.show_study("image-sets"))
    study.place([folder])
    study.view.cancel.click()  # before anything can have come
    person.wait_until(lambda: study.view.retry.isVisible())
    assert "Cancelled" in study.view.summary.text()
    person.press_button(study.view.retry)
    person.wait_until(lambda: study.found(study.sets[0]).done)


def test_without_an_encoder_places_are_searched_for(new_window, tmp_path: Path, folder: Path) -> None:
    bundle = trained_on_noise(tmp_path, "rival", side=8)
    person = new_window(bundle)
    study = placed(person, *sorted((folder / "left").iterdir())[:2])
    assert study.sets[0].search
    assert not study.view.search.isEnabled()
    assert study.view.table.model_.rowCount() == 2


def test_a_saved_session_places_its_sets_again(new_window, small_bundle: Path, folder: Path, tmp_path: Path) -> None:
    person = new_window(small_bundle)
    study = placed(person, folder)
    study.view.changed.emit("colouring", "score")
    saved, arrays = saved_map(person.pane, tmp_path / "a.latent.json")
    write_session(tmp_path / "a.latent.json", SavedSession(maps=(saved,)), arrays)
    other = new_window(None)
    other.window.workbench.sessions.open_file(tmp_path / "a.latent.json")
    other.wait_until(lambda: other.pane.session is not None and bool(other.pane.session.state.sets))
    layer = other.pane.layers.by_title["Own images"]
    other.wait_until(lambda: layer.count == 20)
    assert layer.visible
    assert len(layer.sets[0].colours) > 2


def test_files_that_are_gone_are_said_to_be(new_window, small_bundle: Path, folder: Path) -> None:
    person = new_window(small_bundle)
    study = cast(ImageSetsStudy, person.window.workbench.show_study("image-sets"))
    study.place([folder.parent / "gone"])
    person.wait_until(lambda: "could not be placed" in study.view.summary.text())
    assert "gone" in study.view.summary.text()


def test_one_folder_may_still_be_trained_on(new_window, small_bundle: Path, folder: Path) -> None:
    person = new_window(small_bundle)
    drop(person, dragged(folder))
    said(person, "own is a folder of 20 images.")
    assert list(person.window.workbench.banner.buttons) == ["Place these images on the map", "Train on these images…"]
