"""A classifier of images by their pixels, taught on real ones: says whether a walk has kept the class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.measures import Pictures

_COMPONENTS, _TAUGHT = 50, 40_000


class Recogniser:
    """A support vector machine (radial, C = 10) on 50 principal components of the pixels of at most 40,000 images."""

    def __init__(self, images: NDArray[np.uint8], label: NDArray[np.int64]) -> None:
        """Teach it images uint8 (n, h, w, c) and their classes (n,), at least two."""
        from sklearn.decomposition import PCA
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import SVC

        count = min(_COMPONENTS, len(images), images[0].size)
        self._model: Any = make_pipeline(PCA(count, random_state=0), SVC(C=10))
        self._model.fit(_flat(images / np.float32(255)), label)

    @staticmethod
    def taught_on(split: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The numbers of the training images it is to be taught on, ascending."""
        train = np.flatnonzero(split == 0)
        return np.sort(np.random.default_rng(1).permutation(train)[:_TAUGHT])

    def __call__(self, pictures: Pictures) -> NDArray[np.int64]:
        """The classes (n,) of pictures (n, h, w, c) in [0, 1]."""
        return np.asarray(self._model.predict(_flat(pictures)), np.int64)

    def accuracy(self, images: NDArray[np.uint8], label: NDArray[np.int64]) -> float:
        """The share of images that it recognises."""
        return float((self(images / np.float32(255)) == label).mean())


def _flat(pictures: Pictures) -> NDArray[np.floating]:
    return np.asarray(pictures, np.float32).reshape(len(pictures), -1)
