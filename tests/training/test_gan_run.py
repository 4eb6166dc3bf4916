"""A real GAN's run, small: resumed to the bit, ended by a loss that is not finite, judged by a classifier."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import msgspec
import numpy as np
import pytest

from latent_explorer.bundles import check_bundle, read_latents, read_weights
from latent_explorer.data import open_dataset
from latent_explorer.errors import TrainingError
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.classifier import classifier_of
from latent_explorer.training.jobs import train_bundle

RECIPE = Recipe(epochs=2, batch_size=64, learning_rate=4e-3, device="cpu", precision="float32")


pytestmark = pytest.mark.usefixtures("briefly_taught")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 digits to learn from, and 100 to test on."""
    mnist, path = open_dataset("mnist"), tmp_path_factory.mktemp("digits") / "digits.npz"
    some = np.r_[mnist.indices("train")[:2000], mnist.indices("test")[:100]]
    assert mnist.labels is not None
    np.savez(path, images=mnist.images[some], labels=mnist.labels[some], split=mnist.split[some])
    return path


def job_in(folder: Path, digits: Path, **changes: float) -> Job:
    settings = {"pull": 0.07, "gradient_penalty": 0.015, "searches": 2.0}
    recipe = msgspec.structs.replace(RECIPE, **changes)
    return Job(
        str(digits),
        folder,
        family="gan",
        trunk="dense",
        latent_dim=4,
        hidden=(64, 48),
        settings=settings,
        recipe=recipe,
    )


@pytest.fixture(scope="module")
def whole(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = job_in(tmp_path_factory.mktemp("whole") / "gan", digits)
    list(train_bundle(job))
    return job.folder


def test_a_run_that_was_stopped_ends_as_one_that_was_not_to_the_bit(whole: Path, digits: Path, tmp_path: Path) -> None:
    job, token = job_in(tmp_path / "gan", digits), Event()
    for report in train_bundle(job, token):
        if report.epoch == 2:
            token.set()
    assert check_bundle(job.folder).training.epochs == 1
    assert len(list(train_bundle(replace(job, resume=True)))) > 5
    expected, found = read_weights(whole), read_weights(job.folder)
    assert {name.partition(".")[0] for name in found} == {"decoder", "encoder"}
    assert all(np.array_equal(expected[name], found[name]) for name in expected)
    for each in ("mean", "error", "label", "confidence"):
        np.testing.assert_array_equal(getattr(read_latents(whole), each), getattr(read_latents(job.folder), each))


def test_a_loss_that_is_not_finite_ends_it_and_keeps_finite_weights(digits: Path, tmp_path: Path) -> None:
    job = job_in(tmp_path / "gan", digits, learning_rate=1e3, clip_norm=1e9, warm_up=0.5)
    with pytest.raises(TrainingError, match=r"no longer finite in epoch \d, step \d+"):
        list(train_bundle(job))
    config = check_bundle(job.folder)
    assert not config.inverts
    assert all(np.isfinite(each).all() for each in read_weights(job.folder).values())


def test_its_points_know_how_sure_the_classifier_is_of_them(whole: Path, digits: Path) -> None:
    from latent_explorer.nets.decoding import decode_pictures
    from latent_explorer.runtime.loading import load_bundle_model

    latents, dataset = read_latents(whole), open_dataset(str(digits))
    seen = classifier_of(dataset).probabilities(decode_pictures(load_bundle_model(whole), latents.mean))
    assert latents.confidence is not None
    assert latents.label is not None
    np.testing.assert_allclose(latents.confidence, seen.max(1), atol=0.5 / 255 + 1e-6)
    np.testing.assert_array_equal(latents.label[: latents.draws], seen[: latents.draws].argmax(1))
    assert dataset.labels is not None
    np.testing.assert_array_equal(latents.label[latents.draws :], dataset.labels)
