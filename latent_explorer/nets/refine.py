"""Semi-amortised inference (Kim et al. 2018): refines the encoder's latents of each image by Gauss-Newton steps."""

from collections.abc import Callable

import torch
from torch import Tensor

from latent_explorer.nets.model import Posterior, bernoulli_nats

# The prior's standard deviation is 1: a longer step leaves the region where slopes are valid.
_LONGEST_STEP = 0.3

_AWAY = 0.02  # the step of finite differences, in standard deviations of the prior
_TRIED, _STEPS = 4, 12  # steps of an inversion: from each start; then from the best
_DAMPING, _LONGEST = 0.1, 1.5  # of the first step, as a share of the mean curvature; the longest step
_PRICE = 1e-4  # the weight of |z|² against the mean squared error: latents stay where draws are


def refined(decode_logits: Callable[[Tensor], Tensor], x: Tensor, posterior: Posterior, weight: float) -> Posterior:
    """A posterior whose means (n, d) explain the images x (n, c, h, w) better; a mean stays if none better is found.

    Minimises the Bernoulli cross-entropy of x + weight |z|²/2. Slopes are differences over one standard deviation of
    the posterior, so 2 d + 2 pictures are decoded per image. The variance does not change; it may be None.
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
    """H⁻¹ g, (n, d), limited to the longest step; H is the Fisher information plus that of the prior."""
    p = logits.sigmoid()
    gradient = slopes @ (p - x)[:, :, None] + weight * z[:, :, None]
    information = (slopes * (p * (1 - p))[:, None]) @ slopes.mT
    prior = max(weight, 1e-3) * torch.eye(z.shape[1], device=z.device)
    step = torch.linalg.solve(information + prior, gradient)[:, :, 0]
    shortened: Tensor = step * (_LONGEST_STEP / step.norm(dim=1, keepdim=True).clamp_min(1e-9)).clamp_max(1)
    return shortened


def _cost(logits: Tensor, x: Tensor, z: Tensor, weight: float) -> Tensor:
    return bernoulli_nats(logits, x) + weight * z.square().sum(1) / 2


def pictures_to_invert(dim: int, starts: int) -> int:
    """The number of pictures that `inverted_from` decodes for an image with `starts` starts and `dim` dimensions."""
    return starts * (2 + _TRIED * (dim + 1)) + 1 + _STEPS * (dim + 1)


def inverted_from(decode: Callable[[Tensor], Tensor], x: Tensor, starts: Tensor) -> Tensor:
    """Latents (n, d) of images x (n, c, h, w): a few steps from each of the starts (n, s, d), then more from the best.

    Descent can end in a local minimum; which start avoids it shows after a few steps.
    """
    count, each, dim = starts.shape
    tried = inverted(decode, x.repeat_interleave(each, 0), starts.reshape(-1, dim), _TRIED)
    cost = _distance(decode(tried).flatten(1), x.repeat_interleave(each, 0), tried, _PRICE).view(count, each)
    best = tried.view(count, each, dim)[torch.arange(count, device=x.device), cost.argmin(1)]
    return inverted(decode, x, best, _STEPS)


def inverted(decode: Callable[[Tensor], Tensor], x: Tensor, z: Tensor, steps: int, price: float = _PRICE) -> Tensor:
    """Latents (n, d) whose pictures are at least as near to the images x (n, c, h, w) as those of `z`.

    Minimises the mean squared error + price |z|² by Gauss-Newton steps with Levenberg-Marquardt damping. Slopes are
    differences, so each step decodes d + 2 pictures per image.
    """
    picture, damping = decode(z).flatten(1), torch.full((len(z), 1), _DAMPING, device=z.device)
    cost = _distance(picture, x, z, price)
    for _ in range(steps):
        moved = z - _damped_step(decode, picture, x.flatten(1), z, damping, price)
        made = decode(moved).flatten(1)
        found = _distance(made, x, moved, price)
        better = (found < cost)[:, None]
        z, picture = torch.where(better, moved, z), torch.where(better, made, picture)
        cost, damping = torch.minimum(found, cost), damping * torch.where(better, 0.3, 4.0)
    return z


def _damped_step(
    decode: Callable[[Tensor], Tensor], picture: Tensor, x: Tensor, z: Tensor, damping: Tensor, price: float
) -> Tensor:
    """(J Jᵀ / pixels + price + damping)⁻¹ times the gradient, (n, d)."""
    count, dim = z.shape
    moved = z[:, None] + _AWAY * torch.eye(dim, device=z.device)
    slopes = (decode(moved.reshape(-1, dim)).reshape(count, dim, picture.shape[1]) - picture[:, None]) / _AWAY
    gradient = slopes @ (picture - x)[:, :, None] / x.shape[1] + price * z[:, :, None]
    square = slopes @ slopes.mT / x.shape[1]
    scale = square.diagonal(dim1=1, dim2=2).mean(1, keepdim=True) * damping + price + 1e-9
    step: Tensor = torch.linalg.solve(square + torch.diag_embed(scale.expand(-1, dim)), gradient)[:, :, 0]
    shortened: Tensor = step * (_LONGEST / step.norm(dim=1, keepdim=True).clamp_min(1e-9)).clamp_max(1)
    return shortened


def _distance(picture: Tensor, x: Tensor, z: Tensor, price: float) -> Tensor:
    return (picture - x.flatten(1)).square().mean(1) + price * z.square().sum(1)
