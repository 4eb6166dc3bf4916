"""Random changes of images: small affine ones, and blanked pixels."""

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from latent_explorer.nets.draws import Draws

# Standard deviations at strength 1: radians, relative size, shear, and shift in half image sides.
_ROTATION, _SCALE, _SHEAR, _SHIFT = 0.12, 0.06, 0.08, 0.04


def augment(x: Tensor, strength: float, draws: Draws) -> Tensor:
    """Images (n, c, h, w) in [0, 1], each turned, scaled, sheared and shifted a little; outside is 0 (black).

    strength: of the changes, 0 for none.
    """
    if strength == 0:
        return x
    change = draws.normal((5, len(x)), x.device, images=1) * strength
    angle, scale, shear = change[0] * _ROTATION, 1 + change[1] * _SCALE, change[2] * _SHEAR
    rows = [
        torch.stack([angle.cos() * scale, shear - angle.sin(), change[3] * _SHIFT], 1),
        torch.stack([angle.sin(), angle.cos() * scale, change[4] * _SHIFT], 1),
    ]
    grid = affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return grid_sample(x, grid, align_corners=False).clamp_(0, 1)


def corrupt(x: Tensor, share: float, draws: Draws) -> Tensor:
    """Images (n, c, h, w) with a `share` of their values blanked, the others brighter so that the mean is kept."""
    if share == 0:
        return x
    kept = draws.uniform(x.shape, x.device) >= share
    return x * kept / (1 - share)
