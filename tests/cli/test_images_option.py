"""--images: the images of a bundle from wherever they are; others only when it is said that they are to be taken."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def moved(make_bundle: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """A bundle, and where its images are by now."""
    bundle, place = make_bundle("moved"), tmp_path / "elsewhere.npz"
    shutil.move(bundle.parent / "images.npz", place)
    return bundle, place


@pytest.fixture
def other(moved: tuple[Path, Path]) -> Path:
    """As many images, but others."""
    arrays = dict(np.load(moved[1]))
    place = moved[1].with_name("other.npz")
    np.savez(place, **{**arrays, "images": 255 - arrays["images"]})
    return place


def test_a_bundle_is_evaluated_on_images_that_were_moved(call, done, moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    assert "are needed" in call("evaluate", bundle).complaint
    named = done("evaluate", bundle, "--images", place, "--json").json
    assert named["mse"] == done("evaluate", bundle, "--dataset", place, "--json").json["mse"]
    assert "leave one of them out" in call("evaluate", bundle, "--images", place, "--dataset", place).complaint


def test_other_images_are_refused_with_how_they_fit_unless_they_are_meant(
    call, done, moved: tuple[Path, Path], other: Path
) -> None:
    bundle, place = moved
    said = call("evaluate", bundle, "--images", other).complaint
    assert "distance of the encoded images to the stored latents" in said
    assert "--images-anyway" in said
    meant = done("evaluate", bundle, "--images", other, "--images-anyway", "--json").json
    assert meant["mse"] != done("evaluate", bundle, "--images", place, "--json").json["mse"]


def test_images_that_can_never_be_the_bundles_are_refused_also_when_they_are_meant(
    call, moved: tuple[Path, Path]
) -> None:
    bundle, place = moved
    fewer = place.with_name("fewer.npz")
    np.savez(fewer, images=np.load(place)["images"][:60])
    said = call("evaluate", bundle, "--images", fewer, "--images-anyway").complaint
    assert "expected 120 images of 8x8x1, found 60 images of 8x8x1" in said


def test_a_map_is_drawn_with_the_images_that_are_named(
    qapp, engines_in_threads, call, done, moved: tuple[Path, Path], other: Path, tmp_path: Path
) -> None:
    bundle, place = moved

    def drawn(file: str, *named: object) -> np.ndarray:
        size = ("--width", "300", "--height", "240", "--layers", "points,real-images")
        done("export", "--model", bundle, "map", "--out", tmp_path / file, *size, *named)
        return np.asarray(Image.open(tmp_path / file))

    without, with_them = drawn("without.png"), drawn("with.png", "--images", place)
    assert without.shape == with_them.shape
    arguments = ("export", "--model", bundle, "map", "--out", tmp_path / "no.png", "--images", other)
    assert "--layers real-images" in call(*arguments).complaint
    assert "--images-anyway" in call(*arguments, "--layers", "points,real-images").complaint
    assert not (tmp_path / "no.png").exists()
