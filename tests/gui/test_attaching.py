"""Attaching images in the window: why they are missing, how, what is asked, and that it is remembered."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtWidgets import QLabel, QMessageBox

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config
from latent_explorer.data import open_dataset, sheets
from latent_explorer.gui.pane.attaching import AttachedImages
from tests.engine.test_stand_in_thumbnails import write_sheet


@pytest.fixture
def moved(make_bundle: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    bundle = make_bundle("moved in the window")
    place = tmp_path / "elsewhere.npz"
    shutil.copy(bundle.parent / "images.npz", place)
    (bundle.parent / "images.npz").unlink()
    return bundle, place


@pytest.fixture
def other(moved: tuple[Path, Path]) -> Path:
    """As many images, but others."""
    arrays = dict(np.load(moved[1]))
    np.savez(moved[1].with_name("other.npz"), **{**arrays, "images": 255 - arrays["images"]})
    return moved[1].with_name("other.npz")


def described(person: Person) -> None:
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: person.pane.prober.place is not None)


def has_images(person: Person) -> bool:
    return person.pane.prober.place is not None and not person.pane.prober.place.missing


def remembered(person: Person) -> AttachedImages:
    return person.window.workbench.settings.get(AttachedImages, of=person.bundle.config.dataset.fingerprint)


def reopen(person: Person, bundle: Path) -> None:
    """Open a bundle, and wait until the engine has said all that it says by itself."""
    person.window.workbench.open(bundle)
    person.wait_until(lambda: person.pane.ready)
    described(person)


def question(person: Person) -> QMessageBox:
    attaching = person.pane.attaching
    person.wait_until(lambda: attaching.question is not None)
    assert attaching.question is not None
    return attaching.question


def press(person: Person, words: str) -> None:
    box = question(person)
    person.press_button(next(each for each in box.buttons() if words in each.text()))
    person.wait_until(lambda: person.pane.attaching.question is None)


def test_images_are_attached_and_remembered(new_window: Callable[..., Person], moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    person = new_window(bundle)
    inspector, bench = person.pane.inspector, person.window.workbench
    described(person)
    assert inspector.attach.isVisibleTo(inspector)
    assert "not available" in inspector.attach.reason.text()
    person.pane.attaching.attach(str(place.with_name("nothing.npz")))
    person.wait_until(lambda: "were not attached" in bench.banner.text)
    person.pane.attaching.attach(str(place))
    person.wait_until(lambda: has_images(person))
    assert not inspector.attach.isVisibleTo(inspector)
    assert remembered(person) == AttachedImages(str(place))
    reopen(person, bundle)
    person.wait_until(lambda: has_images(person))


def test_other_images_are_asked_about_and_taken_only_by_that_button(
    new_window: Callable[..., Person], moved: tuple[Path, Path], other: Path
) -> None:
    person = new_window(moved[0])
    described(person)
    person.pane.attaching.attach(str(other))
    box = question(person)
    assert "other.npz does not hold the images that moved in the window was trained on" in box.text()
    assert "distance of the encoded images to the stored latents" in box.informativeText()
    press(person, "Cancel")
    person.wait(0.1)
    assert not has_images(person)
    assert remembered(person).place == ""
    person.pane.attaching.attach(str(other))
    press(person, "Attach anyway")
    person.wait_until(lambda: has_images(person))
    inspector = person.pane.inspector
    assert inspector.attach.isVisibleTo(inspector)
    assert "not the images that the model was trained on" in inspector.attach.reason.text()
    assert remembered(person).place == str(other)
    reopen(person, moved[0])
    person.wait_until(lambda: has_images(person))
    assert person.pane.attaching.question is None


def test_images_that_changed_or_are_gone_since_are_said_at_the_next_opening(
    new_window: Callable[..., Person], moved: tuple[Path, Path], other: Path, small_bundle: Path
) -> None:
    bundle, place = moved
    person = new_window(bundle)
    bench = person.window.workbench
    person.pane.attaching.attach(str(place))
    person.wait_until(lambda: remembered(person).place == str(place))
    reopen(person, small_bundle)
    shutil.move(other, place)
    reopen(person, bundle)
    person.wait_until(lambda: "they differ from those attached" in bench.banner.text)
    assert not has_images(person)
    place.unlink()
    reopen(person, small_bundle)
    reopen(person, bundle)
    person.wait_until(lambda: f"are not at {place} any more" in bench.banner.text)
    assert "File ▸ Attach images" in bench.banner.text


def test_images_are_detached_again(new_window: Callable[..., Person], moved: tuple[Path, Path]) -> None:
    person = new_window(moved[0])
    assert not person.pane.attaching.detachable
    person.pane.attaching.attach(str(moved[1]))
    described(person)
    person.wait_until(lambda: has_images(person))
    assert person.pane.attaching.detachable
    person.pane.attaching.detach()
    person.wait_until(lambda: not has_images(person) and person.pane.prober.place is not None)
    assert remembered(person).place == ""


@pytest.mark.parametrize("sure", [False, True])
def test_images_named_at_launch_are_attached_once_the_bundle_is_open(
    new_window: Callable[..., Person], moved: tuple[Path, Path], other: Path, sure: bool
) -> None:
    person = new_window(None)
    person.pane.attaching.want(str(other), sure=sure)
    person.window.workbench.open(moved[0])
    if sure:
        person.wait_until(lambda: person.pane.ready)
        described(person)
        person.wait_until(lambda: has_images(person))
        assert person.pane.attaching.question is None
    else:
        press(person, "Cancel")
        assert remembered(person).place == ""


def test_a_window_that_closes_leaves_no_question(
    new_window: Callable[..., Person], moved: tuple[Path, Path], other: Path
) -> None:
    person = new_window(moved[0])
    person.pane.attaching.attach(str(other))
    question(person)
    person.window.close()
    assert person.pane.attaching.question is None


def test_thumbnails_are_said_to_be_some_and_give_way_to_the_images(
    new_window: Callable[..., Person], make_bundle: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, place = make_bundle("thumbnails", latent_dim=5, shape=(6, 10, 3)), tmp_path / "elsewhere.npz"
    config = read_config(bundle)
    write_sheet(tmp_path / "thumbnails", config.dataset.fingerprint, open_dataset(config.dataset.source).images)
    shutil.move(config.dataset.source, place)
    monkeypatch.setattr(sheets, "resource", lambda name: tmp_path / name)
    person = new_window(bundle)
    described(person)
    inspector, layer = person.pane.inspector, person.pane.thumbnails.layer
    assert "not the originals" in inspector.attach.reason.text()
    assert "Nearest images, as thumbnails" in [label.text() for label in inspector.findChildren(QLabel)]
    person.canvas.zoom(2.0)
    person.wait_until(lambda: len(layer.cache) > 0)
    person.pane.attaching.attach(str(place))
    person.wait_until(lambda: not inspector.attach.isVisibleTo(inspector))
    images = np.load(place)["images"]
    number = int(layer.places(person.canvas.view)[0])
    person.wait_until(lambda: number in layer.cache and np.array_equal(layer.cache.get(number), images[number]))
    assert "Nearest images and reconstructions" in [label.text() for label in inspector.findChildren(QLabel)]
