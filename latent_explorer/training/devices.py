"""Which device trains, and in which precision."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from torch import Tensor

from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import LatentModel
from latent_explorer.runs.recipe import Precision

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_TRIAL_STEPS = 6
_NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory", re.IGNORECASE)


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`: "cpu", "cuda", "mps", or "auto" for the best there is.

    Raises TrainingError that lists those there are when it is not among them.
    """
    present = [*(["cuda"] if torch.cuda.is_available() else []), *(["mps"] if _has_mps() else []), "cpu"]
    if name == "auto":
        return torch.device(present[0])
    if name not in present:
        raise TrainingError(f"no device {name!r} on this machine: expected auto or one of {', '.join(present)}")
    return torch.device(name)


def precisions(wanted: Precision, device: torch.device) -> tuple[Precision, ...]:
    """Those of which `wanted` may turn out to be one on `device`."""
    if wanted != "auto":
        return (wanted,)
    return ("float32", "bfloat16") if _has_bfloat16(device) else ("float32",)


def choose_precision(wanted: Precision, model: LatentModel, batch: Tensor) -> Precision:
    """`wanted`, or for "auto" whichever precision trains `model` faster on images like `batch` (n, c, h, w)."""
    if wanted != "auto":
        return wanted
    if not _has_bfloat16(batch.device):
        return "float32"
    trial = deepcopy(model)
    _seconds(trial, batch, "bfloat16")  # the first calls of each kernel are slow
    plain, short = _seconds(trial, batch, "float32"), _seconds(trial, batch, "bfloat16")
    return "bfloat16" if short < 0.9 * plain else "float32"


class MemoryLackError(TrainingError):
    """The device has too little memory. batch_size: a smaller one to try, None where there is none."""

    def __init__(self, message: str, batch_size: int | None) -> None:
        super().__init__(message)
        self.batch_size = batch_size


@contextmanager
def memory_told(device: torch.device, batch_size: int) -> Iterator[None]:
    """Inside, a device that has no more memory raises MemoryLackError, which offers half of `batch_size`."""
    try:
        yield
    except RuntimeError as error:  # torch.OutOfMemoryError is one; other devices only say so
        if not isinstance(error, torch.OutOfMemoryError) and not _NO_MEMORY.search(str(error)):
            raise
        smaller = batch_size // 2 or None
        offer = f"train again with smaller batches, for instance {smaller}, or" if smaller else "try"
        raise MemoryLackError(
            f"out of memory on {device.type} with batches of {batch_size} images: {offer} a smaller network, smaller "
            "images, or another device",
            smaller,
        ) from error


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """The context in which products are computed in `precision` on `device`."""
    return torch.autocast(device.type, _PRECISIONS[precision], enabled=precision != "float32")


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu"  # where it is emulated, the measurement rules it out


def _seconds(model: LatentModel, batch: Tensor, precision: Precision) -> float:
    """The time of the quickest of a few training steps, in seconds."""
    times = []
    generator = torch.Generator(batch.device).manual_seed(0)
    for _ in range(_TRIAL_STEPS):
        begin = time.perf_counter()
        with autocast(batch.device, precision):
            loss = model.losses(batch, generator)["loss"]
        loss.backward()  # type: ignore[no-untyped-call]
        loss.item()  # waits for the device
        times.append(time.perf_counter() - begin)
    return min(times)
