"""Decoding latents to pictures, as fast as the machine does it without changing a grey level by more than one."""

import copy
import logging
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.engine import geometry
from latent_explorer.engine.onednn import packed
from latent_explorer.errors import EngineError
from latent_explorer.nets.model import LatentModel

_log = logging.getLogger(__name__)
_PROBES = 512
_FEW = 16
"""Fewer pictures than this are decoded eagerly: packed kernels take longer to start than they save."""


class Decoder:
    """Latents to pictures on one device.

    On a CPU batches go through packed oneDNN products where these are faster than eager torch and stay within one grey
    level of it on 512 standard normal latents; else, and on other devices, eager torch decodes.
    """

    def __init__(self, model: LatentModel, device: torch.device) -> None:
        self.device = device
        self.kernel = "eager"
        self._dim = model.spec.latent_dim
        self._eager = self._batched = model.eval().to(device)
        if device.type == "cpu":
            self._batched = self._faster()

    @torch.inference_mode()
    def pictures(self, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Pictures uint8 (n, h, w, c) of latents float32 (n, d); see `check` for the errors."""
        self.check(z)
        return self._decode(self._eager if len(z) < _FEW else self._batched, z)

    def stretch(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """How much the decoder stretches at latents (n, d): `geometry.log_stretch`, float32 (n, 1)."""
        return self._numbers(geometry.log_stretch, z)

    def inconsistency(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """How far the pictures of latents (n, d) are encoded from them: `geometry.inconsistency`, float32 (n, 1)."""
        return self._numbers(geometry.inconsistency, z)

    def _numbers(
        self, measure: Callable[[LatentModel, torch.Tensor], torch.Tensor], z: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        self.check(z)
        model = self._eager if len(z) < _FEW else self._batched
        measured = measure(model, torch.tensor(z, dtype=torch.float32, device=self.device))
        return measured[:, None].float().cpu().numpy()

    def check(self, z: NDArray[np.float32]) -> None:
        """Raises EngineError where latents (n, d) are not finite or of another dimension than the model's."""
        if z.ndim != 2 or z.shape[1] != self._dim:
            raise EngineError(f"this model decodes latents of {self._dim} dimensions, found an array {z.shape}")
        if not np.isfinite(z).all():
            raise EngineError("a latent that is not finite has no place and no picture")

    def _decode(self, model: LatentModel, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        images = model.decode(torch.tensor(z, dtype=torch.float32, device=self.device))
        levels = images.mul_(255).add_(0.5).to(torch.uint8)
        return levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    @torch.inference_mode()
    def _faster(self) -> LatentModel:
        """The packed model where it is faster and as exact, else the eager one."""
        probes = np.random.default_rng(0).standard_normal((_PROBES, self._dim)).astype(np.float32)
        eager, eager_seconds = self._timed(self._eager, probes)
        try:
            candidate = copy.copy(self._eager)
            candidate._modules = {**self._eager._modules, "decoder": packed(self._eager.decoder)}
            fast, fast_seconds = self._timed(candidate, probes)
        except (RuntimeError, AttributeError) as error:
            _log.info("oneDNN is not used: %s", error)
            return self._eager
        if np.abs(fast.astype(int) - eager).max() > 1 or fast_seconds >= eager_seconds:
            return self._eager
        self.kernel = "oneDNN"
        return candidate

    def _timed(self, model: LatentModel, z: NDArray[np.float32]) -> tuple[NDArray[np.uint8], float]:
        times = []
        for _ in range(4):  # the first warms up
            start = time.perf_counter()
            pictures = self._decode(model, z)
            times.append(time.perf_counter() - start)
        return pictures, min(times[1:])
