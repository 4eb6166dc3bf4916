"""Baseline: decoding a grid of pictures with eager torch, batch by batch, to uint8."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.nets.model import LatentModel

_BATCH = 1024


def eager_pictures(model: LatentModel, device: torch.device, z: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """The pictures uint8 (k, h, w, c) of latents (n, d), 1024 at a time."""
    for start in range(0, len(z), _BATCH):
        with torch.inference_mode():
            pictures = model.decode(torch.from_numpy(z[start : start + _BATCH]).to(device))
            levels = (pictures * 255 + 0.5).to(torch.uint8)
            yield levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
