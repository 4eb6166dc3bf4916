"""The group of processes that train one network together, usually a single one."""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from threading import Event

import torch
from torch import Tensor

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.training.distributed.devices import choose_device


class OtherFailedError(TrainingError):
    """Another process of the group has failed; carries its message."""


@dataclass(frozen=True)
class BatchShare:
    """A process's share of a batch of `count` images: those at positions `rows`.

    images: the number that counts. With fewer images than processes, a process without images takes one of another with
    weight 0, so that it needs no special case.
    """

    rows: slice
    count: int
    images: int

    @classmethod
    def of(cls, count: int, rank: int, size: int) -> "BatchShare":
        """The share of process `rank` of `size`: consecutive parts of nearly equal size."""
        begin, end = count * rank // size, count * (rank + 1) // size
        first = min(begin, count - 1)
        return cls(slice(first, max(end, first + 1)), count, end - begin)

    def draws(self, generator: torch.Generator) -> Draws:
        """Random numbers for these images."""
        return Draws(generator, self.rows.start, self.count)

    @property
    def weight(self) -> float:
        """The weight of the mean over these images in the mean over the batch."""
        return self.images / self.count


class ProcessGroup:
    """The processes of a run, numbered by `rank` from 0 to `size` - 1; only the first one writes.

    This class is a single process. first_here: whether no other process on this machine has a lower rank.
    """

    rank, size, first_here = 0, 1, True

    def device(self, name: str) -> torch.device:
        """The device of this process for a requested `name`; see `choose_device` for the errors."""
        return choose_device(name)

    def heed(self, token: Event) -> Event:
        """A token that is set in all processes at the same step if any process was asked to stop by its `token`.

        `token` is set, too, when another process was asked to stop.
        """
        return token

    def meet(self) -> None:
        """Wait for all processes. Raises OtherFailedError in each of them if one has failed."""

    def add_up(self, tensor: Tensor) -> None:
        """Replace `tensor` by the sum over all processes, after a meeting."""

    def together(self) -> AbstractContextManager[None]:
        """A context in which an error in one process ends all at their next meeting; all leave it together."""
        return nullcontext()

    def close(self) -> None:
        """Leave the group: a process that ends during communication would count as failed."""

    def share(self, count: int) -> BatchShare:
        """This process's share of a batch of `count` images."""
        return BatchShare.of(count, self.rank, self.size)

    def from_first(self, number: int) -> int:
        """The value of `number` in the first process."""
        told = torch.tensor(number if self.rank == 0 else 0)
        self.add_up(told)
        return int(told)

    def require_same(self, text: bytes) -> None:
        """Raise TrainingError in all processes unless all have the same `text`."""
        own = int.from_bytes(hashlib.sha256(text).digest()[:6])
        if self.from_first(own) != own:
            raise TrainingError("this process was asked for another run, or reads other files, than the first one")
        self.meet()


SINGLE_PROCESS = ProcessGroup()
