"""What every family of networks offers."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from latent_explorer.errors import UserError
from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.families import find_family
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk


@dataclass(frozen=True, eq=False)
class Posterior:
    """What an encoder says about a batch of images: a diagonal Gaussian, or a point without variance.

    mean: (n, d). log_variance: (n, d), or None for a family without one.
    """

    mean: Tensor
    log_variance: Tensor | None

    def sample(self, draws: Draws = UNSHARED) -> Tensor:
        """One latent per image, (n, d), by reparametrisation; the mean where there is no variance."""
        if self.log_variance is None:
            return self.mean
        return self.at(draws.normal(self.mean.shape, self.mean.device))

    def at(self, noise: Tensor) -> Tensor:
        """The latents (n, d) that lie so many standard deviations (n, d) from the mean."""
        return self.mean if self.log_variance is None else self.mean + (self.log_variance / 2).exp() * noise

    def kl(self) -> Tensor:
        """KL divergence to the standard normal prior in nats, (n,); zero where there is no variance."""
        if self.log_variance is None:
            return torch.zeros_like(self.mean[:, 0])
        return 0.5 * (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance).sum(1)


@dataclass(frozen=True, eq=False)
class ImageBatch:
    """Images to learn from, or to be judged by.

    x: float32 (n, c, h, w) in [0, 1]. corrupted: what the encoder is given in place of `x`, of its shape; None for `x`.
    labels: int64 (n,), the classes, where the family is conditional. prior: a factor on the term that holds the latents
    near the prior, lower than 1 while training warms up.
    phase: the loss that is followed next, where the family has several phases; None where all losses are wanted.
    """

    x: Tensor
    corrupted: Tensor | None = None
    labels: Tensor | None = None
    prior: float = 1.0
    phase: str | None = None

    @property
    def seen(self) -> Tensor:
        """What the encoder is given."""
        return self.x if self.corrupted is None else self.corrupted


class LatentModel(nn.Module, ABC):
    """A network between images, float32 (n, c, h, w) in [0, 1], and latents, float32 (n, d).

    A family's class builds its parts from a spec and a `nets.trunks.Trunk`, and gives the losses of its entry.
    decoder: maps (n, d) to the logits (n, c, h, w) of the pixels. settings: the family's, by name.
    label: the class under which a conditional network encodes and decodes where it is told none.
    """

    decoder: nn.Module
    differentiable = True
    """Whether autograd can follow `decode`."""
    packs = True
    """Whether its `decoder` is a sequence of layers that may be run by other kernels."""
    only_in_training: tuple[str, ...] = ()
    """Parts that no bundle keeps, since nothing but training needs them."""
    refines = False
    """Whether `encode` improves for each image on what the encoder says."""

    def __init__(self, spec: NetSpec, trunk: Trunk | None = None) -> None:
        super().__init__()
        self.spec, self.family, self.label = spec, find_family(spec.family), 0
        self.settings = self.family.values(spec.settings)

    @property
    def encodes(self) -> bool:
        """Whether it makes latents of images."""
        return self.family.encodes

    def fit_to(self, parts: Collection[str]) -> None:
        """Have those of its parts that come and go which are in `parts`, and lack the others."""

    @property
    def decodes(self) -> bool:
        """Whether it makes pictures of latents."""
        return True

    @property
    def pixel_noise(self) -> float:
        """The standard deviation of its pixels where they are Gaussian, of which white is 1; 0 for Bernoulli means."""
        return 0.0

    @abstractmethod
    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """The losses by name, each a scalar, in the order of the family's entry; of a phase, its own at least.

        A term without weight may be left out.
        """

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The posterior of images (n, c, h, w) in [0, 1]. Raises UserError where the family has no encoder."""
        raise UserError(f"the family {self.family.name!r} has no encoder: it decodes latents, and cannot encode images")

    def encode_unrefined(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The posterior of images (n, c, h, w) in [0, 1] by the encoder alone."""
        return self.encode(x, labels)

    def decode_logits(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """The logits (n, c, h, w) of the pixels of the pictures of latents (n, d)."""
        logits: Tensor = self.decoder(z)
        return logits

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """The pictures (n, c, h, w) in [0, 1] of latents (n, d)."""
        return self.decode_logits(z, labels).sigmoid()

    def draw(self, count: int, draws: Draws = UNSHARED) -> Tensor:
        """Latents (n, d) from the prior, the standard normal distribution."""
        return draws.normal((count, self.spec.latent_dim), next(self.parameters()).device)

    def classes(self, labels: Tensor | None, count: int) -> Tensor:
        """One-hot classes, float32 (n, classes), for a conditional network; `label` where none are told."""
        places = torch.arange(self.spec.classes, device=next(self.parameters()).device)
        if labels is None:
            return (places == self.label).float().expand(count, -1)
        return (labels[:, None] == places).float()


def bernoulli_nats(logits: Tensor, x: Tensor) -> Tensor:
    """Cross-entropy of grey levels x in [0, 1] read as Bernoulli means, in nats summed over the pixels, (n,)."""
    nats: Tensor = _CrossEntropy.apply(logits.float(), x)
    return nats.flatten(1).sum(1)


class _CrossEntropy(torch.autograd.Function):
    """That of each pixel, with the gradient for the logits alone.

    torch's own takes four times as long, for its log1p goes number by number on a processor: 7 % of a VAE's step.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        ctx.save_for_backward(logits, x)
        softplus = logits.abs().neg_().exp_().add_(1).log_().add_(logits.clamp_min(0))  # off by 1e-7 at most
        return softplus.addcmul_(logits, x, value=-1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        logits, x = ctx.saved_tensors
        return logits.sigmoid().sub_(x).mul_(gradients[0]), None
