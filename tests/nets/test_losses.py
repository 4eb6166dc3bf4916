"""The losses of the autoencoder, and what a posterior is without variance, by their formulas."""

import numpy as np
import pytest
import torch

from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.families import Phase
from latent_explorer.nets.model import ImageBatch, Posterior
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import resnet_encoder
from tests.nets.families import CONDITIONAL, registered

SPEC = NetSpec(family="ae", trunk="dense", image_shape=(5, 4, 1), latent_dim=3, hidden=(8,))


@pytest.fixture
def x() -> torch.Tensor:
    """Six images."""
    return torch.rand(6, 1, 5, 4, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("prior", [0.0, 0.5, 1.0])
def test_an_autoencoder_pays_for_errors_and_long_latents(x: torch.Tensor, prior: float) -> None:
    model = build(SPEC)
    z = model.encode(x).mean
    squared = (model.decode(z) - x).square()
    losses = model.losses(ImageBatch(x, prior=prior))
    expected = squared.sum((1, 2, 3)).mean() + 0.02 * prior * z.square().sum(1).mean()
    assert losses["loss"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert losses["mse"].item() == pytest.approx(squared.mean().item(), rel=1e-5)


def test_what_the_encoder_sees_may_be_blanked_and_what_is_asked_for_not(x: torch.Tensor) -> None:
    model = build(SPEC)
    blank = torch.zeros_like(x)
    asked = (model.decode(model.encode(blank).mean) - x).square().mean()
    assert model.losses(ImageBatch(x, corrupted=blank))["mse"].item() == pytest.approx(asked.item(), rel=1e-5)


def test_a_posterior_without_variance_costs_nothing_and_is_its_mean() -> None:
    mean = torch.randn(4, 3)
    assert Posterior(mean, None).kl().tolist() == [0, 0, 0, 0]
    assert Posterior(mean, None).sample() is mean


def test_the_kl_divergence_is_that_of_torch() -> None:
    generator = torch.Generator().manual_seed(1)
    mean, log_variance = torch.randn(2, 5, 3, generator=generator)
    normal = torch.distributions.Normal(mean, (log_variance / 2).exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0, 1)).sum(1)
    torch.testing.assert_close(Posterior(mean, log_variance).kl(), expected)


def test_a_network_that_is_told_no_class_takes_the_first() -> None:
    with registered(CONDITIONAL):
        spec = NetSpec(family="told", trunk="dense", image_shape=(5, 4, 1), latent_dim=3, hidden=(8,), classes=3)
        model, z = build(spec), torch.randn(2, 3)
        assert model.classes(None, 2).tolist() == [[1, 0, 0], [1, 0, 0]]
        assert torch.equal(model.decode(z), model.decode(z, torch.tensor([0, 0])))
        assert not torch.equal(model.decode(z), model.decode(z, torch.tensor([1, 1])))


def test_pictures_are_rounded_shares_in_rows_of_pixels(x: torch.Tensor) -> None:
    model = build(SPEC).eval()
    z = np.random.default_rng(0).standard_normal((1100, 3)).astype(np.float32)
    pictures = decode_pictures(model, z)
    with torch.inference_mode():
        expected = model.decode(torch.from_numpy(z)).mul(255).round()
    assert (pictures.shape, pictures.dtype) == ((1100, 5, 4, 1), np.uint8)
    assert np.abs(pictures[..., 0].astype(int) - expected[:, 0].numpy()).max() <= 1  # a batch may round otherwise
    assert (pictures[..., 0] != expected[:, 0].numpy()).mean() < 1e-3


def test_blocks_of_as_many_channels_as_before_keep_the_size() -> None:
    """A resnet halves where the channels change, and adds depth where they do not."""
    spec = NetSpec(family="ae", trunk="resnet", image_shape=(16, 16, 3), latent_dim=2, hidden=(8, 8, 16))
    sizes: list[tuple[int, ...]] = []
    encoder = resnet_encoder(spec, 2)
    for layer in encoder.modules():
        layer.register_forward_hook(lambda _, __, out: sizes.append(tuple(out.shape[1:])) if out.dim() == 4 else None)
    encoder(torch.rand(1, 3, 16, 16))
    assert {size[0]: size[1:] for size in sizes} | {3: ()} == {3: (), 8: (8, 8), 16: (4, 4)}


def test_phases_have_the_usual_momenta_of_adam() -> None:
    assert Phase("loss").betas == (0.9, 0.999)
