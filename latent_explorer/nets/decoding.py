"""Reference decoding: float32 with plain torch, which other decode paths are compared with."""

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.nets.model import LatentModel

_BATCH = 512


@torch.inference_mode()
def decode_pictures(
    model: LatentModel, z: NDArray[np.float32], labels: NDArray[np.int64] | None = None
) -> NDArray[np.uint8]:
    """Pictures uint8 (n, h, w, c) of latents float32 (n, d), decoded on the CPU.

    labels: int64 (n,), the classes, for a conditional network; None for its current class.
    """
    model, places = model.cpu().eval(), torch.arange(len(z))
    parts = [
        model.decode(torch.from_numpy(z)[part], None if labels is None else torch.from_numpy(labels)[part])
        for part in torch.split(places, _BATCH)
    ]
    parts = [part.mul(255).round().byte() for part in parts]
    return np.ascontiguousarray(torch.cat(parts).permute(0, 2, 3, 1).numpy())
