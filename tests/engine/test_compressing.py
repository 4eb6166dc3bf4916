"""What the engine says of compressing: the curve as it comes, and one image at so many bits."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import read_latents
from latent_explorer.engine.handlers.compress import CompressionMeasured, ImageRounded, MeasureCompression, RoundImage
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.service.codec import Refused
from tests.conftest import MakeBundle


@pytest.fixture(scope="session")
def digits() -> Path:
    from latent_explorer.places import find_bundle

    return find_bundle("mnist-ae-2d")


def test_the_curve_comes_in_parts_and_says_who_wins(digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from latent_explorer.engine import compressing

    monkeypatch.setattr(compressing, "CURVE_IMAGES", 60)
    monkeypatch.setattr(compressing, "TRAINING_IMAGES", 300)
    monkeypatch.setattr(compressing, "SINGLE_FILES", 4)
    told = serve_inline([Open(1, str(digits)), MeasureCompression(2)])[1:]
    assert all(isinstance(each, CompressionMeasured) for each in told)
    assert [each.share for each in told] == [0, 0.25, 0.5, 0.75, 1]  # type: ignore[attr-defined]
    assert [each.more for each in told] == [True] * 4 + [False]  # type: ignore[attr-defined]
    last = told[-1]
    assert isinstance(last, CompressionMeasured)
    names = [each.name for each in last.curves]
    assert names[:3] == ["latents", "pca", "pca_best"]
    assert {"jpeg_sheet", "webp_sheet", "webp_bare"} <= set(names)
    assert last.curves[0].settings == tuple(f"{bits} bits" for bits in range(1, 9))
    assert len(last.said) == len(names) - 1
    assert last.images == 60


def test_an_image_is_shown_as_its_bits_leave_it(digits: Path) -> None:
    z = read_latents(digits).mean[100]
    asked = [RoundImage(number, z, bits) for number, bits in enumerate((1, 4, 8), 2)]
    replies = [serve_inline([Open(1, str(digits)), each])[1] for each in asked]
    few, some, many = (each for each in replies if isinstance(each, ImageRounded))
    for each in (few, some, many):
        assert each.index == 100
        assert each.original.shape == each.picture.shape == (28, 28, 1)
    assert 0 < few.bytes < some.bytes < many.bytes < 2.5
    assert few.psnr < many.psnr == pytest.approx(many.psnr_whole, abs=0.5)
    assert np.array_equal(few.whole, many.whole)


def test_what_is_no_bits_or_no_place_is_refused(small_bundle: Path) -> None:
    nan = np.full(2, np.nan, np.float32)
    for request, words in ((RoundImage(2, np.zeros(2, np.float32), 12), "1 to 8"), (RoundImage(2, nan, 4), "finite")):
        reply = serve_inline([Open(1, str(small_bundle)), request])[-1]
        assert isinstance(reply, Refused)
        assert words in reply.reason


def test_without_images_there_is_a_picture_and_no_curve(bundle_without_images: Path) -> None:
    z = read_latents(bundle_without_images).mean[3]
    rounded, refused = (
        serve_inline([Open(1, str(bundle_without_images)), each])[-1]
        for each in (RoundImage(2, z, 4), MeasureCompression(3))
    )
    assert isinstance(rounded, ImageRounded)
    assert rounded.original.size == 0
    assert rounded.psnr_whole == 80
    assert isinstance(refused, Refused)
    assert "original images" in refused.reason


@pytest.fixture
def bundle_without_images(make_bundle: MakeBundle) -> Path:
    """A bundle whose images are gone."""
    bundle = make_bundle("bare")
    (bundle.parent / "images.npz").unlink()
    return bundle
