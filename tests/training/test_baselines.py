"""What figures are held against: raw pixels, and principal components."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.training import baselines as module
from latent_explorer.training.baselines import Baselines, baselines, baselines_at_hand


@pytest.mark.parametrize("dimensions", [1, 5, 36, 99])
def test_pca_leaves_what_another_library_leaves(bars: Dataset, dimensions: int) -> None:
    train, test = (bars.images[bars.indices(split)].reshape(-1, 36) / 255 for split in ("train", "test"))
    fitted = PCA(min(dimensions, 36)).fit(train)
    left = np.square(test - fitted.inverse_transform(fitted.transform(test))).mean()
    found = baselines(bars, dimensions)
    assert found.pca_mse == pytest.approx(left, abs=1e-7)
    assert found.pca_knn10_accuracy == accuracy(bars, fitted.transform(train), fitted.transform(test))
    assert found.pixels_knn10_accuracy == accuracy(bars, train, test)


def accuracy(dataset: Dataset, train: np.ndarray, test: np.ndarray) -> float:
    train_labels, test_labels = (dataset.labels[dataset.indices(split)] for split in ("train", "test"))
    return KNeighborsClassifier(10).fit(train, train_labels).score(test, test_labels)


def test_without_labels_or_test_images_there_is_nothing_to_compare(bars: Dataset) -> None:
    found = baselines(replace(bars, labels=None), 2)
    assert (found.pixels_knn10_accuracy, found.pca_knn10_accuracy) == (None, None)
    assert found.pca_mse is not None
    with pytest.raises(TrainingError, match="test images"):
        baselines(replace(bars, split=np.zeros_like(bars.split)), 2)


def test_what_takes_long_is_told_by_other_bundles_or_left_out(bars: Dataset, monkeypatch, make_bundle) -> None:
    monkeypatch.setattr(module, "_bundles", lambda: iter(()))
    assert baselines_at_hand(bars, 2) == baselines(bars, 2)
    monkeypatch.setattr(module, "_CHEAP", 0)
    assert baselines_at_hand(bars, 2) == Baselines()
    config = module.read_config(make_bundle("told"))

    def told(dimensions: int, **metrics: float):
        net = structs.replace(config.net, latent_dim=dimensions)
        record = structs.replace(config.dataset, fingerprint=bars.fingerprint)
        return structs.replace(config, net=net, dataset=record, metrics=metrics)

    others = [config, told(5, pixels_knn10_accuracy=0.9, pca_mse=0.3), told(2, pca_mse=0.1, pca_knn10_accuracy=0.8)]
    monkeypatch.setattr(module, "_bundles", lambda: iter(others))
    assert baselines_at_hand(bars, 2) == Baselines(0.9, 0.1, 0.8)
    assert baselines_at_hand(bars, 3) == Baselines(0.9, None, None)


@pytest.mark.slow
def test_raw_pixels_of_mnist() -> None:
    """What everyone who compares finds: the network is to be better than that."""
    found = baselines(open_dataset("mnist"), 16)
    assert found.pixels_knn10_accuracy == pytest.approx(0.9665, abs=2e-4)
    assert found.pca_mse == pytest.approx(0.02686, abs=1e-4)
