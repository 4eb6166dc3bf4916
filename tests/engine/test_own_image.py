"""An image of one's own: encoded, decoded, and judged beside the images of the data."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.charts import ChartSpec, chart_for
from latent_explorer.data import open_dataset
from latent_explorer.engine.handlers.encode import (
    AskPreparation,
    Encode,
    ImageEncoded,
    ImageJudged,
    JudgeImage,
    PictureRead,
    Preparation,
    ReadPicture,
)
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.service.codec import Numbered, Refused, path_to_text


def answers(folder: Path, *requests: Numbered) -> dict[int, Numbered]:
    replies = serve_inline([Open(1, str(folder)), *requests])
    return {reply.number: reply for reply in replies}


@pytest.fixture
def image() -> np.ndarray:
    drawn = np.zeros((40, 40, 1), np.uint8)
    drawn[10:30, 18:24] = 200
    return drawn


def test_an_image_of_any_size_is_encoded_and_decoded(small_bundle: Path, image: np.ndarray) -> None:
    reply = answers(small_bundle, Encode(2, image))[2]
    assert isinstance(reply, ImageEncoded)
    assert reply.prepared.shape == reply.picture.shape == (8, 8, 1)
    assert reply.z.shape == (2,)
    off = np.square((reply.prepared.astype(float) - reply.picture) / 255).mean()
    assert reply.error == pytest.approx(off, rel=1e-4)


def test_an_image_of_the_data_lands_where_the_encoder_puts_it(small_bundle: Path) -> None:
    images = open_dataset(read_config(small_bundle).dataset.source).images
    reply = answers(small_bundle, Encode(2, np.asarray(images[0])))[2]
    assert isinstance(reply, ImageEncoded)
    assert np.array_equal(reply.prepared, images[0])
    assert reply.done == ()


@pytest.mark.parametrize("chart", ["identity", "principal"])
def test_its_place_on_the_map_comes_with_it(small_bundle: Path, image: np.ndarray, chart: str) -> None:
    latents = read_latents(small_bundle)
    reply = answers(small_bundle, Encode(2, image, chart=chart))[2]
    assert isinstance(reply, ImageEncoded)
    assert reply.chart == chart
    expected = chart_for(latents.mean, ChartSpec.of(chart), read_config(small_bundle).turn).to_plane(reply.z)
    np.testing.assert_allclose(reply.uv, expected)


def test_the_place_is_that_on_a_turned_map(
    small_bundle: Path, image: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = msgspec.structs.replace(read_config(small_bundle), turn=(0.0, -1.0, 1.0, 0.0))
    monkeypatch.setattr("latent_explorer.engine.model_service.read_config", lambda _: turned)
    reply = answers(small_bundle, Encode(2, image, chart="identity"))[2]
    assert isinstance(reply, ImageEncoded)
    np.testing.assert_allclose(reply.uv, (-reply.z[1], reply.z[0]), rtol=1e-6)


@pytest.mark.parametrize("chart", ["", "being fitted", "tsne"])
def test_on_a_map_that_the_engine_has_not_there_is_no_place(small_bundle: Path, image: np.ndarray, chart: str) -> None:
    reply = answers(small_bundle, Encode(2, image, chart=chart))[2]
    assert isinstance(reply, ImageEncoded)
    assert (reply.z.shape, reply.uv.shape) == ((2,), (0,))


def test_of_a_place_that_was_searched_for_the_picture_and_error_come_too(small_bundle: Path, image: np.ndarray) -> None:
    z = read_latents(small_bundle).mean[7]
    reply = answers(small_bundle, Encode(2, image, chart="identity", found=z))[2]
    assert isinstance(reply, ImageEncoded)
    np.testing.assert_array_equal(reply.z, z)
    np.testing.assert_allclose(reply.uv, z)
    off = np.square((reply.prepared.astype(float) - reply.picture) / 255).mean()
    assert reply.error == pytest.approx(off, rel=1e-4)
    refused = answers(small_bundle, Encode(2, image, found=np.zeros(5, np.float32)))[2]
    assert isinstance(refused, Refused)


def test_colour_is_taken_by_a_grey_model_and_grey_by_a_model_of_colours(
    small_bundle: Path, wide_bundle: Path, image: np.ndarray
) -> None:
    grey, colour = (answers(b, Encode(2, i))[2] for b, i in ((small_bundle, image.repeat(3, 2)), (wide_bundle, image)))
    assert isinstance(grey, ImageEncoded)
    assert isinstance(colour, ImageEncoded)
    assert (grey.prepared.shape, colour.prepared.shape) == ((8, 8, 1), (6, 10, 3))


def test_the_newest_drawing_is_the_one_that_counts(small_bundle: Path, image: np.ndarray) -> None:
    found = answers(small_bundle, *(Encode(number, image) for number in range(2, 9)))
    assert isinstance(found[8], ImageEncoded)


def test_the_steps_are_those_of_the_dataset(small_bundle: Path) -> None:
    reply = answers(small_bundle, AskPreparation(2))[2]
    assert isinstance(reply, Preparation)
    assert reply.shape == (8, 8, 1)
    assert all(len(step) == 3 and all(step) for step in reply.steps)
    assert reply.encodes
    assert reply.decodes


def test_an_image_is_judged_beside_held_out_images(small_bundle: Path) -> None:
    latents = read_latents(small_bundle)
    usual, odd = latents.mean[4], np.array([40.0, -40.0], np.float32)
    found = answers(small_bundle, JudgeImage(2, usual, 0.02))[2], answers(small_bundle, JudgeImage(2, odd, 9.0))[2]
    near, far = found
    assert isinstance(near, ImageJudged)
    assert isinstance(far, ImageJudged)
    assert near.indices[0] == 4
    assert near.originals.shape == (len(near.indices), 8, 8, 1)
    assert near.shares.sum() == pytest.approx(1)
    assert near.score < 1 < far.score
    assert near.percentile < 90 < far.percentile < 100
    assert far.of_distance > near.of_distance
    assert (far.of_error or 0) > 90


def test_without_an_error_the_place_alone_is_judged(small_bundle: Path) -> None:
    reply = answers(small_bundle, JudgeImage(2, np.zeros(2, np.float32), float("nan")))[2]
    assert isinstance(reply, ImageJudged)
    assert reply.of_error is None


def test_a_latent_of_another_model_is_refused(small_bundle: Path) -> None:
    reply = answers(small_bundle, JudgeImage(2, np.zeros(5, np.float32), 0.1))[2]
    assert isinstance(reply, Refused)


def test_what_is_no_image_is_refused(small_bundle: Path) -> None:
    reply = answers(small_bundle, Encode(2, np.zeros((4, 4, 7), np.uint8)))[2]
    assert isinstance(reply, Refused)
    assert "expected an image" in reply.reason


def test_without_its_images_pictures_say_what_is_usual(
    small_bundle: Path, image: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = read_config(small_bundle)
    gone = msgspec.structs.replace(config, dataset=msgspec.structs.replace(config.dataset, source=str(tmp_path / "no")))
    monkeypatch.setattr("latent_explorer.engine.model_service.read_config", lambda _: gone)
    reply = answers(small_bundle, Encode(2, image))[2]
    assert isinstance(reply, ImageEncoded)
    assert reply.prepared.shape == (8, 8, 1)


def test_a_picture_is_read_from_a_file(small_bundle: Path, tmp_path: Path) -> None:
    Image.fromarray(np.full((5, 7), 90, np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("words")
    found = answers(small_bundle, ReadPicture(2, path_to_text(tmp_path / "a.png")))[2]
    assert isinstance(found, PictureRead)
    assert found.image.shape == (5, 7, 1)
    refused = answers(small_bundle, ReadPicture(2, path_to_text(tmp_path / "b.png")))[2]
    assert isinstance(refused, Refused)
    assert "expected an image" in refused.reason


def test_its_likelihood_is_told_where_the_image_is_given(small_bundle: Path) -> None:
    images = np.asarray(open_dataset(read_config(small_bundle).dataset.source).images)
    z, noise = read_latents(small_bundle).mean[4], np.random.default_rng(0).integers(0, 256, (8, 8, 1), dtype=np.uint8)
    found = [answers(small_bundle, JudgeImage(2, z, 0.02, each))[2] for each in (None, images[4], noise)]
    assert all(isinstance(each, ImageJudged) for each in found)
    nothing, own, foreign = (each.of_likelihood for each in found if isinstance(each, ImageJudged))
    assert nothing is None
    assert own is not None
    assert foreign is not None
    assert 0 <= own < foreign
