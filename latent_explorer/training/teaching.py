"""The last stage of a generator's run: training an encoder on the generator's own pictures."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from latent_explorer.nets.generator import Generator
from latent_explorer.runs import Recipe
from latent_explorer.runs.recipe import Precision
from latent_explorer.training.distributed.devices import autocast

TEACHING = 0.2
"""Steps of the encoder's training for each step of the run."""

_MOST = 4000  # steps
_RATE, _LONGEST = 1e-3, 1.0  # of Adam; norm of a gradient
_BATCH = 128
_SPREAD = 1.2  # standard deviation of the draws, of the prior 1: images lie farther out than most draws
_PIXELS = 20.0  # weight of the squared error of pixels, against that of latents
_TOLD = 50  # steps


def steps_of_teaching(steps: int) -> int:
    """The number of steps of the encoder's training after a run of `steps`."""
    return min(_MOST, math.ceil(TEACHING * steps))


def teach(model: Generator, recipe: Recipe, precision: Precision, device: torch.device, steps: int) -> Iterator[int]:
    """Add an encoder to `model` and train it on `device` for that many steps; yields the steps done.

    Minimises the squared errors of the drawn latents and of their reconstructed pictures. All random numbers come from
    the recipe's seed, so that a repeated stage gives the same weights. An encoder that is no longer finite is removed.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        model.to(device).add_encoder()
    assert model.encoder is not None
    model.eval().requires_grad_(False)
    weights = list(model.encoder.requires_grad_().parameters())
    adam = torch.optim.Adam(weights, fused=True)
    generator = torch.Generator(device).manual_seed(recipe.seed << 20)  # those of epochs add their number, from 1
    for step in range(steps):
        z = _SPREAD * torch.randn(_BATCH, model.spec.latent_dim, device=device, generator=generator)
        with autocast(device, precision):
            loss = _loss(model, z)
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = gradient
        torch.nn.utils.clip_grad_norm_(weights, _LONGEST)
        adam.param_groups[0]["lr"] = _RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        adam.step()
        if step % _TOLD == 0:
            yield step
    if not all(weight.isfinite().all() for weight in weights):
        model.drop_encoder()
    yield steps


def _loss(model: Generator, z: Tensor) -> Tensor:
    picture = model.decode(z)
    found = model.encode_unrefined(picture).mean
    pixels = (model.decode(found).float() - picture.float()).square().mean()
    return (found - z).square().mean() + _PIXELS * pixels
