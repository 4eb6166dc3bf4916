"""Principal components, to compare networks with."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.training.evaluate import pca_mse


@pytest.mark.parametrize("dimensions", [1, 5, 36, 99])
def test_pca_leaves_what_another_library_leaves(bars: Dataset, dimensions: int) -> None:
    train, test = (bars.images[bars.indices(split)].reshape(-1, 36) / 255 for split in ("train", "test"))
    fitted = PCA(min(dimensions, 36)).fit(train)
    left = np.square(test - fitted.inverse_transform(fitted.transform(test))).mean()
    assert pca_mse(bars, dimensions) == pytest.approx(left, abs=1e-7)


def test_without_test_images_there_is_nothing_to_compare(bars: Dataset) -> None:
    with pytest.raises(TrainingError, match="test images"):
        pca_mse(replace(bars, split=np.zeros_like(bars.split)), 2)
