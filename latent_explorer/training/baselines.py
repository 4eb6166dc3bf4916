"""Baselines for the figures of a network: the same figures of raw pixels and of principal components."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, read_config
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import BundleError, TrainingError
from latent_explorer.places import shipped_bundles, trained_bundles
from latent_explorer.training.figure_set import FigureSet
from latent_explorer.training.images import evenly

NEIGHBOURS = 10
ASKED, _COMPARED = 10_000, 100_000  # test and training images: more would take hours without changing the figures
_ROWS = 8192  # images at a time
_CHEAP = 1e11  # multiplications: a few seconds on one core

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Baselines(FigureSet):
    """Figures of a dataset's test images without a network; None if unknown.

    pixels_knn10_accuracy: of labels predicted by the 10 nearest of at most 100,000 training images, on pixels. pca_mse,
    pca_knn10_accuracy: the mean squared error and the accuracy of as many principal components as there are latent
    dimensions.
    """

    pixels_knn10_accuracy: float | None = None
    pca_mse: float | None = None
    pca_knn10_accuracy: float | None = None


def baselines(dataset: Dataset, dimensions: int) -> Baselines:
    """All baselines: about 20 s on one core for 70,000 images of 28x28. Raises TrainingError without test images."""
    pca = Components.of(dataset, dimensions)
    return Baselines(
        pixels_knn10_accuracy=_accuracy(dataset, lambda x: x),
        pca_mse=pca.error(dataset),
        pca_knn10_accuracy=_accuracy(dataset, pca.project),
    )


def baselines_at_hand(dataset: Dataset, dimensions: int) -> Baselines:
    """The baselines stored in another bundle of the dataset, or that take only seconds to compute."""
    told = [config for config in _bundles() if config.dataset.fingerprint == dataset.fingerprint]
    alike = [config for config in told if config.net.latent_dim == dimensions]
    train, pixels = len(dataset.indices("train")), math.prod(dataset.image_shape)
    tests = min(len(dataset.indices("test")), ASKED)
    if train * pixels * max(tests, pixels) <= _CHEAP:
        return baselines(dataset, dimensions)
    mse, knn = (_first(alike, name) for name in ("pca_mse", "pca_knn10_accuracy"))
    if (mse is None or knn is None) and train * pixels * pixels <= _CHEAP:
        pca = Components.of(dataset, dimensions)
        mse, knn = pca.error(dataset), _accuracy(dataset, pca.project)
    return Baselines(_first(told, "pixels_knn10_accuracy"), mse, knn)


def _bundles() -> Iterator[BundleConfig]:
    for folder in (*shipped_bundles(), *trained_bundles()):
        try:
            yield read_config(folder)
        except BundleError:
            continue


def _first(told: list[BundleConfig], name: str) -> float | None:
    return next((value for config in told if (value := config.metrics.get(name)) is not None), None)


@dataclass(frozen=True, eq=False)
class Components:
    """The first principal components of a dataset's training images. axes: float32 (pixels, k)."""

    middle: Rows
    axes: Rows

    @classmethod
    def of(cls, dataset: Dataset, dimensions: int) -> "Components":
        """That many components, at most one per pixel. Raises TrainingError if a split has no images."""
        train, test = (dataset.indices(split) for split in ("train", "test"))
        if not (len(train) and len(test)):
            raise TrainingError(f"{dataset.name}: expected training and test images to compare with PCA")
        count = math.prod(dataset.image_shape)
        centre = sum((x.sum(0, dtype=np.float64) for x in pixels(dataset, train)), np.zeros(count)) / len(train)
        middle = centre.astype(np.float32)
        scatter = sum(((x - middle).T @ (x - middle) for x in pixels(dataset, train)), np.zeros((count, count)))
        _, vectors = np.linalg.eigh(scatter)
        return cls(middle, vectors[:, max(0, count - dimensions) :].astype(np.float32))

    def project(self, x: Rows) -> Rows:
        """The components (n, k) of images as rows (n, pixels)."""
        return np.asarray((x - self.middle) @ self.axes, np.float32)

    def error(self, dataset: Dataset) -> float:
        """The mean squared error, on pixels in [0, 1], of the test images."""
        test = dataset.indices("test")
        rests = (x - self.middle - self.project(x) @ self.axes.T for x in pixels(dataset, test))
        total = sum(float(np.square(rest).sum(dtype=np.float64)) for rest in rests)
        return total / (len(test) * len(self.middle))


def knn_accuracy(train: Rows, train_labels: NDArray[np.int64], test: Rows, test_labels: NDArray[np.int64]) -> float:
    """The share of test rows (m, k) with the majority label of the 10 nearest training rows (n >= 10, k)."""
    from sklearn.neighbors import KNeighborsClassifier

    classifier = KNeighborsClassifier(NEIGHBOURS).fit(train, train_labels)
    return float(classifier.score(test, test_labels))


def asked(dataset: Dataset) -> NDArray[np.intp]:
    """The test images, or 10,000 evenly chosen ones if there are more."""
    return evenly(dataset.indices("test"), ASKED)


def _accuracy(dataset: Dataset, project: Callable[[Rows], Rows]) -> float | None:
    splits = evenly(dataset.indices("train"), _COMPARED), asked(dataset)
    if dataset.labels is None or len(splits[0]) < NEIGHBOURS:
        return None
    train, test = (np.concatenate([project(x) for x in pixels(dataset, places)]) for places in splits)
    return knn_accuracy(train, dataset.labels[splits[0]], test, dataset.labels[splits[1]])


def pixels(dataset: Dataset, indices: NDArray[np.intp]) -> Iterator[Rows]:
    """The images at `indices` as rows in [0, 1], a few thousand at a time."""
    for part in np.array_split(indices, -(-len(indices) // _ROWS)):
        rows: Rows = dataset.images[part].reshape(len(part), -1).astype(np.float32)
        rows /= 255
        yield rows
