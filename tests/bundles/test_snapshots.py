"""Snapshots: bundles of some of the images, without card and preview."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from latent_explorer.bundles import BundleConfig, Latents, Moment, check_bundle, read_latents, save_snapshot
from latent_explorer.errors import BundleError
from latent_explorer.session import open_bundle

MOMENT = Moment(epoch=3, step=70, losses={"loss": 1.5}, test_losses={"loss": 2.0})
WEIGHTS = {"w": np.linspace(0, 1, 5, dtype=np.float32)}
LATENTS = Latents(
    mean=np.array([[1, 2], [0, -1], [3, 0.5]], np.float32),
    log_variance=None,
    label=np.array([0, 1, 1]),
    split=np.ones(3, np.uint8),
    error=np.array([0.1, 0.2, 0.3], np.float32),
    index=np.array([0, 1, 3]),
)


@pytest.fixture
def config(small_config: BundleConfig) -> BundleConfig:
    return msgspec.structs.replace(small_config, moment=MOMENT)


def test_a_snapshot_reads_as_a_bundle(config: BundleConfig, tmp_path: Path) -> None:
    turned = msgspec.structs.replace(config, turn=(0.0, -1.0, 1.0, 0.0))
    folder = save_snapshot(tmp_path / "70", turned, WEIGHTS, LATENTS)
    assert check_bundle(folder).moment == MOMENT
    found = read_latents(folder)
    assert found.index is not None
    assert found.images(np.array([2, 0])).tolist() == [3, 0]
    np.testing.assert_allclose(found.mean, LATENTS.mean, atol=2e-3)
    opened = open_bundle(folder)
    np.testing.assert_allclose(opened.uv, LATENTS.mean @ [[0, 1], [-1, 0]], atol=2e-3)
    np.testing.assert_allclose(opened.chart.to_latent(opened.uv), found.mean, atol=1e-5)


@pytest.mark.parametrize("index", [(0, 3, 1), (0, 0, 2), (0, 2, 4), (-1, 2, 3)])
def test_an_index_that_lies_is_refused(config: BundleConfig, tmp_path: Path, index: tuple[int, ...]) -> None:
    with pytest.raises(BundleError, match="index"):
        save_snapshot(tmp_path / "70", config, WEIGHTS, replace(LATENTS, index=np.array(index)))
    assert not (tmp_path / "70").exists()


def test_a_turn_that_stretches_is_refused(config: BundleConfig, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="turn"):
        save_snapshot(tmp_path / "70", msgspec.structs.replace(config, turn=(2.0, 0.0, 0.0, 1.0)), WEIGHTS, LATENTS)
