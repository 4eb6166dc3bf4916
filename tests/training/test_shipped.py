"""The bundles that ship are sound, belong to the dataset that ships, and are as good as they say."""

import numpy as np
import pytest
import torch

from latent_explorer.bundles import check_bundle, read_latents, read_tiles, read_weights
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.weights import load_model
from latent_explorer.places import models_folder, shipped_bundles
from latent_explorer.training.evaluate import evaluate
from latent_explorer.training.tiles import first_tiles

NAMES = ("mnist-ae-2d", "mnist-vae-2d")
CPU = torch.device("cpu")
SAMPLE = 2000


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    return open_dataset("mnist")


def test_these_bundles_ship() -> None:
    assert [folder.name for folder in shipped_bundles()] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_bundle_belongs_to_the_dataset_that_ships(name: str, mnist: Dataset) -> None:
    folder = models_folder() / name
    config = check_bundle(folder)
    latents = read_latents(folder, config)
    assert open_dataset(config.dataset.source).fingerprint == config.dataset.fingerprint == mnist.fingerprint
    np.testing.assert_array_equal(latents.label, mnist.labels)
    np.testing.assert_array_equal(latents.split, mnist.split)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_bundle_is_as_good_as_it_says(name: str, mnist: Dataset) -> None:
    folder = models_folder() / name
    config = check_bundle(folder)
    latents, model = read_latents(folder, config), load_model(config.net, read_weights(folder, config))
    found = evaluate(model, mnist, CPU, latents)
    assert (found.negative_elbo is None) == (config.net.family == "ae")
    assert found.negative_elbo is None or found.negative_elbo == pytest.approx(
        config.metrics["negative_elbo"], rel=1e-3
    )
    assert found.mse == pytest.approx(config.metrics["mse"], rel=1e-3)
    assert found.knn10_accuracy == pytest.approx(config.metrics["knn10_accuracy"], abs=1e-3)
    assert found.negative_elbo is None or found.negative_elbo <= 132
    assert found.mse <= 0.034
    assert found.knn10_accuracy >= 0.87


@pytest.mark.parametrize("name", NAMES)
def test_the_latents_are_those_of_the_weights(name: str, mnist: Dataset) -> None:
    folder = models_folder() / name
    config = check_bundle(folder)
    latents, model = read_latents(folder, config), load_model(config.net, read_weights(folder, config))
    some = np.random.default_rng(0).choice(len(mnist), SAMPLE, replace=False)
    x = torch.from_numpy(mnist.images[some].transpose(0, 3, 1, 2).copy()).float() / 255
    with torch.inference_mode():
        means = model.encode(x).mean
        errors = (model.decode(means) - x).square().flatten(1).mean(1)
    np.testing.assert_allclose(means.numpy(), latents.mean[some], atol=1e-3)
    np.testing.assert_allclose(errors.numpy(), latents.error[some], atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_every_digit_can_be_found_by_hovering(name: str) -> None:
    """On a 32x32 grid over the map, each class has at least ten cells where two thirds of the points are of it."""
    latents = read_latents(models_folder() / name)
    low, high = np.quantile(latents.mean, [0.005, 0.995], axis=0)
    cells = np.clip(((latents.mean - low) / (high - low) * 32).astype(int), 0, 31) @ (32, 1)
    counts = np.zeros((32 * 32, 10), int)
    np.add.at(counts, (cells, latents.label), 1)
    total = counts.sum(1, keepdims=True)
    owned = ((counts > 2 / 3 * total) & (total >= 10)).sum(0)
    assert (owned >= 10).all(), owned
    assert 1 / 2 < np.divide(*(high - low)) < 2


@pytest.mark.parametrize("name", NAMES)
def test_the_pictures_it_brings_along_are_those_of_its_decoder(name: str) -> None:
    folder = models_folder() / name
    config = check_bundle(folder)
    tiles = read_tiles(folder, config)
    made = first_tiles(load_model(config.net, read_weights(folder, config)), read_latents(folder, config))
    np.testing.assert_array_equal(tiles.places, made.places)
    np.testing.assert_array_equal(tiles.latents, made.latents)
    assert np.abs(tiles.pictures.astype(int) - made.pictures).max() <= 1
    assert np.ptp(tiles.pictures) == 255


def test_all_that_ships_can_be_carried_about() -> None:
    files = [path for folder in shipped_bundles() for path in folder.iterdir()]
    assert sum(path.stat().st_size for path in files) <= 60 * 2**20
