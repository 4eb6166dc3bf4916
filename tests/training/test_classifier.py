"""A classifier is taught once and kept; the one that ships is MNIST's, and as good as it says."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
import torch

from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.places import classifiers_folder, resource
from latent_explorer.training import classifier_net
from latent_explorer.training.classifier import Classifier, classifier_of, classifier_steps
from latent_explorer.training.classifier_net import Taught


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Taught for a moment, and nothing is kept from one test to the next."""
    monkeypatch.setattr(classifier_net, "_FEWEST", 20)
    monkeypatch.setattr(classifier_net, "_BATCH", 64)
    yield
    for path in classifiers_folder().glob("*"):
        path.unlink()


def levels(channels: int = 1) -> Dataset:
    """Noise of three levels, which are the classes; a third is for testing."""
    labels = np.arange(450) % 3
    noise = np.random.default_rng(0).integers(0, 60, (450, 7, 9, channels))
    images = (noise + 90 * labels[:, None, None, None]).astype(np.uint8)
    return Dataset("levels", images, labels, ("dark", "grey", "light"), (np.arange(450) >= 300).astype(np.uint8))


@pytest.mark.parametrize("channels", [1, 3])
def test_it_learns_what_it_is_shown_and_says_how_well(channels: int) -> None:
    dataset = levels(channels)
    taught = classifier_of(dataset, "cpu")
    assert taught.accuracy is not None
    assert taught.accuracy > 0.9
    assert taught.facts.tested == 150
    told = taught.probabilities(dataset.images)
    assert told.shape == (450, 3)
    assert told.dtype == np.float32
    np.testing.assert_allclose(told.sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(taught(dataset.images), told.argmax(1))
    test = dataset.indices("test")
    assert taught.accuracy == (told.argmax(1) == dataset.labels)[test].mean()
    assert taught.features(dataset.images).shape == (450, classifier_net.FEATURES)


def test_it_is_taught_once_and_reads_as_it_was_kept() -> None:
    first, second = classifier_of(levels(), "cpu"), list(classifier_steps(levels(), "cpu"))
    assert [type(each) for each in second] == [Classifier]
    np.testing.assert_array_equal(first.probabilities(levels().images), second[0].probabilities(levels().images))
    assert first.facts == second[0].facts


def test_it_is_taught_in_the_same_way_each_time_whatever_was_drawn_before() -> None:
    first = classifier_of(levels(), "cpu")
    (kept,) = classifiers_folder().glob("*.safetensors")
    content = kept.read_bytes()
    kept.unlink()
    torch.rand(3)
    classifier_of(levels(), "cpu")
    assert kept.read_bytes() == content
    assert first.facts.fingerprint == levels().fingerprint


@pytest.mark.parametrize("damage", ["cut", "other", "nan", "garbage"])
def test_one_that_cannot_be_used_is_taught_anew(damage: str) -> None:
    classifier_of(levels(), "cpu")
    (kept,) = classifiers_folder().glob("*.safetensors")
    content = kept.read_bytes()
    nans = content[:-400] + np.full(200, np.nan, np.float16).tobytes()
    other = content.replace(levels().fingerprint.encode(), b"0" * 64)
    kept.write_bytes({"cut": content[:-9], "other": other, "nan": nans, "garbage": b"\xff" * 40}[damage])
    told = list(classifier_steps(levels(), "cpu"))
    assert isinstance(told[0], Taught)
    assert kept.read_bytes() == content


def test_one_that_is_stopped_leaves_nothing_behind() -> None:
    token = Event()
    for told in classifier_steps(levels(), "cpu", token):
        assert isinstance(told, Taught)
        token.set()
    assert not list(classifiers_folder().glob("*"))


def test_without_test_images_it_has_no_accuracy() -> None:
    dataset = replace(levels(), split=np.zeros(450, np.uint8))
    assert classifier_of(dataset, "cpu").accuracy is None


def test_what_cannot_be_taught_is_refused() -> None:
    dataset = levels()
    with pytest.raises(TrainingError, match="has no labels"):
        classifier_of(replace(dataset, labels=None, class_names=()), "cpu")
    with pytest.raises(TrainingError, match="two classes"):
        classifier_of(replace(dataset, labels=np.zeros(450, np.int64)), "cpu")
    with pytest.raises(TrainingError, match="7 x 9 x 1, found uint8 of \\(8, 9, 1\\)"):
        classifier_of(dataset, "cpu").probabilities(np.zeros((2, 8, 9, 1), np.uint8))


def test_the_one_that_ships_recognises_digits_as_it_says() -> None:
    dataset = open_dataset("mnist")
    (told,) = classifier_steps(dataset, "cpu")
    assert isinstance(told, Classifier)
    assert told.accuracy is not None
    assert told.accuracy >= 0.99
    some = dataset.indices("test")[:1000]
    assert dataset.labels is not None
    assert (told(dataset.images[some]) == dataset.labels[some]).mean() >= 0.98
    assert resource("classifiers/mnist.safetensors").stat().st_size < 600_000
