"""What torch's CUDA runtime does better than plain calls: replayed graphs, and copies beside the computation.

Written without such a device at hand, from torch's documentation, and never run on one; what is built on it is tested
on the CPU with an object in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_WARM_UPS = 3  # before a capture, as torch's documentation of CUDA graphs asks for


@dataclass(frozen=True, eq=False)
class Copying:
    """A tensor on its way to the processor's memory. Called, it waits for the copy and hands it out."""

    pinned: Tensor
    copied: torch.cuda.Event

    def ready(self) -> bool:
        """Whether a call would not wait."""
        return bool(self.copied.query())  # type: ignore[no-untyped-call]

    def __call__(self) -> Tensor:
        self.copied.synchronize()
        return self.pinned


class Cuda:
    """A CUDA device. Never run on one: see the module."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._copies = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def copy_back(self, tensor: Tensor) -> Copying:
        """Begin to copy a tensor into pinned memory, on a stream of its own, so that what comes next does not wait."""
        pinned = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        self._copies.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._copies):
            pinned.copy_(tensor, non_blocking=True)
        tensor.record_stream(self._copies)  # its memory is not given to another tensor before the copy has ended
        return Copying(pinned, self._copies.record_event())

    def capture(self, run: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
        """Record what `run` does as a CUDA graph, after a few calls on a side stream.

        Returns a function that does it all again, and the tensor into which it writes its result.
        """
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
