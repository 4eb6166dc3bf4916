"""The losses of steps on their way to whoever reads them, for which no step has to wait."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Arriving(Protocol):
    """A tensor on its way to the processor's memory. Called, it waits and hands it out."""

    def ready(self) -> bool:
        """Whether a call would not wait."""

    def __call__(self) -> Tensor: ...


@dataclass(frozen=True, eq=False)
class Here:
    """A tensor that does not travel: where it is on a device, whoever reads it waits for the device."""

    tensor: Tensor

    def ready(self) -> bool:
        """True."""
        return True

    def __call__(self) -> Tensor:
        return self.tensor


@dataclass(frozen=True)
class MeanLosses:
    """The mean losses by name up to a step, since the one before.

    good: how many steps of the run were good before one that was not; None while all are.
    """

    step: int
    losses: dict[str, float]
    good: int | None


class LossMeter:
    """Adds up losses on their device.

    copy_back: begins to copy a tensor to the processor's memory. add_up: puts the sum over all processes that train in
    place of a tensor.
    """

    def __init__(self, copy_back: Callable[[Tensor], Arriving], add_up: Callable[[Tensor], None]) -> None:
        self._copy_back, self._add_up = copy_back, add_up
        self._means: dict[str, Tensor] = {}  # running ones: losses that were kept would lie between the freed batches
        self._seen = 0
        self._under_way: deque[tuple[int, tuple[str, ...], Arriving]] = deque()

    def add(self, losses: Mapping[str, Tensor]) -> None:
        """Take in those of a step."""
        self._seen += 1
        self._means = {
            name: torch.lerp(self._means.get(name, loss), loss, 1 / self._seen) for name, loss in losses.items()
        }

    def close(self, step: int, verdict: Tensor) -> None:
        """Send off the means since the last time, up to `step`; `verdict` as `FlatWeights.verdict` gives it."""
        means = torch.stack(list(self._means.values()))
        self._add_up(means)
        self._under_way.append((step, tuple(self._means), self._copy_back(torch.cat([means, verdict]))))
        self._means, self._seen = {}, 0

    def arrived(self, wait: bool) -> Iterator[MeanLosses]:
        """What has come by now, in order; all that was sent off where this may `wait`."""
        while self._under_way and (wait or self._under_way[0][2].ready()):
            step, names, numbers = self._under_way.popleft()
            *means, bad, good = numbers().tolist()
            yield MeanLosses(step, dict(zip(names, means, strict=True)), int(good) if bad else None)
