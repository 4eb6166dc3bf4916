"""What the window wants of the engine and has not got yet."""

import itertools
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import (
    Decode,
    Describe,
    Evaluate,
    Hover,
    Message,
    Open,
    Pictures,
    Request,
    Values,
    Withdraw,
)

PICTURE = "picture"
"""The field whose values are decoded pictures."""

TOPICS = ("pins", "selection", "grow", "film", "tiles", "fields", "export")
"""What batches are wanted for, the most urgent first."""

IN_FLIGHT = 3
"""Batches of pictures asked for at a time, and as many of values: enough to keep the engine busy, few enough to change
one's mind."""


@dataclass(frozen=True, eq=False)
class Want:
    """A batch of latents z (n, d) to decode, or whose values of another field (of atlas.FIELDS) are wanted.

    key: what the window calls it, unique within its topic.
    """

    key: Hashable
    z: NDArray[np.float32]
    field: str = PICTURE

    def request(self, number: int) -> Request:
        """What to ask the engine for."""
        return Decode(number, self.z) if self.field == PICTURE else Evaluate(number, self.field, self.z)


@dataclass
class Batch:
    """A Want that the engine has been asked for, and what has come of it. content: (n, ...), of pictures or values."""

    topic: str
    want: Want
    content: NDArray[Any] | None = None
    received: int = 0

    def take(self, reply: Pictures | Values) -> bool:
        """Fill in a slice; true once all are there."""
        piece = reply.content
        if self.content is None:
            self.content = np.empty((len(self.want.z), *piece.shape[1:]), piece.dtype)
        self.content[reply.start : reply.start + len(piece)] = piece
        self.received += len(piece)
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
            while wants and self._under_way(wants[0]) < IN_FLIGHT:
                number, want = next(numbers), wants.popleft()
                self.asked[number] = Batch(topic, want)
                requests.append(want.request(number))
        return requests

    def _under_way(self, want: Want) -> int:
        """Batches with the engine that a want competes with: pictures do not wait for values, nor these for them."""
        decoded = want.field == PICTURE
        return sum((batch.want.field == PICTURE) == decoded for batch in self.asked.values())
