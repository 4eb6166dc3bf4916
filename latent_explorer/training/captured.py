"""A training step that is recorded once on a device and replayed for each batch, where the device can do that."""

import logging
import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

import torch
from torch import Tensor

from latent_explorer.runs.recipe import Recipe

_log = logging.getLogger(__name__)
_WARM_UPS = 3  # before a capture, as torch's documentation of CUDA graphs asks for


class Cuda:
    """A CUDA device. Written without one at hand, from torch's documentation, and never run on one."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def capture(self, run: Callable[[], Tensor], generator: torch.Generator) -> tuple[Callable[[], object], Tensor]:
        """Record what `run` does as a CUDA graph, after a few calls on a side stream.

        generator: the one that `run` draws from; each replay goes on from the state it has by then, and advances it as
        a call would. Returns a function that does it all again, and the tensor into which it writes its result.
        """
        side = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                run()
        torch.cuda.current_stream(self._device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        if hasattr(graph, "register_generator_state"):
            with warnings.catch_warnings():  # from torch 2.14 on it does so by itself, and says so
                warnings.simplefilter("ignore")
                graph.register_generator_state(generator)
        with torch.cuda.graph(graph):
            result = run()
        return graph.replay, result


def accelerator_of(device: torch.device) -> Cuda | None:
    """The accelerator behind a device, or None where plain calls are all there is."""
    if device.type != "cuda":
        return None
    torch.backends.cudnn.deterministic = True  # a resumed run is to end as one that was never stopped
    return Cuda(device)


class StepNumbers(NamedTuple):
    """What differs from step to step besides the images: numbers, or scalar tensors that hold them on a device.

    rate: the learning rate. prior: see `LatentModel.losses`. fresh: the share of the new weights in the average.
    """

    rate: float | Tensor
    prior: float | Tensor
    fresh: float | Tensor

    @classmethod
    def at(cls, recipe: Recipe, step: int, steps: int) -> "StepNumbers":
        """Those of step 0..steps - 1."""
        decay = min(recipe.averaging, (1 + step) / (10 + step))  # the first weights are soon forgotten
        return cls(recipe.rate_at(step, steps), recipe.prior_at(step, steps), 1 - decay)


Step = Callable[[Tensor, float, StepNumbers, torch.Generator], Mapping[str, Tensor]]
"""Learns from the images at some indices, at a strength of augmentation; the losses by name."""


class CapturedStep:
    """A step at one strength of augmentation, with buffers that stay where they are.

    Made inside what lets steps change nothing, since recording may need some. The generator is its own, so that one
    that draws without it is none the worse for a recording that failed.
    """

    def __init__(self, accelerator: Cuda, step: Step, indices: Tensor, strength: float) -> None:
        self._indices = indices.clone()
        # On CUDA torch's fused AdamW reads the rate as float32; on the CPU float64 is as good as a number.
        kind = torch.float32 if indices.device.type == "cuda" else torch.float64
        self._numbers = torch.zeros(3, dtype=kind, device=indices.device).unbind()
        self._generator = torch.Generator(indices.device)
        self._names: tuple[str, ...] = ()

        def run() -> Tensor:
            losses = step(self._indices, strength, StepNumbers(*self._numbers), self._generator)
            self._names = tuple(losses)
            return torch.stack(list(losses.values()))

        self._replay, self._losses = accelerator.capture(run, self._generator)

    def __call__(self, indices: Tensor, numbers: StepNumbers, generator: torch.Generator) -> dict[str, Tensor]:
        """The step for other indices. Nothing waits for the device: a number travels with the kernel that writes it."""
        self._indices.copy_(indices)
        for buffer, number in zip(self._numbers, numbers, strict=True):
            buffer.fill_(number)
        self._generator.set_state(generator.get_state())
        self._replay()
        generator.set_state(self._generator.get_state())
        return dict(zip(self._names, self._losses.clone().unbind(), strict=True))


class Steps:
    """Makes steps: by replay where that can be, else as they are.

    accelerator: None where nothing can be replayed. size: of the batches that are replayed; the last of an epoch may be
    smaller. idle: inside it, steps change nothing. A recording is of one strength of augmentation: there are two in a
    run at most, one after the other, so it is made anew when the strength changes.
    """

    def __init__(
        self,
        accelerator: Cuda | None,
        step: Step,
        size: int,
        idle: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._accelerator, self._step, self._size, self._idle = accelerator, step, size, idle
        self._recorded: CapturedStep | None = None
        self._strength = 0.0

    def __call__(
        self, indices: Tensor, strength: float, numbers: StepNumbers, generator: torch.Generator
    ) -> Mapping[str, Tensor]:
        """Learn from the images at `indices`; the losses before the step, by name."""
        recorded = self._recording(indices, strength) if len(indices) == self._size else None
        if recorded is None:
            return self._step(indices, strength, numbers, generator)
        return recorded(indices, numbers, generator)

    def forget(self) -> None:
        """Record anew: a recording is of the tensors that were there when it was made."""
        self._recorded = None

    def _recording(self, indices: Tensor, strength: float) -> CapturedStep | None:
        if self._accelerator is None:
            return None
        if self._recorded is None or strength != self._strength:
            self._recorded, self._strength = None, strength  # the memory of the one before is free first
            self._record(self._accelerator, indices)
        return self._recorded

    def _record(self, accelerator: Cuda, indices: Tensor) -> None:
        try:
            with self._idle():
                self._recorded = CapturedStep(accelerator, self._step, indices, self._strength)
        except RuntimeError as error:
            _log.warning("steps are made one by one, without a captured graph: %s", error)
            self._accelerator = None
