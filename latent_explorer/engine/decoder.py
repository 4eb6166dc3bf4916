"""Decoding latents to pictures, as fast as the machine does it without changing a grey level by more than one."""

import copy
import logging
import time
import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils import mkldnn

from latent_explorer.errors import EngineError
from latent_explorer.nets.model import LatentModel

_log = logging.getLogger(__name__)
_PROBES = 256


class Decoder:
    """Latents to pictures on one device.

    On a CPU the decoder's layers run through oneDNN where that is faster than eager torch and stays within one grey
    level of it on 256 standard normal latents; otherwise, and on other devices, eager torch decodes.
    """

    def __init__(self, model: LatentModel, device: torch.device) -> None:
        self.device = device
        self._model = model.eval().to(device)
        self._dim, self._shape = model.spec.latent_dim, model.spec.image_shape
        self.kernel = "eager"
        if device.type == "cpu":
            self._try_onednn()

    @torch.inference_mode()
    def pictures(self, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Pictures uint8 (n, h, w, c) of latents float32 (n, d); see `check` for the errors."""
        self.check(z)
        images = self._model.decode(torch.tensor(z, dtype=torch.float32, device=self.device))
        levels = images.mul_(255).add_(0.5).to(torch.uint8)
        return levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    def check(self, z: NDArray[np.float32]) -> None:
        """Raises EngineError where latents (n, d) are not finite or of another dimension than the model's."""
        if z.ndim != 2 or z.shape[1] != self._dim:
            raise EngineError(f"this model decodes latents of {self._dim} dimensions, found an array {z.shape}")
        if not np.isfinite(z).all():
            raise EngineError("a latent that is not finite has no place and no picture")

    def _try_onednn(self) -> None:
        probes = np.random.default_rng(0).standard_normal((_PROBES, self._dim)).astype(np.float32)
        eager, eager_seconds = self._timed(probes)
        original = self._model
        try:
            self._model = _through_onednn(original)
            fast, fast_seconds = self._timed(probes)
        except RuntimeError as error:
            _log.info("oneDNN is not used: %s", error)
            self._model = original
            return
        off = int(np.abs(fast.astype(int) - eager).max())
        if off <= 1 and fast_seconds < eager_seconds:
            self.kernel = "oneDNN"
        else:
            self._model = original

    def _timed(self, z: NDArray[np.float32]) -> tuple[NDArray[np.uint8], float]:
        times = []
        for _ in range(4):  # the first warms up
            start = time.perf_counter()
            pictures = self.pictures(z)
            times.append(time.perf_counter() - start)
        return pictures, min(times[1:])


def _through_onednn(model: LatentModel) -> LatentModel:
    """The model with its decoder's layers replaced by torch's own oneDNN ones."""
    converted = copy.copy(model)
    converted._modules = dict(model._modules)
    with warnings.catch_warnings():  # torch builds these layers with its own deprecated script modules
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        converted.decoder = mkldnn.to_mkldnn(model.decoder)  # type: ignore[no-untyped-call]
    return converted
