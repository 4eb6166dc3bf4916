"""The interface of all families of networks."""

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
    """The encoder's result for a batch of images: a diagonal Gaussian, or a point without variance.

    mean: (n, d). log_variance: (n, d), or None for a family without one.
    """

    mean: Tensor
    log_variance: Tensor | None

    def sample(self, draws: Draws = UNSHARED) -> Tensor:
        """One latent per image, (n, d), by reparametrisation; the mean if there is no variance."""
        if self.log_variance is None:
            return self.mean
        return self.at(draws.normal(self.mean.shape, self.mean.device))

    def at(self, noise: Tensor) -> Tensor:
        """The latents (n, d) at `noise` (n, d) standard deviations from the mean."""
        return self.mean if self.log_variance is None else self.mean + (self.log_variance / 2).exp() * noise

    def kl(self) -> Tensor:
        """KL divergence to the standard normal prior in nats, (n,); zero if there is no variance."""
        if self.log_variance is None:
            return torch.zeros_like(self.mean[:, 0])
        return 0.5 * (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance).sum(1)


@dataclass(frozen=True, eq=False)
class ImageBatch:
    """A batch of images for training or evaluation.

    x: float32 (n, c, h, w) in [0, 1]. corrupted: the encoder's input instead of `x`, of the same shape; None for `x`.
    labels: int64 (n,), the classes, for a conditional family. prior: a factor on the term that matches the latents to
    the prior, below 1 during the warm-up. phase: the loss of the current phase, if the family has several phases; None
    for all losses.
    """

    x: Tensor
    corrupted: Tensor | None = None
    labels: Tensor | None = None
    prior: float = 1.0
    phase: str | None = None

    @property
    def seen(self) -> Tensor:
        """The encoder's input."""
        return self.x if self.corrupted is None else self.corrupted


class LatentModel(nn.Module, ABC):
    """A network between images, float32 (n, c, h, w) in [0, 1], and latents, float32 (n, d).

    A family's class builds its parts from a spec and a `nets.trunks.Trunk`, and computes the losses of its entry.
    decoder: maps (n, d) to the logits (n, c, h, w) of the pixels. settings: the family's, by name.
    label: the default class with which a conditional network encodes and decodes.
    """

    decoder: nn.Module
    differentiable = True
    """Whether autograd supports `decode`."""
    packs = True
    """Whether its `decoder` is a sequence of layers that other kernels can run."""
    only_in_training: tuple[str, ...] = ()
    """Parts that only training needs, and bundles do not keep."""
    refines = False
    """Whether `encode` improves the encoder's result for each image."""

    def __init__(self, spec: NetSpec, trunk: Trunk | None = None) -> None:
        super().__init__()
        self.spec, self.family, self.label = spec, find_family(spec.family), 0
        self.settings = self.family.values(spec.settings)

    @property
    def encodes(self) -> bool:
        """Whether it can encode images."""
        return self.family.encodes

    def fit_to(self, parts: Collection[str]) -> None:
        """Add the optional parts named in `parts`, and remove all other optional parts."""

    @property
    def decodes(self) -> bool:
        """Whether it can decode latents."""
        return True

    @property
    def pixel_noise(self) -> float:
        """The standard deviation of its pixels if they are Gaussian, where white is 1; 0 for Bernoulli means."""
        return 0.0

    @abstractmethod
    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """The losses by name, each a scalar, in the order of the family's entry; in a phase, at least its own.

        Terms with weight 0 may be omitted.
        """

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """The posterior of images (n, c, h, w) in [0, 1]. Raises UserError if the family has no encoder."""
        raise UserError(f"the family {self.family.name!r} has no encoder: it decodes latents, and cannot encode images")

    def encode_unrefined(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """As `encode`, by the encoder alone."""
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
        """One-hot classes, float32 (n, classes), for a conditional network; `label` for all if `labels` is None."""
        places = torch.arange(self.spec.classes, device=next(self.parameters()).device)
        if labels is None:
            return (places == self.label).float().expand(count, -1)
        return (labels[:, None] == places).float()


def bernoulli_nats(logits: Tensor, x: Tensor) -> Tensor:
    """Cross-entropy of grey levels x in [0, 1] read as Bernoulli means, in nats summed over the pixels, (n,)."""
    nats: Tensor = _CrossEntropy.apply(logits.float(), x)
    return nats.flatten(1).sum(1)


class _CrossEntropy(torch.autograd.Function):
    """The cross-entropy of each pixel, with a gradient for the logits only.

    torch's own function takes four times as long, as its log1p is not vectorised on a CPU: 7 % of a VAE's step.
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
