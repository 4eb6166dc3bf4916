"""Images spoiled on purpose, as they are outside of networks."""

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.nets.corruption import Corruption, corrupt
from latent_explorer.nets.draws import Draws

_PIECE = 500


def corrupted(images: NDArray[np.uint8], by: Corruption, seed: int) -> NDArray[np.uint8]:
    """Images uint8 (n, h, w, c), all spoiled in full measure, the same way by the same seed."""
    draws, parts = Draws(torch.Generator().manual_seed(seed)), []
    for start in range(0, len(images), _PIECE):
        x = torch.from_numpy(images[start : start + _PIECE]).permute(0, 3, 1, 2).float().div_(255)
        levels = corrupt(x, by, draws).mul_(255).add_(0.5).to(torch.uint8)
        parts.append(levels.permute(0, 2, 3, 1).contiguous().numpy())
    return np.concatenate(parts) if parts else images.copy()
