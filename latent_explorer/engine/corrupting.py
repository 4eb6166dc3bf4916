"""Corruption of images uint8, outside of networks."""

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig
from latent_explorer.errors import EngineError
from latent_explorer.nets.corruption import Corruption, corrupt

_PIECE = 500
USUAL = Corruption(added_noise=0.5, holes=2, blur=1.5)
"""The amounts for models that were not trained on corrupted images."""
ALL = "all"
"""All kinds at once."""


def corruption_called(config: BundleConfig, kind: str) -> Corruption:
    """A kind of corruption by its name in `nets.families`, or ALL, with the amount used in the model's training.

    A model not trained on that kind gets the default amount. Raises EngineError if there is no such kind.
    """
    own = Corruption.of(config.family.values(config.net.settings)) if config.cleans else Corruption()
    names = tuple(Corruption.__dataclass_fields__)
    if kind not in (*names, ALL):
        raise EngineError(f"no corruption called {kind!r}: expected one of {', '.join((*names, ALL))}")
    wanted = names if kind == ALL else (kind,)
    if kind == ALL and own.spoils:
        return own
    return Corruption(**{name: getattr(own, name) or getattr(USUAL, name) for name in wanted})


def corrupted(images: NDArray[np.uint8], by: Corruption, seed: int) -> NDArray[np.uint8]:
    """Images uint8 (n, h, w, c) corrupted by the full amount, reproducible by seed."""
    parts = []
    with torch.random.fork_rng(devices=()):  # the engine imports torch without generators
        torch.manual_seed(seed)
        for start in range(0, len(images), _PIECE):
            x = torch.tensor(images[start : start + _PIECE]).permute(0, 3, 1, 2).float().div_(255)
            levels = corrupt(x, by).mul_(255).add_(0.5).to(torch.uint8)
            parts.append(levels.permute(0, 2, 3, 1).contiguous().numpy())
    return np.concatenate(parts) if parts else images.copy()
