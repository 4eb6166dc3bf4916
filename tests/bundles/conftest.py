"""What the tests of bundles share."""

import pytest

from latent_explorer.bundles import FORMAT, BundleConfig, DatasetRecord, TrainingRecord
from latent_explorer.nets.spec import NetSpec


@pytest.fixture
def small_config() -> BundleConfig:
    """Of a VAE with two dimensions and four images of two classes."""
    return BundleConfig(
        format=FORMAT,
        name="small",
        net=NetSpec(family="vae", trunk="dense", image_shape=(4, 4, 1), latent_dim=2, hidden=(8,)),
        dataset=DatasetRecord(name="dots", source="dots.npz", fingerprint="ab", count=4, class_names=("a", "b")),
        training=TrainingRecord(
            epochs=1, batch_size=2, learning_rate=0.1, seed=0, device="cpu", minutes=0.5, command="train"
        ),
        metrics={},
        versions={},
        files={},
    )
