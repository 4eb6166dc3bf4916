"""The mean losses of steps."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


class LossMeter:
    """Adds up losses on their device. add_up: puts the sum over all processes that train in place of a tensor."""

    def __init__(self, add_up: Callable[[Tensor], None]) -> None:
        self._add_up = add_up
        self._means: dict[str, Tensor] = {}  # running ones: losses that were kept would lie between the freed batches
        self._seen = 0

    def add(self, losses: Mapping[str, Tensor]) -> None:
        """Take in those of a step."""
        self._seen += 1
        self._means = {
            name: torch.lerp(self._means.get(name, loss), loss, 1 / self._seen) for name, loss in losses.items()
        }

    def take(self) -> dict[str, float]:
        """The means since the last time, by name; waits for the device."""
        means, names = torch.stack(list(self._means.values())), tuple(self._means)
        self._add_up(means)
        self._means, self._seen = {}, 0
        return dict(zip(names, means.tolist(), strict=True))
