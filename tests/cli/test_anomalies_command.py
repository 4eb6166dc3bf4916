"""The command `anomalies`: figures with their baselines as JSON, table and picture; one class against all others."""

import numpy as np
import pytest
from PIL import Image

BASELINES = ["pca-30", "pixel-1-nn"]


@pytest.fixture
def noise(tmp_path):
    """A file of 40 images of noise, 12 x 10."""
    images = np.random.default_rng(0).integers(0, 256, (40, 12, 10), dtype=np.uint8)
    np.savez(tmp_path / "noise.npz", images=images)
    return tmp_path / "noise.npz"


def test_each_score_has_its_figures_beside_those_without_a_model(done, small_bundle, noise):
    outcome = done("anomalies", small_bundle, "--against", noise, "--json")
    found = outcome.json
    assert "noise: the images were stretched from 10 x 12 to 8 x 8 pixels" in outcome.err
    assert set(found["auroc"]) >= {"excess-nats", "reconstruction", "distance", "typicality", *BASELINES}
    assert "negative-elbo" not in found["auroc"]  # an autoencoder has none
    assert found["baselines"] == BASELINES
    assert found["mended"] == "excess-nats"
    assert found["images"]["others"] == 40
    assert found["against"] == "noise"
    assert all(0 <= area <= 1 for area in found["auroc"].values())
    assert found["auroc"]["pixel-1-nn"] > 0.9
    assert set(found["threshold"]) == set(found["found"]) == set(found["auroc"])


def test_the_table_names_scores_and_the_picture_shows_them(done, small_bundle, noise, tmp_path):
    shown = done("anomalies", small_bundle, "--against", noise, "--out", "apart.png").out
    assert all(words in shown for words in ("AUROC", "without a model", "PCA, 30 components", "40 images of noise"))
    with Image.open(tmp_path / "apart.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    assert len(np.unique(pixels, axis=0)) > 20


def test_the_same_figures_come_out_again(done, small_bundle, noise):
    first, second = (done("anomalies", small_bundle, "--against", noise, "--json").json for _ in range(2))
    assert first["auroc"] == second["auroc"]
    assert first["threshold"] == second["threshold"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("anomalies",), "expected MODEL with --against SOURCE"),
        (("anomalies", "{bundle}", "--one-class", "mnist"), "or --one-class SOURCE alone"),
        (("anomalies", "{bundle}", "--against", "nowhere"), "nowhere"),
        (("anomalies", "{bundle}", "--against", "{noise}", "--false-alarms", "1.5"), "between 0 and 1"),
        (("anomalies", "{bundle}", "--against", "{noise}", "--out", "a.gif"), "ends in .png"),
        (("anomalies", "--one-class", "{noise}"), "has no labels"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(call, small_bundle, noise, arguments, words):
    outcome = call(*(str(each).format(bundle=small_bundle, noise=noise) for each in arguments))
    assert outcome.code == 2
    assert words in outcome.err


def labelled(path, images, labels, split):
    np.savez(path, images=images, labels=labels, class_names=np.array(["row", "column", "dot"]), split=split)
    return path


def marks(count):
    """Images of 8 x 8 with a bright row, column or spot: three classes, a fifth of them test images."""
    random, labels = np.random.default_rng(1), np.arange(count) % 3
    images = random.integers(0, 20, (count, 8, 8), dtype=np.uint8)
    for image, label, at in zip(images, labels, random.integers(1, 7, count), strict=True):
        where = [(at, slice(None)), (slice(None), at), (slice(at - 1, at + 2), slice(at - 1, at + 2))][label]
        image[where] = 240
    return images, labels, (np.arange(count) % 5 == 0).astype(np.uint8)


def test_a_network_for_each_class_tells_it_from_the_others(done, tmp_path):
    path = labelled(tmp_path / "marks.npz", *marks(300))
    found = done("anomalies", "--one-class", path, "--epochs", 3, "--device", "cpu", "--json").json
    assert [each["name"] for each in found["classes"]] == ["row", "column", "dot"]
    assert [each["images"] for each in found["classes"]] == [80, 80, 80]
    assert found["auroc"]["novelty"] == pytest.approx(np.mean([each["auroc"]["novelty"] for each in found["classes"]]))
    assert found["baselines"] == BASELINES
    assert found["auroc"]["novelty"] > 0.8


def test_a_class_with_few_images_and_one_class_alone_are_refused(call, tmp_path):
    images, labels, split = marks(60)
    labels = np.where(labels == 2, 1, labels)
    labels[:2] = 2
    split[:2] = (0, 1)
    outcome = call("anomalies", "--one-class", labelled(tmp_path / "few.npz", images, labels, split))
    assert (outcome.code, "expected 10 training images of class 'dot', found 1" in outcome.err) == (2, True)
