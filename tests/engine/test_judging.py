"""The engine judges images of the data and of other sets, and says how likely a single one is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.engine.handlers.image_set import ImageSetOpened, OpenImageSet, SetImages
from latent_explorer.engine.handlers.judge_images import JudgeImages
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.tell_scores import ScoresTold, TellScores
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures, Values
from latent_explorer.service.codec import Numbered, Refused
from latent_explorer.steps import finished

SCORES = ("excess-nats", "reconstruction", "pixel-1-nn")


def asked(folder: Path, *requests: Numbered) -> list[Numbered]:
    return serve_inline([Open(1, str(folder)), *requests])[1:]


def values(replies: list[Numbered], number: int) -> np.ndarray:
    return np.concatenate([each.content for each in replies if isinstance(each, Values) and each.number == number])


@pytest.fixture
def noise(tmp_path: Path) -> str:
    """A file of 30 coloured images of 12 x 10."""
    images = np.random.default_rng(0).integers(0, 256, (30, 12, 10, 3), dtype=np.uint8)
    np.savez(tmp_path / "noise.npz", images=images)
    return str(tmp_path / "noise.npz")


def test_images_are_judged_by_several_scores_in_any_order(small_bundle: Path) -> None:
    numbers = np.array([100, 3, 50])
    replies = asked(small_bundle, JudgeImages(2, SCORES, np.arange(120)), JudgeImages(3, SCORES[:1], numbers))
    everyone = values(replies, 2)
    assert everyone.shape == (120, 3)
    np.testing.assert_allclose(values(replies, 3)[:, 0], everyone[numbers, 0], rtol=1e-3)


def test_another_set_is_fitted_to_the_model_and_told(small_bundle: Path, noise: str) -> None:
    opened, *replies = asked(
        small_bundle,
        OpenImageSet(2, noise),
        JudgeImages(3, SCORES, np.arange(30), noise),
        SetImages(4, noise, np.array([29, 0])),
    )
    assert isinstance(opened, ImageSetOpened)
    assert (opened.count, opened.all_images, opened.name) == (30, 30, "noise")
    assert opened.note == "stretched from 10 x 12 to 8 x 8 pixels and made grey"
    assert values(replies, 3).shape == (30, 3)
    (pictures,) = [each for each in replies if isinstance(each, Pictures)]
    assert pictures.content.shape == (2, 8, 8, 1)


@pytest.mark.parametrize("source", ["nowhere", "empty"])
def test_a_set_that_is_not_there_or_empty_is_refused(small_bundle: Path, tmp_path: Path, source: str) -> None:
    (tmp_path / "empty").mkdir()
    (refused,) = asked(small_bundle, OpenImageSet(2, str(tmp_path / source)))
    assert isinstance(refused, Refused)
    assert source in refused.reason
    assert "expected" in refused.reason


def test_an_unknown_score_and_a_missing_number_are_refused(small_bundle: Path, noise: str) -> None:
    replies = asked(
        small_bundle, JudgeImages(2, ("luck",), np.arange(3)), JudgeImages(3, SCORES, np.array([400])),
        JudgeImages(4, SCORES, np.array([30]), noise),
    )  # fmt: skip
    assert [type(each) for each in replies] == [Refused] * 3
    assert "no score called 'luck'" in replies[0].reason  # type: ignore[attr-defined]


def test_it_is_told_which_scores_the_model_allows(small_bundle: Path) -> None:
    (told,) = asked(small_bundle, TellScores(2))
    assert isinstance(told, ScoresTold)
    assert told.mended == "excess-nats"
    assert {each.name for each in told.scores} >= set(SCORES)


def test_how_likely_a_single_image_is_tells_noise_from_an_image(small_bundle: Path) -> None:
    service = ModelService(lambda: None, run=lambda task: task())
    service.open_bundle(small_bundle)
    service.index_dataset()
    likely = finished(service.judging.likelihood())
    assert likely.name == "excess-nats"
    image = service.images_at(service.index.held.numbers[:1])[0]
    checks = Image.fromarray(np.indices((8, 8)).sum(0).astype(np.uint8) % 2 * 255)
    assert likely.of(image).share > likely.of(np.asarray(checks)[..., None]).share


def test_a_score_that_needs_no_training_images_is_there_at_once_and_the_same_after_all_are_fitted(small_bundle) -> None:
    service = ModelService(lambda: None, run=lambda task: task())
    service.open_bundle(small_bundle)
    service.index_dataset()
    numbers = np.arange(30)
    images, found = service.images_at(numbers), []
    for names in (SCORES[:1], SCORES):
        judge = finished(service.judging.ready(names))
        found.append(judge.scores(images, SCORES[:1], numbers))
        assert (service.judging._judge.found is None) is (names == SCORES[:1])
    np.testing.assert_array_equal(*found)
