"""Another model of the same network is opened with the decode paths of the one before."""

import numpy as np
import pytest
import torch

from latent_explorer.engine import decoder as decoding
from latent_explorer.engine.decoder import Decoder
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

CPU = torch.device("cpu")
SPEC = NetSpec(family="vae", trunk="dense", image_shape=(8, 8, 1), latent_dim=2, hidden=(16, 8))
Z = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)


def test_the_paths_are_taken_over_and_the_weights_are_the_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    before, model = Decoder(build(SPEC), CPU), build(SPEC)
    monkeypatch.setattr(decoding, "choose", lambda *_: pytest.fail("tried anew"))
    after = Decoder(model, CPU, before=before)
    assert after.kernel == before.kernel
    for z in (Z, Z[:1]):
        np.testing.assert_allclose(after.pictures(z).astype(int), after.by(model, z), atol=1)
    assert (after.pictures(Z) != before.pictures(Z)).any()


def test_another_network_is_tried_anew() -> None:
    before = Decoder(build(SPEC), CPU)
    wider = build(NetSpec(family="vae", trunk="dense", image_shape=(8, 8, 1), latent_dim=2, hidden=(20, 8)))
    np.testing.assert_allclose(Decoder(wider, CPU, before=before).pictures(Z).astype(int), before.by(wider, Z), atol=1)
