"""Choosing the device for training and its precisions, and reporting its faults."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from latent_explorer.errors import TrainingError
from latent_explorer.runs.recipe import Precision

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_ACCELERATOR_ERRORS: tuple[type[Exception], ...] = (
    (torch.AcceleratorError,) if hasattr(torch, "AcceleratorError") else ()  # from torch 2.8 on
)
_LOST = re.compile(r"(CUDA|HIP|cuDNN|CUBLAS|MPS)\w* (driver )?error|device[- ](is )?(lost|removed)", re.IGNORECASE)
_NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory", re.IGNORECASE)


class DeviceLostError(TrainingError):
    """A device, or another training process, can no longer be reached."""


def choose_device(name: str = "auto") -> torch.device:
    """The device `name`: "cpu", "cuda", "mps", or "auto" for the best available.

    Raises TrainingError with the available devices if it is not among them.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    present = [kind for kind, found in there.items() if found]
    if name == "auto":
        return torch.device(present[0])
    if name not in present:
        raise TrainingError(f"no device {name!r} on this machine: expected auto or one of {', '.join(present)}")
    return torch.device(name)


def precisions(wanted: Precision, device: torch.device) -> tuple[Precision, ...]:
    """The candidates for `wanted` on `device`."""
    if wanted != "auto":
        return (wanted,)
    # if a CPU emulates it, the measurement rules it out
    bfloat16 = torch.cuda.is_bf16_supported() if device.type == "cuda" else device.type == "cpu"
    return ("float32", "bfloat16") if bfloat16 else ("float32",)


class MemoryLackError(TrainingError):
    """`device` has too little memory. batch_size: a smaller one to try; None if there is none."""

    def __init__(self, device: torch.device, batch_size: int) -> None:
        smaller = batch_size // 2 or None
        offer = f"train again with smaller batches, for instance {smaller}, or" if smaller else "try"
        super().__init__(
            f"out of memory on {device.type} with batches of {batch_size} images: {offer} a smaller network, smaller "
            "images, or another device"
        )
        self.batch_size = smaller


@contextmanager
def faults_told(device: torch.device, batch_size: int) -> Iterator[None]:
    """A context in which a fault of the device raises TrainingError.

    Raises MemoryLackError, which suggests half of `batch_size`, if it is out of memory; DeviceLostError if it can no
    longer be used.
    """
    try:
        yield
    except RuntimeError as error:
        # torch has its own exception; other devices report it in the message only
        if isinstance(error, torch.OutOfMemoryError) or _NO_MEMORY.search(str(error)):
            raise MemoryLackError(device, batch_size) from error
        if isinstance(error, _ACCELERATOR_ERRORS) or _LOST.search(str(error)):
            raise DeviceLostError(f"{device} can no longer be used: {str(error).strip().splitlines()[0]}") from error
        raise


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """A context in which products are computed in `precision` on `device`."""
    return torch.autocast(device.type, _PRECISIONS[precision], enabled=precision != "float32")
