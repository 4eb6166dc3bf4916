"""What every family of networks offers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.spec import NetSpec


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
        return self.mean + (self.log_variance / 2).exp() * draws.normal(self.mean.shape, self.mean.device)

    def kl(self) -> Tensor:
        """KL divergence to the standard normal prior in nats, (n,); zero where there is no variance."""
        if self.log_variance is None:
            return torch.zeros_like(self.mean[:, 0])
        return 0.5 * (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance).sum(1)


class LatentModel(nn.Module, ABC):
    """A network between images, float32 (n, c, h, w) in [0, 1], and latents, float32 (n, d).

    decoder: maps (n, d) to the logits (n, c, h, w) of the pixels.
    """

    def __init__(self, spec: NetSpec, encoder: nn.Module, decoder: nn.Sequential) -> None:
        super().__init__()
        self.spec = spec
        self.encoder = encoder
        self.decoder = decoder

    @staticmethod
    @abstractmethod
    def encoder_outputs(latent_dim: int) -> int:
        """How many numbers the encoder gives per image."""

    @abstractmethod
    def encode(self, x: Tensor) -> Posterior:
        """The posterior of images (n, c, h, w) in [0, 1]."""

    @abstractmethod
    def losses(
        self, x: Tensor, draws: Draws = UNSHARED, *, seen: Tensor | None = None, prior: float | Tensor = 1.0
    ) -> dict[str, Tensor]:
        """The losses on images (n, c, h, w) by name, each a scalar; "loss" is the one to minimise.

        seen: what the encoder is given in place of `x`, of its shape. prior: a factor on the term that holds the
        latents near the origin, lower than 1 while training warms up; a scalar tensor where it is not to be waited for.
        """

    def decode_logits(self, z: Tensor) -> Tensor:
        """The logits (n, c, h, w) of the pixels of the pictures of latents (n, d)."""
        logits: Tensor = self.decoder(z)
        return logits

    def decode(self, z: Tensor) -> Tensor:
        """The pictures (n, c, h, w) in [0, 1] of latents (n, d)."""
        return self.decode_logits(z).sigmoid()


def bernoulli_nats(logits: Tensor, x: Tensor) -> Tensor:
    """Cross-entropy of grey levels x in [0, 1] read as Bernoulli means, in nats summed over the pixels, (n,)."""
    return binary_cross_entropy_with_logits(logits.float(), x, reduction="none").flatten(1).sum(1)


def scaled(term: Tensor, factor: float | Tensor) -> Tensor:
    """`term` times `factor`, which as a scalar tensor is rounded to the type of `term`, as a number would be."""
    return term * (factor.to(term.dtype) if isinstance(factor, Tensor) else factor)
