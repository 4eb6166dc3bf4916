"""The bundles that ship are sound, belong to their datasets, and are as good as they say."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial import KDTree

from latent_explorer.bundles import BundleConfig, check_bundle, read_latents, read_tiles, read_weights
from latent_explorer.data import named, open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.data.files import files_of_zip
from latent_explorer.data.pictures import stack
from latent_explorer.errors import DataError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_model
from latent_explorer.places import models_folder, resource, shipped_bundles
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.session import open_bundle
from latent_explorer.training.classifier import classifier_of
from latent_explorer.training.evaluate import evaluate, evaluate_bundle
from latent_explorer.training.publishing.pictures import first_tiles
from latent_explorer.training.style_figures import other_classes, pictures

pytestmark = pytest.mark.long

CPU = torch.device("cpu")
SAMPLE = 2000


@dataclass(frozen=True)
class Aim:
    """What a bundle is to reach on its test images: at most, at most, at least, at most."""

    mse: float
    negative_elbo: float | None = None
    knn10_accuracy: float = 0.0
    unrefined_negative_elbo: float | None = None


@dataclass(frozen=True)
class Parted:
    """What a conditional bundle is to reach on its test images: at least, at most, at most, at least, at least."""

    swap_accuracy: float
    leakage_linear: float
    leakage_knn10: float
    slant_r: float
    thickness_r: float


MNIST = {
    "mnist-ae-16d": Aim(0.0070, None, 0.95),
    "mnist-ae-16d-b": Aim(0.0070, None, 0.95),
    "mnist-ae-2d": Aim(0.034, None, 0.87),
    "mnist-vae-16d": Aim(0.0070, 94.5, 0.97),
    "mnist-vae-2d": Aim(0.0315, 129.5, 0.885, 133.1),
}
STYLE = {
    "mnist-cvae-8d": Parted(0.97, 0.15, 0.25, 0.90, 0.85),
    "mnist-cvae-2d": Parted(0.97, 0.15, 0.25, 0.90, 0.85),
}
"""Conditional ones, whose latents are to tell no class: they are judged by other figures than the rest."""
PCA_2, PCA_64 = 0.0366, 0.0080
CIFAR = {
    "cifar10-ae-64d": Aim(PCA_64),
    "cifar10-vae-2d": Aim(PCA_2),
}
PCA_16_CLOTHES = 0.0205
FASHION = {
    "fashion-ae-2d": Aim(0.0225, None, 0.75),
    "fashion-vae-16d": Aim(PCA_16_CLOTHES, 238.0, 0.85),
}
FLAT = ("mnist-ae-2d", "mnist-vae-2d")


@dataclass(frozen=True)
class Drawn:
    """What a generator is to reach: at least, at most, at least, at most."""

    least_class_share: float
    class_kl: float
    confident_share: float
    inversion_mse: float


GENERATORS = {
    "mnist-gan-2d": Drawn(0.02, 0.10, 0.75, 0.036),
    "mnist-gan-16d": Drawn(0.05, 0.03, 0.80, 0.012),
}


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    return open_dataset("mnist")


def load(name: str) -> tuple[BundleConfig, LatentModel]:
    config = check_bundle(models_folder() / name)
    return config, load_model(config.net, read_weights(models_folder() / name, config))


def test_these_bundles_ship_and_take_less_than_90_megabytes_with_all_resources() -> None:
    wanted = MNIST.keys() | CIFAR.keys() | FASHION.keys() | GENERATORS.keys() | STYLE.keys()
    assert {folder.name for folder in shipped_bundles()} == wanted
    folders = models_folder(), resource("mnist").parent
    assert sum(path.stat().st_size for folder in folders for path in folder.rglob("*")) < 90e6


@pytest.mark.parametrize("name", [*MNIST, *STYLE])
def test_a_shipped_bundle_belongs_to_the_dataset_that_ships(name: str, mnist: Dataset) -> None:
    config, latents = load(name)[0], read_latents(models_folder() / name)
    assert open_dataset(config.dataset.source).fingerprint == config.dataset.fingerprint == mnist.fingerprint
    np.testing.assert_array_equal(latents.label, mnist.labels)
    np.testing.assert_array_equal(latents.split, mnist.split)


@pytest.mark.parametrize("name", MNIST)
def test_a_shipped_bundle_is_as_good_as_it_says(name: str, mnist: Dataset) -> None:
    (config, model), aim = load(name), MNIST[name]
    found = evaluate(model, mnist, CPU, read_latents(models_folder() / name)).figures()
    for figure in found.keys() & config.metrics.keys():
        value = config.metrics[figure]
        assert found[figure] == (None if value is None else pytest.approx(value, rel=1e-3))
    assert (found["negative_elbo"] is None) == (config.net.family == "ae") == (aim.negative_elbo is None)
    assert aim.negative_elbo is None or found["negative_elbo"] <= aim.negative_elbo
    assert found["mse"] <= aim.mse
    assert found["knn10_accuracy"] >= aim.knn10_accuracy
    assert (found["unrefined_negative_elbo"] is None) == (aim.unrefined_negative_elbo is None)
    if aim.unrefined_negative_elbo is not None:
        assert found["negative_elbo"] < found["unrefined_negative_elbo"] <= aim.unrefined_negative_elbo


@pytest.mark.parametrize("name", STYLE)
def test_a_conditional_bundle_parts_style_from_class_as_it_says(name: str, mnist: Dataset) -> None:
    (config, model), aim = load(name), STYLE[name]
    assert config.family.conditional
    assert config.metrics["classifier_accuracy"] >= 0.99
    for figure, bound in asdict(aim).items():
        at_most = figure.startswith("leakage")
        assert config.metrics[figure] <= bound if at_most else config.metrics[figure] >= bound, figure
    assert config.metrics["swap_accuracy"] <= config.metrics["unswapped_accuracy"]
    latents, test = read_latents(models_folder() / name), mnist.indices("test")[:SAMPLE]
    own = mnist.labels[test]
    other = other_classes(own, 10)
    made = pictures(model, latents.mean[test], other, CPU)
    assert (classifier_of(mnist, CPU)(made) == other).mean() == pytest.approx(config.metrics["swap_accuracy"], abs=0.02)
    assert config.metrics["mse"] == pytest.approx(latents.error[latents.split == 1].mean(), rel=1e-3)


@pytest.mark.parametrize("name", STYLE)
def test_the_latents_of_a_conditional_bundle_are_those_of_the_weights(name: str, mnist: Dataset) -> None:
    some = np.random.default_rng(0).choice(len(mnist), SAMPLE, replace=False)
    check_latents(name, mnist.images[some], some, torch.from_numpy(mnist.labels[some]))


@pytest.mark.parametrize("name", MNIST)
def test_the_latents_are_those_of_the_weights(name: str, mnist: Dataset) -> None:
    some = np.random.default_rng(0).choice(len(mnist), SAMPLE, replace=False)
    check_latents(name, mnist.images[some], some)


@pytest.mark.parametrize("name", FLAT)
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


@pytest.mark.parametrize("name", FLAT)
def test_the_pictures_it_brings_along_are_those_of_its_decoder(name: str) -> None:
    folder = models_folder() / name
    config = check_bundle(folder)
    tiles = read_tiles(folder, config)
    made = first_tiles(load_model(config.net, read_weights(folder, config)), read_latents(folder, config))
    np.testing.assert_array_equal(tiles.places, made.places)
    np.testing.assert_array_equal(tiles.latents, made.latents)
    assert np.abs(tiles.pictures.astype(int) - made.pictures).max() <= 1
    assert np.ptp(tiles.pictures) == 255


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_makes_every_class_and_finds_images(name: str, mnist: Dataset) -> None:
    folder, aim = models_folder() / name, GENERATORS[name]
    config, latents, judge = check_bundle(folder), read_latents(folder), classifier_of(mnist, CPU)
    model = load_bundle_model(folder, config)
    assert config.inverts
    assert latents.draws == config.prior_samples == 10_000
    pictures = decode_pictures(model, latents.mean[: latents.draws])
    seen = judge.probabilities(pictures)
    shares = np.bincount(seen.argmax(1), minlength=10) / len(seen)
    # they are of exact latents, and a few of those kept in steps show another class
    assert (seen.argmax(1) == latents.label[: latents.draws]).mean() > 0.97
    assert shares.min() >= aim.least_class_share
    assert (shares * np.log(shares * 10)).sum() <= aim.class_kl
    assert (seen.max(1) > 0.95).mean() >= aim.confident_share
    found = evaluate(model, dataset_of_some(mnist, 200), CPU)
    assert found.mse <= aim.inversion_mse
    assert latents.error[latents.draws :].mean() <= aim.inversion_mse


def dataset_of_some(dataset: Dataset, count: int) -> Dataset:
    """The first test images alone."""
    some = dataset.indices("test")[:count]
    return replace(dataset, images=dataset.images[some], labels=dataset.labels[some], split=dataset.split[some])


def test_two_runs_differ_in_nothing_but_their_seed() -> None:
    one, other = (load(name) for name in ("mnist-ae-16d", "mnist-ae-16d-b"))
    assert one[0].net == other[0].net
    assert one[0].training.seed != other[0].training.seed
    assert one[0].metrics["mse"] == pytest.approx(other[0].metrics["mse"], rel=0.03)


@pytest.mark.parametrize("name", CIFAR)
def test_a_bundle_whose_images_do_not_ship_is_whole_without_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, latents = load(name)[0], read_latents(models_folder() / name)
    assert config.dataset.source == config.dataset.name == "cifar10-jpeg"
    assert np.bincount(latents.label).tolist() == [6000] * 10
    assert np.bincount(latents.split).tolist() == [50_000, 10_000]
    assert latents.error[latents.split == 1].mean() == pytest.approx(config.metrics["mse"], rel=1e-3)
    assert config.metrics["mse"] < CIFAR[name].mse
    card = (models_folder() / name / "README.md").read_text()
    assert "JPEG files of a quality of about 75" in card
    monkeypatch.setattr(named, "data_folder", lambda: tmp_path)
    with pytest.raises(DataError, match=r"expected cifar10-train\.zip and cifar10-test\.zip"):
        evaluate_bundle(models_folder() / name, "cpu")


@pytest.mark.parametrize("name", CIFAR)
def test_where_the_images_are_at_hand_the_latents_are_those_of_the_weights(name: str) -> None:
    path = Path(__file__).resolve().parents[2] / "../shared/data/cifar10-test.zip"
    if not path.is_file():
        pytest.skip("needs the data folder ../shared/data beside the repository")
    some = np.sort(np.random.default_rng(0).choice(10_000, 200, replace=False))
    with files_of_zip(path) as found:
        images = stack([found.files[index] for index in some]).images
    check_latents(name, images, 50_000 + some)


@pytest.mark.parametrize("name", FASHION)
def test_a_bundle_of_clothes_is_as_good_as_it_says_as_far_as_can_be_seen_without_the_images(name: str) -> None:
    config, latents, aim = load(name)[0], read_latents(models_folder() / name), FASHION[name]
    assert config.dataset.source == config.dataset.name == "fashion-mnist"
    assert np.bincount(latents.label).tolist() == [7000] * 10
    assert np.bincount(latents.split).tolist() == [60_000, 10_000]
    assert latents.error[latents.split == 1].mean() == pytest.approx(config.metrics["mse"], rel=1e-3)
    assert config.metrics["mse"] <= aim.mse
    assert config.metrics["knn10_accuracy"] >= aim.knn10_accuracy
    assert aim.negative_elbo is None or config.metrics["negative_elbo"] <= aim.negative_elbo


@pytest.mark.parametrize("name", FASHION)
def test_where_the_clothes_are_at_hand_the_latents_are_those_of_the_weights(name: str) -> None:
    root = Path(__file__).resolve().parents[2] / "../shared/data"
    if not (root / "FashionMNIST").is_dir():
        pytest.skip("needs the data folder ../shared/data beside the repository")
    clothes = open_dataset(f"fashion-mnist:{root}")
    some = np.random.default_rng(0).choice(len(clothes), SAMPLE, replace=False)
    assert clothes.fingerprint == load(name)[0].dataset.fingerprint
    check_latents(name, clothes.images[some], some)


def check_latents(name: str, images: np.ndarray, places: np.ndarray, labels: torch.Tensor | None = None) -> None:
    """The latents and errors kept at `places` are those of the images, up to what they were rounded by.

    labels: their classes, of a conditional bundle.
    """
    latents, (_, model) = read_latents(models_folder() / name), load(name)
    x = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).float() / 255
    with torch.inference_mode():
        means = model.encode(x, labels).mean
        errors = (model.decode(means, labels) - x).square().flatten(1).mean(1)
    rounding = np.ptp(latents.mean, axis=0) / 255 * 0.51
    assert (np.abs(means.numpy() - latents.mean[places]) <= np.maximum(rounding, 1e-3)).all()
    np.testing.assert_allclose(errors.numpy(), latents.error[places], atol=1e-3)


def test_styles_of_many_dimensions_open_on_the_map_that_is_brought_along() -> None:
    bundle = open_bundle(models_folder() / "mnist-cvae-8d")
    assert (bundle.chart.name, bundle.spec) == ("tsne", None)
    assert bundle.chart.fit_seconds is not None


@pytest.mark.parametrize(
    "name", ["mnist-ae-16d", "mnist-ae-16d-b", "mnist-vae-16d", "fashion-vae-16d", "cifar10-ae-64d"]
)
def test_one_of_many_dimensions_opens_on_the_map_that_it_brings_along(name: str) -> None:
    """Of digits, of 10 neighbours on the map most are of one class; of photographs, more than by chance."""
    bundle = open_bundle(models_folder() / name)
    assert (bundle.chart.name, bundle.spec) == ("tsne", None)
    assert bundle.chart.fit_seconds is not None
    some = np.random.default_rng(0).permutation(len(bundle.latents))[:3000]
    _, near = KDTree(bundle.uv).query(bundle.uv[some], 11)
    alike = (bundle.latents.label[near[:, 1:]] == bundle.latents.label[some][:, None]).mean()
    assert alike > {"mnist": 0.9, "fashion": 0.75, "cifar10": 0.2}[name.split("-")[0]]
