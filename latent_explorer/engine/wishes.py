"""What the window wants of the engine and has not got yet."""

import itertools
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import TileKey
from latent_explorer.charts import Chart
from latent_explorer.engine.protocol import (
    Average,
    Decode,
    Describe,
    Evaluate,
    Hover,
    Message,
    Open,
    Originals,
    Pictures,
    Request,
    Values,
    Withdraw,
)
from latent_explorer.fields import field_called

PICTURE = "picture"
"""The field whose values are decoded pictures."""

TOPICS = ("pins", "digits", "selection", "grow", "film", "tiles", "fields", "thumbnails", "export")
"""What batches are wanted for, the most urgent first."""

IN_FLIGHT = 3
"""Batches of pictures asked for at a time, as many of values, and of originals: enough to keep the engine busy, few
enough to change one's mind."""


class Wanted(Protocol):
    """A batch that is wanted."""

    @property
    def key(self) -> Hashable:
        """What the window calls it, unique within its topic."""
        ...

    @property
    def kind(self) -> str:
        """Batches of one kind compete for the engine: pictures do not wait for values, nor these for them."""
        ...

    @property
    def count(self) -> int:
        """How many pictures or values make it complete."""
        ...

    def request(self, number: int) -> Request:
        """What to ask the engine for."""
        ...


@dataclass(frozen=True, eq=False)
class Want:
    """A batch of latents z (n, d) to decode, or whose values of another field (of fields.FIELDS) are wanted.

    key: what the window calls it, unique within its topic.
    """

    key: Hashable
    z: NDArray[np.float32]
    field: str = PICTURE

    @property
    def kind(self) -> str:
        return PICTURE if self.field == PICTURE else "values"

    @property
    def count(self) -> int:
        return len(self.z)

    def request(self, number: int) -> Request:
        return Decode(number, self.z) if self.field == PICTURE else Evaluate(number, self.field, self.z)


@dataclass(frozen=True, eq=False)
class WantTile:
    """A tile of pictures or of a field's values, seen through a chart.

    Its latents are worked out only when the engine is asked: far more tiles are wanted than are ever asked for.
    """

    key: TileKey
    chart: Chart

    @property
    def kind(self) -> str:
        return PICTURE if self.key.field == PICTURE else "values"

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """The plane points (n, 2)."""
        return field_called(self.key.field).points(self.key)

    @property
    def count(self) -> int:
        return len(self.points)

    @property
    def z(self) -> NDArray[np.float32]:
        """The latents (n, d)."""
        return self.chart.to_latent(self.points)

    def request(self, number: int) -> Request:
        return Want(self.key, self.z, self.key.field).request(number)


@dataclass(frozen=True, eq=False)
class WantOriginals:
    """A batch of images of the dataset, by their indices int64 (n,)."""

    key: Hashable
    indices: NDArray[np.int64]
    kind: str = "originals"

    @property
    def count(self) -> int:
        return len(self.indices)

    def request(self, number: int) -> Request:
        return Originals(number, self.indices)


@dataclass(frozen=True, eq=False)
class WantAverage:
    """The mean of the chosen ones, bool (n,), of the dataset's images."""

    key: Hashable
    chosen: NDArray[np.bool_]
    kind: str = "average"
    count: int = 1

    def request(self, number: int) -> Request:
        return Average(number, self.chosen.view(np.uint8))


@dataclass
class Batch:
    """What the engine has been asked for, and what has come of it. content: (n, ...), of pictures or values."""

    topic: str
    want: Wanted
    content: NDArray[Any] | None = None
    received: int = 0

    def take(self, reply: Pictures | Values) -> bool:
        """Fill in a slice; true once all are there."""
        piece = reply.content
        if self.content is None:
            self.content = np.empty((self.want.count, *piece.shape[1:]), piece.dtype)
        self.content[reply.start : reply.start + len(piece)] = piece
        self.received += len(piece)
        return self.received >= self.want.count


@dataclass
class Wishes:
    """All that is wanted and not yet answered. Guarded by the client's lock."""

    newest: dict[type[Message], Request] = field(default_factory=dict)  # at most one Open, one Hover, one Describe
    unsent: set[type[Message]] = field(default_factory=set)
    topics: dict[str, deque[Wanted]] = field(default_factory=lambda: {topic: deque() for topic in TOPICS})
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

    def _under_way(self, want: Wanted) -> int:
        """Batches with the engine that a want competes with."""
        return sum(batch.want.kind == want.kind for batch in self.asked.values())
