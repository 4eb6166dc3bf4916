"""Decode paths: what may be taken, what is, and that each computes the same."""

import time

import numpy as np
import pytest
import torch
from torch import nn

from latent_explorer.engine.choice import EAGER, DecodePath, Difference, batch_for, choose, paths_on
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.onednn import PackedConvolution, PackedLinear, packed
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

CPU = torch.device("cpu")
Z = np.random.default_rng(0).standard_normal((40, 6)).astype(np.float32)


def net(trunk: str) -> LatentModel:
    torch.manual_seed(0)
    spec = NetSpec(family="ae", trunk=trunk, image_shape=(10, 12, 3), latent_dim=6, hidden=(8, 8, 16))
    model = build(spec).eval()
    with torch.no_grad():
        for weights in model.decoder.parameters():
            weights.mul_(3)  # an untrained network's pictures are too alike to tell errors apart
    return model


def shifted(levels: int, every: int) -> DecodePath:
    """A path whose pictures are brighter by some levels in every n-th pixel."""

    class Shifted(nn.Module):
        def __init__(self, decoder: nn.Module) -> None:
            super().__init__()
            self.decoder = decoder

        def forward(self, z: torch.Tensor) -> torch.Tensor:
            pictures = self.decoder(z).sigmoid()
            pictures.flatten()[::every] += levels / 255
            return torch.logit(pictures.clamp(1e-6, 1 - 1e-6))

    return DecodePath("shifted", Shifted)


@pytest.mark.parametrize("trunk", ["dense", "lean", "residual", "conv"])
@pytest.mark.parametrize("path", paths_on(CPU), ids=lambda path: path.name)
def test_each_path_gives_the_pictures_of_eager_torch(path: DecodePath, trunk: str) -> None:
    model, decoder = net(trunk), Decoder(net(trunk), CPU)
    eager = decoder.by(model, Z)
    assert eager.std() > 10
    for count in (1, 7, 40):
        difference = Difference.between(decoder.by(path.through(model), Z[:count]), eager[:count])
        assert difference.allowed
        assert difference.largest <= 1


def test_packing_reaches_linear_and_convolutional_layers_and_their_activations() -> None:
    layers = [type(layer) for layer in packed(net("conv").decoder)]
    assert layers.count(PackedLinear) == 1
    assert layers.count(PackedConvolution) == 3
    assert layers.count(nn.GELU) == 1  # that after Unflatten; the others are part of the kernels before them
    plain = nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 2, 3, padding="same")).eval()
    x = torch.randn(2, 4, 9, 9)
    with torch.inference_mode():
        torch.testing.assert_close(packed(plain)(x), plain(x), atol=1e-4, rtol=1e-4)


def test_a_path_that_is_off_in_more_than_one_pixel_of_a_thousand_is_refused_however_fast() -> None:
    model, decoder = net("dense"), Decoder(net("dense"), CPU)
    choice = choose(model, decoder.by, (EAGER, shifted(40, every=100)))
    assert choice.batched.path == choice.single.path == EAGER
    assert "shifted is off by more than one level" in choice.why


def test_the_rule_counts_pixels_and_levels() -> None:
    eager = np.full((10, 10, 10, 1), 100, np.uint8)
    one_level, one_pixel, two_pixels = eager + 1, eager.copy(), eager.copy()
    one_pixel[0, 0, 0] = 255
    two_pixels[0, 0, :2] = 0
    assert Difference.between(one_level, eager) == Difference(1, 0.0)
    assert Difference.between(one_pixel, eager) == Difference(155, 0.001)
    assert Difference.between(one_pixel, eager).allowed
    assert not Difference.between(two_pixels, eager).allowed


def test_the_fastest_path_is_taken_and_one_that_fails_is_passed_over() -> None:
    model = net("dense")

    def broken(_decoder: nn.Module) -> nn.Module:
        raise RuntimeError("no such kernel here")

    class Slow(nn.Module):
        def __init__(self, decoder: nn.Module) -> None:
            super().__init__()
            self.decoder = decoder

        def forward(self, z: torch.Tensor) -> torch.Tensor:
            time.sleep(0.05)
            return self.decoder(z)

    decoder = Decoder(model, CPU)
    paths = (EAGER, DecodePath("broken", broken), DecodePath("slow", Slow))
    choice = choose(model, decoder.by, paths)
    assert (choice.batched.path, choice.single.path) == (EAGER, EAGER)
    assert "broken failed: no such kernel here" in choice.why
    assert "slow " in choice.why


@pytest.mark.parametrize(("rate", "batch"), [(10, 1), (600, 2), (30_000, 64), (1e9, 1024)])
def test_a_slice_is_a_power_of_two_that_takes_its_time(rate: float, batch: int) -> None:
    assert batch_for(rate) == batch
