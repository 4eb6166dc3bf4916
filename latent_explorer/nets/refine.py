"""Semi-amortised inference (Kim et al. 2018): an encoder's latents, improved for each image by Gauss-Newton steps."""

from collections.abc import Callable

import torch
from torch import Tensor

from latent_explorer.nets.model import Posterior, bernoulli_nats

# The prior's standard deviation is 1: a step further than this leaves the region where slopes can be trusted.
_LONGEST_STEP = 0.3


def refined(decode_logits: Callable[[Tensor], Tensor], x: Tensor, posterior: Posterior, weight: float) -> Posterior:
    """A posterior whose means (n, d) explain the images x (n, c, h, w) better, or are as before where none is found.

    What falls is the Bernoulli cross-entropy of x + weight |z|²/2. Slopes are taken across one standard deviation of
    the posterior, so 2 d + 2 pictures are decoded per image. The variance is left as it is; None is taken as such.
    """
    if posterior.log_variance is None:
        return posterior
    z, deviation = posterior.mean, (posterior.log_variance / 2).exp()
    logits, slopes = _logits_and_slopes(decode_logits, z, deviation)
    moved = z - _newton_step(logits, slopes, x.flatten(1), z, weight)
    better = _cost(decode_logits(moved), x, moved, weight) < _cost(logits.view_as(x), x, z, weight)
    return Posterior(torch.where(better[:, None], moved, z), posterior.log_variance)


def _logits_and_slopes(
    decode_logits: Callable[[Tensor], Tensor], z: Tensor, deviation: Tensor
) -> tuple[Tensor, Tensor]:
    """The logits (n, pixels) at z, and their derivatives (n, d, pixels) by central differences."""
    count, dim = z.shape
    offsets = torch.diag_embed(deviation)  # (n, d, d): one row for each direction
    places = torch.cat([z[:, None], z[:, None] + offsets, z[:, None] - offsets], 1)
    logits = decode_logits(places.reshape(-1, dim)).float().reshape(count, 1 + 2 * dim, -1)
    slopes = (logits[:, 1 : 1 + dim] - logits[:, 1 + dim :]) / (2 * deviation[:, :, None])
    return logits[:, 0], slopes


def _newton_step(logits: Tensor, slopes: Tensor, x: Tensor, z: Tensor, weight: float) -> Tensor:
    """H⁻¹ g, (n, d), no longer than the longest step; H is the Fisher information plus that of the prior."""
    p = logits.sigmoid()
    gradient = slopes @ (p - x)[:, :, None] + weight * z[:, :, None]
    information = (slopes * (p * (1 - p))[:, None]) @ slopes.mT
    prior = max(weight, 1e-3) * torch.eye(z.shape[1], device=z.device)
    step = torch.linalg.solve(information + prior, gradient)[:, :, 0]
    shortened: Tensor = step * (_LONGEST_STEP / step.norm(dim=1, keepdim=True).clamp_min(1e-9)).clamp_max(1)
    return shortened


def _cost(logits: Tensor, x: Tensor, z: Tensor, weight: float) -> Tensor:
    return bernoulli_nats(logits, x) + weight * z.square().sum(1) / 2
