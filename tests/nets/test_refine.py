"""Refined latents explain their images at least as well, and in a linear model exactly as well as can be."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.nets.model import Posterior, bernoulli_nats
from latent_explorer.nets.refine import _newton_step, inverted_from, pictures_to_invert, refined
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.floats(0, 4), st.integers(0, 99))
def test_a_step_never_makes_it_worse(dim: int, count: int, weight: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    spec = NetSpec(family="vae", trunk="dense", image_shape=(5, 4, 1), latent_dim=dim, hidden=(8,))
    model, x = build(spec), torch.rand(count, 1, 5, 4, generator=generator)
    before = Posterior(torch.randn(count, dim, generator=generator), torch.randn(count, dim, generator=generator))
    after = refined(model.decode_logits, x, before, weight)

    def cost(z: torch.Tensor) -> torch.Tensor:
        return bernoulli_nats(model.decode_logits(z), x) + weight * z.square().sum(1) / 2

    assert (cost(after.mean) <= cost(before.mean)).all()
    assert after.log_variance is before.log_variance


def test_steps_lead_to_the_best_latent_of_a_linear_model() -> None:
    generator = torch.Generator().manual_seed(0)
    directions = torch.randn(3, 12, generator=generator)
    x = torch.rand(6, 1, 3, 4, generator=generator)

    def decode_logits(z: torch.Tensor) -> torch.Tensor:
        return (z @ directions).view(-1, 1, 3, 4)

    posterior = Posterior(torch.randn(6, 3, generator=generator), torch.full((6, 3), -2.0))
    for _ in range(30):
        posterior = refined(decode_logits, x, posterior, 1.0)
    z = posterior.mean
    gradient = (decode_logits(z).sigmoid() - x).flatten(1) @ directions.T + z
    assert gradient.abs().max() < 1e-2


def test_only_a_network_that_is_not_in_training_refines() -> None:
    settings = {"refinements": 2.0}
    spec = NetSpec(family="vae", trunk="dense", image_shape=(5, 4, 1), latent_dim=2, hidden=(8,), settings=settings)
    model, x = build(spec), torch.rand(3, 1, 5, 4)
    in_training = model.train().encode(x).mean
    assert not torch.equal(in_training, model.eval().encode(x).mean)


def test_a_step_stays_short_where_the_picture_says_nothing_and_there_is_no_prior() -> None:
    """Newton's step is then the gradient over the least curvature that is assumed, cut at the longest."""
    x = torch.full((1, 4), 0.5)
    for slope, expected in ((1e-4, 1e-4 * 4 * 0.25 / (1e-8 + 1e-3)), (0.0, 0.0)):
        step = _newton_step(
            torch.logit(torch.full((1, 4), 0.75)), torch.full((1, 1, 4), slope), x, torch.zeros(1, 1), 0.0
        )
        assert step.item() == pytest.approx(expected, rel=0.01)


def test_an_inversion_decodes_as_many_pictures_as_are_reckoned_with() -> None:
    counted = []

    def decode(z: torch.Tensor) -> torch.Tensor:
        counted.append(len(z))
        return z.sigmoid()[:, :, None, None]

    inverted_from(decode, torch.full((2, 3, 1, 1), 0.7), torch.zeros(2, 5, 3))
    assert sum(counted) == 2 * pictures_to_invert(3, 5)


def test_an_inversion_goes_on_from_the_start_that_leads_nearest() -> None:
    """The picture of z is (z², .3 z): from -1 descent to the image of 1 ends nearby, in a hollow."""

    def decode(z: torch.Tensor) -> torch.Tensor:
        return torch.cat([z.square(), 0.3 * z], 1)[:, None, None]

    x = decode(torch.ones(1, 1))
    for starts, expected in (([-1.2], -0.95), ([-1.2, 0.7], 1.0), ([0.7, -1.2], 1.0)):
        assert inverted_from(decode, x, torch.tensor(starts)[None, :, None]).item() == pytest.approx(expected, abs=0.02)
