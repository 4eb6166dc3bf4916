"""How well trust tells places apart, of a model and of places that are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from latent_explorer.bundles import Latents, read_config, read_latents, read_weights
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import DataError
from latent_explorer.fields import held_out_of
from latent_explorer.nets.weights import load_model
from latent_explorer.places import find_bundle
from latent_explorer.training import trust_figures as module
from latent_explorer.training.evaluate import dataset_of
from latent_explorer.training.trust_figures import TrustFigures, trust_figures

pytestmark = pytest.mark.long

CPU = torch.device("cpu")


def figures_of(name: str, other: Dataset | None) -> tuple[TrustFigures, Latents]:
    folder = find_bundle(name)
    config = read_config(folder)
    model, latents, dataset = (
        load_model(config.net, read_weights(folder, config)),
        read_latents(folder),
        dataset_of(config),
    )
    found = trust_figures(config, model, latents, dataset, CPU, other)
    assert found is not None
    return found, latents


def noise(count: int) -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28, 1), dtype=np.uint8)
    return Dataset("noise", images, None, (), np.ones(count, np.uint8))


def test_trust_holds_what_it_promises_of_a_map_of_many_dimensions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of mnist-ae-16d at most 6 % of the test images are called outside, and at least 85 % of the places of the map
    whose decoded picture is worse than twice the usual error."""
    monkeypatch.setattr(module, "_MOST", 3000)  # of 8,000: the seconds
    found, latents = figures_of("mnist-ae-16d", noise(300))
    assert found.trust_test_outside <= 0.06
    assert found.trust_map_worse is not None
    assert found.trust_map_worse > 0.9
    assert found.trust_map_worse_outside is not None
    assert found.trust_map_worse_outside >= 0.85
    assert found.trust_map_auroc is not None
    assert found.trust_map_auroc > 0.9
    assert found.trust_midpoints_auroc > 0.8
    assert found.trust_test_images_outside is not None
    assert found.trust_test_images_outside <= 0.07
    assert found.trust_other_images_outside == 1
    assert len(held_out_of(latents, _Near(), None).numbers) == 2000


class _Near:
    def reach(self, z: np.ndarray, of_images: bool) -> np.ndarray:
        return np.ones(len(z))


def test_in_two_dimensions_the_map_is_made_of_the_images_own_places(small_bundle: Path) -> None:
    config = read_config(small_bundle)
    model, latents = load_model(config.net, read_weights(small_bundle, config)), read_latents(small_bundle)
    dataset = dataset_of(config)
    many = replace(latents, split=(np.arange(len(latents)) % 2).astype(np.uint8))
    assert trust_figures(config, model, many, dataset, CPU, None) is None  # all test images calibrate
    with pytest.raises(DataError, match="expected images of"):
        _with_few_held_out(config, model, many, dataset, noise(10))
    found = _with_few_held_out(config, model, many, dataset, None)
    assert found.trust_map_outside is None
    assert found.trust_other_auroc is None
    assert 0 <= found.trust_test_outside <= 1


def _with_few_held_out(config, model, latents, dataset, other) -> TrustFigures:
    from latent_explorer.analysis import trust

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trust, "_HELD_OUT", 30)
        found = trust_figures(config, model, latents, dataset, CPU, other)
    assert found is not None
    return found
