"""The width of strokes, and how well latents explain it."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

_NOTHING = 1e-6
_RIDGE = 1e-4  # of the mean variance of the latents


def stroke_width(x: Tensor) -> Tensor:
    """The width of bright strokes on a dark ground in images (n, c, h, w) in [0, 1], in pixels, (n,).

    The width of a line with the same area and outline: twice the sum of the image over its total variation.
    """
    grey = pad(x.float().mean(1), (1, 1, 1, 1))
    down, across = grey.diff(dim=1)[:, :, :-1], grey.diff(dim=2)[:, :-1]
    outline = (down.square() + across.square() + _NOTHING).sqrt().sum((1, 2))
    return 2 * grey.sum((1, 2)) / outline


def untold(z: Tensor, values: Tensor, labels: Tensor, classes: int) -> Tensor:
    """The share of the variance of values (n,) within a class that no linear function of latents (n, d) explains.

    A scalar from 0 to 1, by least squares: 1 - R² after subtracting class means. Invariant to linear maps of the
    latents, so that no dimension is preferred. labels: (n,).
    """
    with torch.autocast(z.device.type, enabled=False):
        own = one_hot(labels, classes).float()
        own = own / own.sum(0).clamp_min(1).sqrt()
        latents, wanted = z.float() - own @ (own.T @ z.float()), values.float() - own @ (own.T @ values.float())
        spread, together = latents.T @ latents, latents.T @ wanted
        ridge = _RIDGE * spread.diagonal().mean() + _NOTHING
        slopes = torch.linalg.solve(spread + ridge * torch.eye(len(spread), device=z.device), together)
        left: Tensor = (wanted - latents @ slopes).square().sum()
        return left / wanted.square().sum().clamp_min(_NOTHING)
