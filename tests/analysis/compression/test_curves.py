"""Curves: bytes and PSNR as defined, rivals on the same images, and who wins where."""

import io

import numpy as np
import pytest
from PIL import Image

from latent_explorer.analysis.compression import (
    BITS,
    Material,
    RateCurve,
    RatePoint,
    of_latents,
    packed,
    point_of,
    prepared,
    sentences,
    squared_errors,
    tasks,
    within,
)
from latent_explorer.analysis.compression.curve import best
from latent_explorer.analysis.compression.rivals import _cut_out, laid_out, of_codec
from latent_explorer.errors import UserError
from latent_explorer.steps import finished

RANDOM = np.random.default_rng(2)
WAVES = RANDOM.standard_normal((3, 12 * 12))


def pictures_of(z: np.ndarray) -> np.ndarray:
    """A linear decoder of three dimensions."""
    return (128 + 25 * (z @ WAVES)).clip(0, 255).round().astype(np.uint8).reshape(len(z), 12, 12, 1)


Z = RANDOM.standard_normal((80, 3)).astype(np.float32)
IMAGES = pictures_of(Z)


def decode(z: np.ndarray):  # type: ignore[no-untyped-def]
    for start in range(0, len(z), 32):
        yield start, pictures_of(z[start : start + 32])


def test_the_curve_of_latents_counts_whole_files_and_gets_better_with_bits() -> None:
    material = Material(Z, IMAGES, Z)
    curve = finished(of_latents(IMAGES, prepared(material), decode))
    assert [each.setting for each in curve.points] == [f"{bits} bits" for bits in BITS]
    assert curve.points[4].bytes == len(packed(material.compressed(5))) / 80
    for attribute in ("bytes", "psnr", "mean_psnr"):
        values = [getattr(each, attribute) for each in curve.points]
        assert values == sorted(values)
    assert curve.points[-1].psnr > 40


def test_both_kinds_of_psnr_are_as_defined() -> None:
    black, grey = np.zeros((2, 4, 4, 1), np.uint8), np.zeros((2, 4, 4, 1), np.uint8)
    grey[0], grey[1] = 51, 0  # .2, and exact
    errors = squared_errors(grey, black)
    assert errors == pytest.approx([0.04, 0])
    point = point_of("x", 3, errors)
    assert point.psnr == pytest.approx(10 * np.log10(1 / 0.02))
    assert point.mean_psnr == pytest.approx((10 * np.log10(25) + 80) / 2)


def test_rivals_are_measured_on_the_same_images() -> None:
    curves = {each.name: each for task in tasks(IMAGES, IMAGES, 3, 10).values() for each in task()}
    assert set(curves) == {
        "pca", "pca_best", "jpeg_sheet", "jpeg_files", "jpeg_bare", "webp_sheet", "webp_files", "webp_bare",
    }  # fmt: skip
    assert curves["pca"].points[-1].psnr > 35  # the images are three components
    for codec in ("jpeg", "webp"):
        sheet, files, bare = (curves[f"{codec}_{form}"].points for form in ("sheet", "files", "bare"))
        assert all(one.bytes > other.bytes for one, other in zip(files, bare, strict=True))
        assert sheet[5].bytes < files[5].bytes
        assert all(points[-1].psnr > points[0].psnr for points in (sheet, files, bare))


def test_files_of_a_codec_are_those_that_pillow_writes() -> None:
    curves = list(of_codec(IMAGES[:4], "JPEG", 4))
    sizes = []
    for image in IMAGES[:4]:
        stream = io.BytesIO()
        Image.fromarray(image[..., 0]).save(stream, "JPEG", quality=50)
        sizes.append(len(stream.getvalue()))
    point = next(each for each in curves[1].points if each.setting == "quality 50")
    assert point.bytes == pytest.approx(np.mean(sizes))


@pytest.mark.parametrize("shape", [(7, 28, 28, 1), (5, 32, 20, 3), (1, 16, 16, 3)])
def test_a_sheet_holds_each_image_where_it_is_cut_out(shape: tuple[int, ...]) -> None:
    images = RANDOM.integers(0, 256, shape).astype(np.uint8)
    sheet = laid_out(images)
    assert all(side % 16 == 0 for side in sheet.shape[:2])
    assert np.array_equal(_cut_out(sheet, shape[0], shape[1:]), images)


def test_images_of_four_channels_are_no_files_of_a_codec() -> None:
    with pytest.raises(UserError, match="found 4"):
        list(of_codec(np.zeros((2, 8, 8, 4), np.uint8), "WebP", 2))


def curve(name: str, *pairs: tuple[float, float]) -> RateCurve:
    return RateCurve(name, name, "", tuple(RatePoint(str(number), *pair, 0.0) for number, pair in enumerate(pairs)))


def test_who_wins_where_is_said() -> None:
    latents = curve("latents", (4, 18), (8, 21), (12, 21.5))
    rivals = [
        curve("smaller", (2, 18), (5, 21.5)),
        curve("larger", (20, 18), (40, 21), (90, 30)),
        curve("above", (50, 25), (90, 30)),
        curve("below", (1, 10), (9, 15)),
    ]
    said = dict(line.split(": ", 1) for line in sentences(latents, rivals))
    assert said["smaller"].startswith("smaller between 18.0 and 21.5 dB")
    assert "larger wherever both are as good" in said["larger"]
    assert "better than the latents ever are, which end at 21.5 dB" in said["larger"]
    assert said["above"].startswith("better than the latents ever are")
    assert "it begins at 25.0 dB with 50.0 bytes" in said["above"]
    assert said["below"] == "at most 15.0 dB, which the latents exceed with 4.0 bytes."


def test_the_best_of_points_and_what_lies_between() -> None:
    found = curve("x", (4, 18), (6, 17), (8, 20), (7, 20))
    assert [each.bytes for each in best(found.points)] == [4, 7]
    assert found.bytes_at(19) == pytest.approx(5.5)
    assert found.bytes_at(20.5) is None
    assert within(found, 6.5) == found.points[0]
    assert within(found, 3) is None
