"""How many of the processor's threads a training step is given.

Threads that wait asleep, so that they do not starve the window, take about 0.05 ms to be woken for each operation. A
step of a small dense network is a hundred operations, most of them shorter than that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

_WORTH_SHARING = 300_000_000  # multiplications of a batch on its way through the network, about 10 ms of a step


def step_threads(model: nn.Module, batch_size: int) -> int:
    """How many threads each operation of a step of `model` gets on the processor.

    It depends on shapes alone, never on what else runs here, so that a resumed run computes exactly the same.
    """
    if any(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in model.modules()):
        return torch.get_num_threads()
    weights = sum(weight.numel() for weight in model.parameters())
    return 1 if weights * batch_size <= _WORTH_SHARING else torch.get_num_threads()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Inside, torch gives each operation at most `count` threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
