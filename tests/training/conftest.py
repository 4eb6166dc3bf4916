"""A run on a dataset small enough to train on in a moment."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.data.dataset import Dataset
from latent_explorer.runs import Job


@pytest.fixture
def job(bars: Dataset, tmp_path: Path, request: pytest.FixtureRequest) -> Job:
    """Trains a small dense VAE by the RECIPE of the test's module."""
    np.savez(tmp_path / "bars.npz", images=bars.images, labels=bars.labels, split=bars.split)
    return Job(str(tmp_path / "bars.npz"), tmp_path / "out" / "bars-2d", hidden=(8,), recipe=request.module.RECIPE)
