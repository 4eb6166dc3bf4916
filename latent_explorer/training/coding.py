"""A network in the form that scores of images need: numpy in, numpy out."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.analysis.anomaly import Coder
from latent_explorer.nets.model import LatentModel

Rows = NDArray[np.float32]


def coder_of_network(model: LatentModel, device: torch.device) -> Coder:
    """The encoder and decoder of a network on a device; a conditional one with its current label."""
    model = model.to(device).eval()

    @torch.inference_mode()
    def encode(images: NDArray[np.uint8]) -> tuple[Rows, Rows | None]:
        x = torch.tensor(images, device=device).permute(0, 3, 1, 2).float().div_(255)
        posterior = model.encode(x)
        variance = posterior.log_variance
        return _array(posterior.mean), None if variance is None else _array(variance)

    @torch.inference_mode()
    def decode(z: Rows) -> Rows:
        made = model.decode(torch.tensor(z, device=device))
        return _array(made.permute(0, 2, 3, 1).flatten(1))

    can_decode: Callable[[Rows], Rows] | None = decode if model.decodes else None
    return Coder(encode if model.encodes else None, can_decode, model.family.has_variance, model.pixel_noise)


def _array(values: Tensor) -> Rows:
    return values.float().contiguous().cpu().numpy()
