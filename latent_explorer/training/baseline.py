"""What a linear map does, to compare networks with."""

import numpy as np

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError


def pca_mse(dataset: Dataset, dimensions: int) -> float:
    """The mean squared error, on pixels in [0, 1], of the test images from so many principal components.

    The components are those of the training images. Raises TrainingError when a split has no images.
    """
    train, test = (dataset.indices(split) for split in ("train", "test"))
    if not (len(train) and len(test)):
        raise TrainingError(f"{dataset.name}: expected training and test images to compare with PCA")
    pixels = dataset.images.reshape(len(dataset), -1)
    known = pixels[train].astype(np.float32) / 255
    centre = known.mean(0)
    known -= centre
    _, vectors = np.linalg.eigh(known.T @ known)
    components = vectors[:, max(0, vectors.shape[1] - dimensions) :]
    rest = pixels[test].astype(np.float32) / 255 - centre
    return float(np.square(rest - rest @ components @ components.T).mean(dtype=np.float64))
