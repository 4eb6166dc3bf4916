"""What the model does to the space around a latent."""

import math

import torch
from torch import Tensor

from latent_explorer.nets.model import LatentModel

_LEAST = 1e-12
"""Singular values of the Jacobian are taken for at least this, lest a decoder that is flat somewhere give -inf."""


@torch.inference_mode()
def jacobian(model: LatentModel, z: Tensor) -> Tensor:
    """The derivatives (n, pixels, d) of the pictures in [0, 1] of latents (n, d), by central differences.

    Not by automatic differentiation, whose first use of forward mode makes torch compile for more than a second,
    which hovers would wait for; the step, the cube root of the number format's precision, keeps the error under 1e-4.
    """
    step = torch.finfo(z.dtype).eps ** (1 / 3)
    away = step * torch.eye(z.shape[1], dtype=z.dtype, device=z.device)[:, None]
    before, after = model.decode(torch.cat([z - away, z + away]).flatten(0, 1)).flatten(1).chunk(2)
    slopes = ((after - before) / (2 * step)).unflatten(0, (z.shape[1], len(z)))
    permuted: Tensor = slopes.permute(1, 2, 0)
    return permuted


@torch.inference_mode()
def log_stretch(model: LatentModel, z: Tensor) -> Tensor:
    """log10 of sqrt(det JᵀJ), (n,): how much the decoder enlarges volumes at latents (n, d).

    JᵀJ is the metric that the decoder pulls back from pixels; Arvanitidis et al., "Latent space oddity", 2018.
    """
    j = jacobian(model, z)
    metric = (j.transpose(1, 2) @ j).double()
    squared = torch.linalg.eigvalsh(metric).clamp_min(_LEAST**2)
    stretch: Tensor = squared.log().sum(1) / (2 * math.log(10))
    return stretch


@torch.inference_mode()
def inconsistency(model: LatentModel, z: Tensor) -> Tensor:
    """‖E(D(z)) − z‖, (n,): how far from latents (n, d) the encoder's mean puts their pictures."""
    away: Tensor = (model.encode(model.decode(z)).mean - z).norm(dim=1)
    return away
