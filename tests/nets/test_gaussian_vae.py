"""The Gaussian VAE: its loss is the density's, and it learns."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec


def network(noise: float = 0.1):
    torch.manual_seed(0)
    return build(
        NetSpec(
            family="gaussian-vae",
            trunk="dense",
            image_shape=(6, 6, 1),
            latent_dim=2,
            hidden=(32,),
            settings={"noise": noise},
        )
    )


@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_its_loss_is_the_bound_that_torchs_distributions_give(noise: float) -> None:
    model, x = network(noise), torch.rand(9, 1, 6, 6)
    found = model.losses(ImageBatch(x), Draws(torch.Generator().manual_seed(1)))
    posterior = model.encode(x)
    z = posterior.sample(Draws(torch.Generator().manual_seed(1)))
    likelihood = Normal(model.decode(z), noise).log_prob(x).flatten(1).sum(1).mean()
    clouds = Normal(posterior.mean, (posterior.log_variance / 2).exp())
    kl = kl_divergence(clouds, Normal(torch.zeros(2), torch.ones(2))).sum(1).mean()
    torch.testing.assert_close(found["reconstruction"], -likelihood, rtol=1e-4, atol=1e-2)
    torch.testing.assert_close(found["loss"], kl - likelihood, rtol=1e-4, atol=1e-2)


def test_it_learns() -> None:
    model, x = network(), torch.from_numpy(np.random.default_rng(0).random((64, 1, 6, 6), np.float32).round())
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        loss = model.losses(ImageBatch(x))["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 36
    assert math.isfinite(losses[-1])
