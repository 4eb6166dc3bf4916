"""How many of the processor's threads a training step is given.

Threads that wait asleep, so that they do not starve the window, take about 0.05 ms to be woken for each operation. A
step of a small dense network is a hundred operations, most of them shorter than that: it is given a second thread only
where threads wait awake for a moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from latent_explorer.waiting import awake

_WORTH_SHARING = 300_000_000  # multiplications of a batch on its way through the network, about 10 ms of a step


def step_threads(model: nn.Module, batch_size: int) -> int:
    """How many threads each operation of a step of `model` is to have on the processor.

    Shapes decide and how threads wait, never what else runs here; a run keeps the number, as results depend on it.
    """
    present = torch.get_num_threads()
    if any(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in model.modules()):
        return present
    weights = sum(weight.numel() for weight in model.parameters())
    small = weights * batch_size <= _WORTH_SHARING
    return min(2 if awake() else 1, present) if small else present


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Inside, torch gives each operation at most `count` threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
