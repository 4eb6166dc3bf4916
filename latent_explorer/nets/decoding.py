"""Pictures decoded as they are for whoever looks at them: in float32 by plain torch, the measure of all other ways."""

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.nets.model import LatentModel

_BATCH = 512


@torch.inference_mode()
def decode_pictures(model: LatentModel, z: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Pictures uint8 (n, h, w, c) of latents float32 (n, d), decoded on the CPU."""
    model = model.cpu().eval()
    parts = [model.decode(part).mul(255).round().byte() for part in torch.split(torch.from_numpy(z), _BATCH)]
    return np.ascontiguousarray(torch.cat(parts).permute(0, 2, 3, 1).numpy())
