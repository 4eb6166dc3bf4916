"""Weights leave a network and enter another unchanged, or are refused by name."""

import numpy as np
import pytest
import torch

from latent_explorer.errors import BundleError
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import load_model, load_weights, weights_of

SPEC = NetSpec(family="vae", trunk="residual", image_shape=(6, 5, 3), latent_dim=3, hidden=(7, 7))


def test_a_loaded_network_is_the_one_that_was_saved() -> None:
    saved, other = build(SPEC).eval(), build(SPEC).eval()
    pictures = torch.rand(4, 3, 6, 5)
    load_weights(other, weights_of(saved))
    for loaded in (other, load_model(SPEC, weights_of(saved))):
        assert torch.equal(loaded.decode(loaded.encode(pictures).mean), saved.decode(saved.encode(pictures).mean))


def test_the_copied_weights_do_not_follow_the_network() -> None:
    model = build(SPEC)
    before = weights_of(model)
    kept = {name: array.copy() for name, array in before.items()}
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)
    assert all(np.array_equal(before[name], kept[name]) for name in kept)


def test_a_missing_and_an_unknown_weight_are_named() -> None:
    weights = weights_of(build(SPEC))
    weights["stray"] = weights.pop("encoder.1.weight")
    with pytest.raises(BundleError, match=r"missing encoder\.1\.weight; unknown stray"):
        load_model(SPEC, weights)


def test_a_weight_of_another_shape_is_named() -> None:
    weights = weights_of(build(SPEC)) | {"encoder.1.bias": np.zeros(9, np.float32)}
    with pytest.raises(BundleError, match=r"encoder\.1\.bias does not fit the network: expected \(7,\), found \(9,\)"):
        load_model(SPEC, weights)


def test_a_giant_network_is_refused_before_it_is_allocated() -> None:
    giant = NetSpec(family="ae", trunk="dense", image_shape=(2048, 2048, 3), latent_dim=4096, hidden=(16384,) * 64)
    with pytest.raises(BundleError, match="missing"):
        load_model(giant, {})
