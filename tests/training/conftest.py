"""A dataset small enough to train on in a moment."""

import numpy as np
import pytest

from latent_explorer.data.dataset import Dataset


@pytest.fixture(scope="session")
def bars() -> Dataset:
    """120 pictures of 6x6 with one bright row or column each, and a little noise: two classes."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 30, (120, 6, 6, 1), dtype=np.uint8)
    labels = np.arange(120, dtype=np.int64) % 2
    for image, label, place in zip(images, labels, draw.integers(0, 6, 120), strict=True):
        image[(place, slice(None)) if label else (slice(None), place)] = 250
    split = (np.arange(120) >= 90).astype(np.uint8)
    return Dataset("bars", images, labels, ("column", "row"), split)
