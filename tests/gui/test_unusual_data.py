"""Datasets without labels, with one class, of few images, and of one latent dimension."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config, read_latents, read_weights, save_bundle
from latent_explorer.gui.panels.legend import ClassRow


def relabelled(bundle: Path, folder: Path, class_names: tuple[str, ...]) -> Path:
    """A copy of a bundle whose images are all of the first of some classes, or of none."""
    config, latents = read_config(bundle), read_latents(bundle)
    labels = np.zeros(len(latents), np.int64) if class_names else None
    dataset = msgspec.structs.replace(config.dataset, class_names=class_names)
    return save_bundle(
        folder,
        msgspec.structs.replace(config, dataset=dataset),
        read_weights(bundle, config),
        replace(latents, label=labels),
        "# A copy\n",
        (bundle / "preview.png").read_bytes(),
    )


def probed_and_described(person: Person) -> None:
    window = person.window
    person.move(person.point(*window.pane.session.bundle.uv[0]))
    person.wait_until(lambda: window.pane.prober.probe.picture is not None)
    person.wait_until(lambda: window.pane.prober.place is not None)
    assert not person.see().isNull()


def test_without_labels(new_window, small_bundle: Path, tmp_path: Path) -> None:
    person = new_window(relabelled(small_bundle, tmp_path / "plain", ()))
    window = person.window
    probed_and_described(person)
    assert window.pane.prober.place.shares.size == 0
    assert window.pane.points.count == 120
    assert window.pane.legend.findChildren(ClassRow) == []
    assert "no classes" in window.pane.legend.findChild(QLabel).text()
    window.pane.layer_panel.toggle("Class regions")  # a key or a menu could ask for them all the same
    person.wait_until(lambda: window.pane.fields.missing == 0)
    assert {key.field for key in window.pane.fields.keys} == {"veil"}
    assert not window.pane.layer_panel.offers("Class regions")
    window.workbench.choose_theme("light")
    probed_and_described(person)
    window.workbench.choose_theme("dark")
    person.drag(person.point(-2, 3.5), person.point(2, 3.5), 0.1)
    assert window.pane.session.state.route is not None


def test_one_class(new_window, small_bundle: Path, tmp_path: Path) -> None:
    person = new_window(relabelled(small_bundle, tmp_path / "single", ("only",)))
    window = person.window
    probed_and_described(person)
    assert window.pane.prober.place.shares.tolist() == [1.0]
    (row,) = window.pane.legend.findChildren(ClassRow)
    window.pane.legend.isolated.emit(0)
    assert window.pane.points.count == 120
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.pane.points.count == 0
    assert not person.see().isNull()
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.pane.points.count == 120


def test_more_classes_than_there_are_colours(new_window, small_bundle: Path, tmp_path: Path) -> None:
    names = tuple(f"class number {number}" for number in range(40))
    person = new_window(relabelled(small_bundle, tmp_path / "many", names))
    probed_and_described(person)
    colours = {person.window.workbench.theme.class_colour(number).name() for number in range(40)}
    assert len(colours) == 40
    assert len(person.window.pane.legend.findChildren(ClassRow)) == 40
    theme = person.window.pane.theme
    looks = person.canvas.marks.looks  # of the nearest points, all of the first class
    assert looks == 8 * ((theme.mark_of(0), theme.of_class(0)),)


@pytest.mark.parametrize(("dimensions", "count"), [(1, 60), (1, 2), (2, 1), (3, 1), (5, 2)])
def test_few_dimensions_and_few_images(new_window, make_bundle, dimensions: int, count: int) -> None:
    person = new_window(make_bundle(f"few{dimensions}x{count}", latent_dim=dimensions, count=count))
    window = person.window
    probed_and_described(person)
    assert window.pane.points.count == count
    person.click(QPoint(60, 60))
    assert len(window.pane.session.state.pins[0].z) == dimensions
    person.drag(QPoint(80, 200), QPoint(300, 90), 0.1)
    person.wait_until(lambda: len(window.pane.filmstrip.frames) > 0)


def test_images_that_are_no_longer_at_hand(new_window, make_bundle) -> None:
    bundle = make_bundle("lost")
    Path(read_config(bundle).dataset.source).unlink()
    person = new_window(bundle)
    probed_and_described(person)
    assert "not available" in person.window.pane.prober.place.missing
    assert person.window.pane.prober.place.reconstructions.shape == (8, 8, 8, 1)
