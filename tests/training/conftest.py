"""A run on a dataset small enough to train on in a moment."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.data.dataset import Dataset
from latent_explorer.runs import Job
from latent_explorer.training import classifier_net


@pytest.fixture
def job(bars: Dataset, tmp_path: Path, request: pytest.FixtureRequest) -> Job:
    """Trains a small dense VAE by the RECIPE of the test's module."""
    np.savez(tmp_path / "bars.npz", images=bars.images, labels=bars.labels, split=bars.split)
    return Job(str(tmp_path / "bars.npz"), tmp_path / "out" / "bars-2d", hidden=(8,), recipe=request.module.RECIPE)


@pytest.fixture(scope="module")
def briefly_taught() -> Iterator[None]:
    """Classifiers that a module's runs need are taught for a few steps only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier_net, "_FEWEST", 10)
        yield
