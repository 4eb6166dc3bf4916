"""Principal components: what a linear map does, to compare networks with."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError

_ROWS = 8192


def pca_mse(dataset: Dataset, dimensions: int) -> float:
    """The mean squared error, on pixels in [0, 1], of the test images from so many principal components.

    The components are those of the training images. Raises TrainingError when a split has no images.
    """
    train, test = (dataset.indices(split) for split in ("train", "test"))
    if not (len(train) and len(test)):
        raise TrainingError(f"{dataset.name}: expected training and test images to compare with PCA")
    count = math.prod(dataset.image_shape)
    centre = sum((x.sum(0, dtype=np.float64) for x in _pixels(dataset, train)), np.zeros(count)) / len(train)
    middle = centre.astype(np.float32)
    scatter = sum(((x - middle).T @ (x - middle) for x in _pixels(dataset, train)), np.zeros((count, count)))
    _, vectors = np.linalg.eigh(scatter)
    components = vectors[:, max(0, count - dimensions) :].astype(np.float32)
    rests = (x - middle - (x - middle) @ components @ components.T for x in _pixels(dataset, test))
    return sum(float(np.square(rest).sum(dtype=np.float64)) for rest in rests) / (len(test) * count)


def _pixels(dataset: Dataset, indices: NDArray[np.intp]) -> Iterator[NDArray[np.float32]]:
    """The images at `indices` as rows in [0, 1], some thousands at a time."""
    for part in np.array_split(indices, -(-len(indices) // _ROWS)):
        rows: NDArray[np.float32] = dataset.images[part].reshape(len(part), -1).astype(np.float32)
        rows /= 255
        yield rows
