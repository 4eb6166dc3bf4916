"""What a CUDA device does better than plain torch calls: a replayed hover, and copies beside the computation.

`Cuda` holds all direct contact with torch's CUDA runtime. It was written without such a device at hand and has never
been run on one; what is built on it is tested on the CPU with an object in its place.
"""

import logging
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

_log = logging.getLogger(__name__)
_WARM_UPS = 3  # before a capture, as torch's documentation of CUDA graphs asks for


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


class Cuda:
    """A CUDA device. Never run on one: see the module."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._copies = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        torch.backends.cudnn.allow_tf32 = False  # convolutions in float32, as on every other device

    def free_bytes(self) -> int:
        """What the driver says is free."""
        return torch.cuda.mem_get_info(self._device)[0]

    def release(self) -> None:
        """Empty the cache of torch's allocator."""
        torch.cuda.empty_cache()

    def copy_back(self, levels: Tensor) -> Callable[[], Tensor]:
        """Into pinned memory, on a stream of its own, so that the next batch is decoded meanwhile."""
        pinned = torch.empty(levels.shape, dtype=levels.dtype, pin_memory=True)
        self._copies.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._copies):
            pinned.copy_(levels, non_blocking=True)
        levels.record_stream(self._copies)  # its memory is not given to another tensor before the copy has ended
        copied = self._copies.record_event()

        def fetch() -> Tensor:
            copied.synchronize()
            return pinned

        return fetch

    def capture(self, run: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
        """As a CUDA graph, after a few calls on a side stream."""
        side = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                run()
        torch.cuda.current_stream(self._device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = run()
        return graph.replay, result


def accelerator_of(device: torch.device) -> Accelerator | None:
    """The accelerator behind a device, or None where plain calls are all there is."""
    return Cuda(device) if device.type == "cuda" else None


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
