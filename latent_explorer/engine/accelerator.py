"""What a CUDA device does better than plain torch calls: a replayed hover, and copies beside the computation.

`DecodingCuda` and `nets.cuda` hold all direct contact with torch's CUDA runtime. They were written without such a
device at hand and have never been run on one; what is built on them is tested on the CPU with an object in their place.
"""

import logging
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from latent_explorer.nets.cuda import Cuda

_log = logging.getLogger(__name__)


def choose_device() -> torch.device:
    """The accelerator that torch finds, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


class Accelerator(Protocol):
    """What the decoder needs of a device that computes beside the processor."""

    def free_bytes(self) -> int:
        """How much memory can still be had."""

    def release(self) -> None:
        """Give back memory that is only kept for later."""

    def copy_back(self, levels: Tensor) -> Callable[[], Tensor]:
        """Begin to copy a tensor to the processor's memory; what is returned waits for the copy and hands it out."""

    def capture(self, run: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
        """Record what `run` does: a function that does it again, and the tensor into which it writes its result."""


class DecodingCuda(Cuda):
    """A CUDA device that decodes. Never run on one: see the module."""

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        torch.backends.cudnn.allow_tf32 = False  # convolutions in float32, as on every other device

    def free_bytes(self) -> int:
        """What the driver says is free."""
        return torch.cuda.mem_get_info(self._device)[0]

    def release(self) -> None:
        """Empty the cache of torch's allocator."""
        torch.cuda.empty_cache()


def accelerator_of(device: torch.device) -> Accelerator | None:
    """The accelerator behind a device, or None where plain calls are all there is."""
    return DecodingCuda(device) if device.type == "cuda" else None


class Replay:
    """A computation on one latent, captured once, with buffers that stay where they are.

    run: from latents (1, d) on the device to its result there.
    """

    def __init__(self, accelerator: Accelerator, run: Callable[[Tensor], Tensor], latent: Tensor) -> None:
        self._input = latent.clone()
        self._replay, self._output = accelerator.capture(lambda: run(self._input))

    def __call__(self, latent: Tensor) -> Tensor:
        """The result for another latent (1, d): a copy, since the next call writes where this one did."""
        self._input.copy_(latent)
        self._replay()
        return self._output.clone()


def replayed(
    accelerator: Accelerator | None, run: Callable[[Tensor], Tensor], latent: Tensor
) -> Callable[[Tensor], Tensor]:
    """`run` as a replay where there is an accelerator that can capture it, else as it is."""
    if accelerator is None:
        return run
    try:
        return Replay(accelerator, run, latent)
    except RuntimeError as error:
        _log.warning("the hover is decoded without a captured graph: %s", error)
        return run
