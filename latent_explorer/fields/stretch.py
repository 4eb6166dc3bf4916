"""Stretch: how much the decoder enlarges the space around a latent."""

import logging
import math
from typing import Any

from latent_explorer.fields.field import Field

_log = logging.getLogger(__name__)

_LEAST = 1e-12
"""The lower limit of the Jacobian's singular values, so that a decoder that is flat somewhere does not give -inf."""


def jacobian(model: Any, z: Any) -> Any:
    """The derivatives (n, pixels, d) of the pictures in [0, 1] of latents (n, d), exact up to rounding.

    Jv is the derivative by u of vᵀJᵀu: one forward pass, one backward pass, and one for each dimension back through
    that. Forward-mode differentiation would work, but its first use makes torch compile for more than a second, during
    which hovers would wait. A decoder that autograd cannot follow twice gets central differences.
    """
    import torch

    if not model.differentiable:
        return differences(model, z)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            places = z.clone().requires_grad_()
            pictures = model.decode(places).flatten(1)
            weights = torch.zeros_like(pictures, requires_grad=True)
            (pulled,) = torch.autograd.grad(pictures, places, weights, create_graph=True)
            columns = [
                torch.autograd.grad(pulled[:, i].sum(), weights, retain_graph=True)[0] for i in range(z.shape[1])
            ]
        return torch.stack(columns, 2)
    except RuntimeError as error:
        if "memory" in str(error):
            raise
        _log.warning("stretch by central differences, since the decoder cannot be differentiated: %s", error)
        return differences(model, z)


def differences(model: Any, z: Any) -> Any:
    """The same by central differences: where a ReLU bends within the step, the slope is between those of its two
    sides."""
    import torch

    step = torch.finfo(z.dtype).eps ** (1 / 3)
    away = step * torch.eye(z.shape[1], dtype=z.dtype, device=z.device)[:, None]
    before, after = model.decode(torch.cat([z - away, z + away]).flatten(0, 1)).flatten(1).chunk(2)
    slopes = ((after - before) / (2 * step)).unflatten(0, (z.shape[1], len(z)))
    return slopes.permute(1, 2, 0)


def log_stretch(model: Any, z: Any) -> Any:
    """log10 of sqrt(det JᵀJ), a tensor (n,): how much the decoder enlarges volumes at latents (n, d).

    JᵀJ is the metric that the decoder pulls back from pixels; Arvanitidis et al., "Latent space oddity", 2018.
    """
    import torch

    j = jacobian(model, z)
    metric = (j.transpose(1, 2) @ j).double()
    squared = torch.linalg.eigvalsh(metric).clamp_min(_LEAST**2)
    return squared.log().sum(1) / (2 * math.log(10))


STRETCH = Field(
    name="stretch",
    title="Stretch",
    sentence="How much the decoder stretches the space, √det JᵀJ with its Jacobian J, as a power of ten. Bright: a "
    "small step changes the picture much. Dark: it changes little.",
    evaluate=lambda at, z: at.differentiate(log_stretch, z),
    unit="log₁₀ √det JᵀJ",
    steps=16,
    needs_decoder=True,
    key="7",
)
