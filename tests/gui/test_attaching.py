"""Attaching original images in the window: why they are missing, a button, and that it is remembered."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from latent_explorer.bench.person import Person
from latent_explorer.gui.pane.attaching import AttachedImages


@pytest.fixture
def moved(make_bundle: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    bundle = make_bundle("moved in the window")
    place = tmp_path / "elsewhere.npz"
    shutil.copy(bundle.parent / "images.npz", place)
    (bundle.parent / "images.npz").unlink()
    return bundle, place


def described(person: Person) -> None:
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: person.pane.prober.place is not None)


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
    person.wait_until(lambda: person.pane.prober.place is not None and not person.pane.prober.place.missing)
    assert not inspector.attach.isVisibleTo(inspector)
    fingerprint = person.pane.bundle.config.dataset.fingerprint
    assert bench.settings.get(AttachedImages, of=fingerprint).place == str(place)
    bench.open(bundle)
    person.wait_until(lambda: person.pane.ready)
    described(person)
    person.wait_until(lambda: person.pane.prober.place is not None and not person.pane.prober.place.missing)
