"""Pictures of many latents by plain eager torch, to compare the engine's way with."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.bundles import read_config, read_weights
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_model

_BATCH = 1024


def open_eager(folder: Path, device: torch.device) -> LatentModel:
    """The model of a bundle, for eager torch."""
    config = read_config(folder)
    return load_model(config.net, read_weights(folder, config)).to(device)


def eager_pictures(model: LatentModel, device: torch.device, z: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """The pictures uint8 (k, h, w, c) of latents (n, d) by eager torch, in batches of 1024."""
    for start in range(0, len(z), _BATCH):
        with torch.inference_mode():
            pictures = model.decode(torch.from_numpy(z[start : start + _BATCH]).to(device))
            levels = (pictures * 255 + 0.5).to(torch.uint8)
            yield levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
