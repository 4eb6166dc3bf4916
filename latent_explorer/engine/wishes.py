"""What the window wants of the engine and has not got yet."""

import itertools
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Decode, Describe, Hover, Message, Open, Pictures, Request, Withdraw

TOPICS = ("pins", "selection", "film", "tiles", "export")
"""What batches are wanted for, the most urgent first."""

IN_FLIGHT = 3
"""Batches asked for at a time: enough to keep the engine busy, few enough to change one's mind."""


@dataclass(frozen=True, eq=False)
class Want:
    """A batch of latents z (n, d) to decode. key: what the window calls it, unique within its topic."""

    key: Hashable
    z: NDArray[np.float32]


@dataclass
class Batch:
    """A Want that the engine has been asked for, and what has come of it. pictures: uint8 (n, h, w, c)."""

    topic: str
    want: Want
    pictures: NDArray[np.uint8] | None = None
    received: int = 0

    def take(self, reply: Pictures) -> bool:
        """Fill in a slice; true once all are there."""
        if self.pictures is None:
            self.pictures = np.empty((len(self.want.z), *reply.images.shape[1:]), np.uint8)
        self.pictures[reply.start : reply.start + len(reply.images)] = reply.images
        self.received += len(reply.images)
        return self.received >= len(self.want.z)


@dataclass
class Wishes:
    """All that is wanted and not yet answered. Guarded by the client's lock."""

    newest: dict[type[Message], Request] = field(default_factory=dict)  # at most one Open, one Hover, one Describe
    unsent: set[type[Message]] = field(default_factory=set)
    topics: dict[str, deque[Want]] = field(default_factory=lambda: {topic: deque() for topic in TOPICS})
    asked: dict[int, Batch] = field(default_factory=dict)
    withdrawn: list[int] = field(default_factory=list)
    ahead: list[Request] = field(default_factory=list)  # sent before all else

    def ask_again(self) -> None:
        """Forget what a lost engine was told; all of it is wanted still."""
        self.unsent = set(self.newest)
        self.withdrawn.clear()
        for batch in reversed(self.asked.values()):
            self.topics[batch.topic].appendleft(batch.want)
        self.asked.clear()

    def next_requests(self, numbers: "itertools.count[int]") -> list[Request]:
        """What to send now: the newest of each kind, and batches while the engine has room, by topic."""
        requests: list[Request] = [*self.ahead, *(Withdraw(number) for number in self.withdrawn)]
        self.ahead.clear()
        self.withdrawn.clear()
        for kind in (Open, Hover, Describe):
            if kind in self.unsent:
                requests.append(self.newest[kind])
        self.unsent.clear()
        for topic, wants in self.topics.items():
            while wants and len(self.asked) < IN_FLIGHT:
                number, want = next(numbers), wants.popleft()
                self.asked[number] = Batch(topic, want)
                requests.append(Decode(number, want.z))
        return requests
