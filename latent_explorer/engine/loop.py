"""The serving loop: one thread, one slice of work at a time, the most wanted first."""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from latent_explorer.engine.channel import Channel
from latent_explorer.engine.desk import Desk
from latent_explorer.engine.protocol import (
    Average,
    Decode,
    Describe,
    Evaluate,
    Hover,
    Open,
    Originals,
    Ready,
    Refused,
    Reply,
    Request,
    Withdraw,
)
from latent_explorer.errors import UserError

_log = logging.getLogger(__name__)
_Step = TypeVar("_Step")

_URGENCY: dict[type[Request], int] = {Decode: 0, Average: 0, Originals: 1, Evaluate: 2}
"""Of the batches, the least first. An average is asked for by hand, and is soon done."""


def serve(channel: Channel, desk: Desk | None = None) -> None:
    """Answer requests until no more will come and all are answered.

    Newest hover first, then the newest place to describe, then one slice of the oldest batch of pictures, then one of
    the oldest batch of originals, then one of the oldest batch of values, and round again.
    """
    work = WorkList(desk or Desk(channel.post))
    ended = False
    while not (ended and work.finished):
        requests = channel.receive(wait=work.idle)
        ended = requests is None
        for request in requests or ():
            work.add(request)
        for reply in work.advance():
            channel.send(reply)


@dataclass(frozen=True, eq=False)
class _Batch:
    request: Request
    replies: Iterator[Reply | None]


class WorkList:
    """What is still to be answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: deque[Open] = deque()
        self._hover: Hover | None = None
        self._describe: Describe | None = None
        self._batches: dict[int, _Batch] = {}

    @property
    def idle(self) -> bool:
        """Whether there is nothing that can be worked on now."""
        return not (self._open or self._hover or self._describable or self._next_batch())

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to answer, now or later."""
        return self.idle and self._describe is None and not self._batches

    @property
    def _describable(self) -> bool:
        return self._describe is not None and self._desk.can_serve(self._describe)

    def add(self, request: Request) -> None:
        """Put a request in its place; a Hover or Describe replaces the one before."""
        match request:
            case Open():
                self._open.append(request)
            case Hover():
                self._hover = request
            case Describe():
                self._describe = request
            case Decode():
                self._batches[request.number] = _Batch(request, self._desk.decode(request))
            case Evaluate():
                self._batches[request.number] = _Batch(request, self._desk.evaluate(request))
            case Originals():
                self._batches[request.number] = _Batch(request, self._desk.originals(request))
            case Average():
                self._batches[request.number] = _Batch(request, self._desk.average(request))
            case Withdraw():
                self._batches.pop(request.number, None)
            case Ready():
                self._desk.take_survey(request)

    def advance(self) -> Iterator[Reply]:
        """Do one slice of the most wanted work, and hand out what came of it."""
        if self._open:
            request = self._open.popleft()
            yield from _guarded(request.number, self._desk.open(request))
        elif self._hover:
            hover, self._hover = self._hover, None
            yield from _guarded(hover.number, self._desk.hover(hover))
        elif self._describe and self._describable:
            describe, self._describe = self._describe, None
            yield from _guarded(describe.number, self._desk.describe(describe))
        elif batch := self._next_batch():
            yield from self._advance_batch(batch)

    def _next_batch(self) -> _Batch | None:
        """The oldest of the most urgent kind, among the batches that can be worked on now."""
        workable = (batch for batch in self._batches.values() if self._desk.can_serve(batch.request))
        return min(workable, key=lambda batch: _URGENCY[type(batch.request)], default=None)

    def _advance_batch(self, batch: _Batch) -> Iterator[Reply]:
        number = batch.request.number
        replies = list(_guarded(number, _first(batch.replies)))
        if not replies or isinstance(replies[0], Refused):
            del self._batches[number]
        yield from (reply for reply in replies if reply is not None)


def _first(replies: Iterator[_Step]) -> Iterator[_Step]:
    for reply in replies:
        yield reply
        return


def _guarded(number: int, replies: Iterator[_Step]) -> Iterator[_Step | Refused]:
    """The replies, or a Refused with the reason: no request ends the loop."""
    try:
        yield from replies
    except UserError as error:
        yield Refused(number, str(error))
    except Exception as error:
        _log.exception("request %d failed", number)
        yield Refused(number, f"the engine failed on this request ({type(error).__name__}: {error}); see the log")
