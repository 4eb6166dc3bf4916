"""The processes that train one network together, as each of them sees the others; one alone is the usual case."""

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
    """Another process of the group cannot go on, and says why."""


@dataclass(frozen=True)
class BatchShare:
    """Which images of a batch of `count` are a process's own: those at the places `rows`.

    images: how many count as its own. A process that has none, where there are fewer images than processes, looks at
    one of another's, with no weight: so that nothing else need be different for it.
    """

    rows: slice
    count: int
    images: int

    @classmethod
    def of(cls, count: int, rank: int, size: int) -> "BatchShare":
        """That of process `rank` of `size`, in consecutive parts as even as can be."""
        begin, end = count * rank // size, count * (rank + 1) // size
        first = min(begin, count - 1)
        return cls(slice(first, max(end, first + 1)), count, end - begin)

    def draws(self, generator: torch.Generator) -> Draws:
        """Random numbers for them."""
        return Draws(generator, self.rows.start, self.count)

    @property
    def weight(self) -> float:
        """What part of a mean over the batch the mean over the own images makes up."""
        return self.images / self.count


class ProcessGroup:
    """The processes of a run, numbered by `rank` from 0 to `size` - 1; the first of them alone writes.

    Here: a single process, which meets nobody. first_here: whether no other process on this machine has a lower rank.
    """

    rank, size, first_here = 0, 1, True

    def device(self, name: str) -> torch.device:
        """The device of this process, where `name` is what was asked for; see `choose_device` for the errors."""
        return choose_device(name)

    def heed(self, token: Event) -> Event:
        """What says whether any process was asked to stop, alike in all of them; `token` is what this one is asked by.

        `token` is set too once another's wish has come here.
        """
        return token

    def meet(self) -> None:
        """Wait until all are here. Raises OtherFailedError in each where one of them has failed."""

    def add_up(self, tensor: Tensor) -> None:
        """Put the sum over all processes in place of `tensor`, after a meeting."""

    def together(self) -> AbstractContextManager[None]:
        """Inside, an error in one process ends all at their next meeting; none leaves before all have come."""
        return nullcontext()

    def close(self) -> None:
        """Let go of the others: a process that ends while they talk to it is taken for one that has failed."""

    def share(self, count: int) -> BatchShare:
        """The own part of a batch of `count` images."""
        return BatchShare.of(count, self.rank, self.size)

    def from_first(self, number: int) -> int:
        """The number that the first process has."""
        told = torch.tensor(number if self.rank == 0 else 0)
        self.add_up(told)
        return int(told)

    def require_same(self, text: bytes) -> None:
        """Raise TrainingError, in all processes, unless all have the same `text`."""
        own = int.from_bytes(hashlib.sha256(text).digest()[:6])
        if self.from_first(own) != own:
            raise TrainingError("this process was asked for another run, or reads other files, than the first one")
        self.meet()


SINGLE_PROCESS = ProcessGroup()
