"""The requests of the window that are not answered yet."""

import itertools
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.handlers import HANDLERS
from latent_explorer.engine.protocol import Piece, Want, Withdraw
from latent_explorer.errors import ServiceError
from latent_explorer.service.codec import Numbered

IN_FLIGHT = 3
"""Batches of one kind sent at a time: enough to keep the engine busy, few enough to react to a new view."""


class Urgency(IntEnum):
    """The priority of a topic's batches."""

    ASKED = 0  # short tasks started by the user: a pin, the mean of a selection
    PATH = 1
    VIEW = 2  # visible tiles
    OVERLAY = 3  # layers above the tiles
    DETAIL = 4
    EXPORT = 5


@dataclass
class Topic:
    """A topic of batches. wants: those not sent yet, in order."""

    name: str
    urgency: Urgency
    wants: deque[Want] = field(default_factory=deque)


@dataclass
class Batch:
    """A batch that was sent to the engine, with the content (n, ...) received so far."""

    topic: Topic
    want: Want
    content: NDArray[Any] | None = None
    received: int = 0

    def take(self, piece: Piece) -> bool:
        """Store a piece; returns whether the batch is complete. Raises ServiceError if the piece does not fit."""
        content = piece.content
        if self.content is None:
            self.content = np.empty((self.want.count, *content.shape[1:]), content.dtype)
        fits = 0 <= piece.start <= self.want.count - len(content) and content.shape[1:] == self.content.shape[1:]
        if not fits:
            found = f"{content.shape} from {piece.start} on"
            raise ServiceError(f"a batch of {self.want.count} was answered with {found}: that does not fit")
        self.content[piece.start : piece.start + len(content)] = content
        self.received += len(content)
        return self.received >= self.want.count


@dataclass
class RequestQueue:
    """All unanswered requests. Guarded by the client's lock.

    newest: the latest single request of each type; unsent: the types not sent yet. ahead: requests to send before all
    others.
    """

    newest: dict[type[Numbered], Numbered] = field(default_factory=dict)
    unsent: set[type[Numbered]] = field(default_factory=set)
    topics: list[Topic] = field(default_factory=list)
    asked: dict[int, Batch] = field(default_factory=dict)
    withdrawn: list[int] = field(default_factory=list)
    ahead: list[Numbered] = field(default_factory=list)

    @property
    def prompt(self) -> bool:
        """Whether a request is pending that the engine can answer at once."""
        kinds = (self.newest.keys() - self.unsent) | {batch.want.kind for batch in self.asked.values()}
        return any(HANDLERS[kind].prompt for kind in kinds)

    def add_topic(self, topic: Topic) -> None:
        """Add a topic, after those that are more or equally urgent."""
        self.topics = sorted([*self.topics, topic], key=lambda each: each.urgency)

    def want(self, topic: Topic, wants: list[Want]) -> None:
        """Set the batches wanted for a topic, in order; withdraws all others of the topic."""
        wanted = {want.key for want in wants}
        of_topic = {number: batch for number, batch in self.asked.items() if batch.topic is topic}
        for number, batch in of_topic.items():
            if batch.want.key not in wanted:
                self.withdrawn.append(number)
                del self.asked[number]
        under_way = {batch.want.key for batch in of_topic.values()}
        topic.wants = deque(want for want in wants if want.key not in under_way)

    def want_nothing(self) -> None:
        """Drop all requests and withdraw those that were sent."""
        self.withdrawn += self.asked
        self.asked.clear()
        for topic in self.topics:
            topic.wants.clear()
        self.newest.clear()
        self.unsent.clear()

    def ask_again(self) -> None:
        """Mark all requests as unsent, after the engine was lost."""
        self.unsent = set(self.newest)
        self.withdrawn.clear()
        for batch in reversed(self.asked.values()):
            batch.topic.wants.appendleft(batch.want)
        self.asked.clear()

    def next_requests(self, numbers: "itertools.count[int]") -> list[Numbered]:
        """The requests to send now: the latest single ones, and batches while the engine has room, by topic."""
        requests = [*self.ahead, *(Withdraw(number) for number in self.withdrawn)]
        requests += [self.newest[kind] for kind in HANDLERS if kind in self.unsent]
        self.ahead.clear()
        self.withdrawn.clear()
        self.unsent.clear()
        for topic in self.topics:
            while topic.wants and self._under_way(topic.wants[0].kind) < IN_FLIGHT:
                number, want = next(numbers), topic.wants.popleft()
                self.asked[number] = Batch(topic, want)
                requests.append(want.make(number))
        return requests

    def _under_way(self, kind: type[Numbered]) -> int:
        return sum(batch.want.kind is kind for batch in self.asked.values())
