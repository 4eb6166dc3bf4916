"""How many of the processor's threads a training step is given.

Threads that wait asleep, so that they do not starve the window, take about 0.05 ms to be woken for each operation. A
step of a small dense network is a hundred operations, most of them shorter than that: it is given a second thread only
where threads wait awake for a moment.
"""

import torch
from torch import nn

from latent_explorer.waiting import awake

_WORTH_SHARING = 300_000_000  # multiplications of a batch on its way through the network, about 10 ms of a step


def possible_threads(model: nn.Module, batch_size: int) -> tuple[int, ...]:
    """How many threads each operation of a step of `model` may be given on the processor, the usual number first.

    Shapes decide and how threads wait. Where a second is possible, it depends on what else runs here which is better.
    """
    present = torch.get_num_threads()
    if any(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in model.modules()):
        return (present,)
    weights = sum(weight.numel() for weight in model.parameters())
    if weights * batch_size > _WORTH_SHARING:
        return (present,)
    return (1, 2) if awake() and present > 1 else (1,)
