"""Baseline: an optimised training loop with the dataset on the device and indexed, fused Adam, bfloat16 autocast.

Network and losses use torch only; the learning rate follows OneCycleLR.
"""

import math
from collections.abc import Iterator
from itertools import chain, pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss
from torch.optim.lr_scheduler import OneCycleLR

from latent_explorer.data import Dataset, Split
from latent_explorer.nets.families import find_family
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.distributed.devices import choose_device

_LENGTH_WEIGHT = 0.02  # weight of the squared length of an autoencoder's latents, as in its family


def indexed_losses(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Iterator[float]:
    """Yield the loss on the test images before training and after each epoch of the recipe.

    spec: an "ae" or a "vae" with the trunk "dense". Uses epochs, batch size, learning rate, warm-up, seed and device of
    `recipe`.
    """
    device = choose_device(recipe.device)
    torch.manual_seed(recipe.seed)
    model = Network(spec).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate, fused=True)
    train, test = (_pixels(dataset, split).to(device) for split in ("train", "test"))
    batches = -(-len(train) // recipe.batch_size)
    schedule = OneCycleLR(
        optimiser, recipe.learning_rate, epochs=recipe.epochs, steps_per_epoch=batches, pct_start=recipe.warm_up
    )
    yield _test_loss(model, test)
    for _ in range(recipe.epochs):
        for batch in torch.split(torch.randperm(len(train), device=device), recipe.batch_size):
            with torch.autocast(device.type, torch.bfloat16):
                loss = model.loss(train[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        yield _test_loss(model, test)


class Network(nn.Module):
    """A fully connected autoencoder or VAE with its loss on flattened images (n, pixels) in [0, 1]."""

    def __init__(self, spec: NetSpec) -> None:
        super().__init__()
        pixels, self.varies = math.prod(spec.image_shape), find_family(spec.family).has_variance
        self.encoder = _layers(pixels, *spec.hidden, (1 + self.varies) * spec.latent_dim)
        self.decoder = _layers(spec.latent_dim, *reversed(spec.hidden), pixels)

    def loss(self, x: Tensor) -> Tensor:
        """The loss, summed over pixels and averaged over images."""
        code: Tensor = self.encoder(x).float()
        if not self.varies:
            squared = mse_loss(self.decoder(code).float().sigmoid(), x, reduction="sum")
            return (squared + _LENGTH_WEIGHT * code.square().sum()) / len(x)
        mean, log_variance = code.chunk(2, 1)
        logits: Tensor = self.decoder(mean + (log_variance / 2).exp() * torch.randn_like(mean)).float()
        kl = (mean.square() + log_variance.exp() - 1 - log_variance).sum() / 2
        return (binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / len(x)


def _layers(*widths: int) -> nn.Sequential:
    layers = chain.from_iterable((nn.Linear(before, after), nn.GELU()) for before, after in pairwise(widths))
    return nn.Sequential(*list(layers)[:-1])


def _pixels(dataset: Dataset, split: Split) -> Tensor:
    return torch.from_numpy(dataset.images[dataset.indices(split)]).flatten(1).float() / 255


@torch.no_grad()
def _test_loss(model: Network, test: Tensor) -> float:
    return sum(float(model.loss(x)) * len(x) for x in torch.split(test, 1000)) / len(test)
