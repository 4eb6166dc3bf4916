"""The serving loop: one thread, one slice of work at a time, the most urgent first."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from latent_explorer.engine.handlers import HANDLERS
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.protocol import Handler, Withdraw
from latent_explorer.errors import ServiceError
from latent_explorer.service.background import in_words
from latent_explorer.service.codec import Numbered, Refused, Unreadable

_URGENCY = {kind: rank for rank, kind in enumerate(HANDLERS)}


class RequestChannel(Protocol):
    """A source of requests and sink of replies; `service.server` has implementations."""

    def send(self, reply: Numbered, /) -> None: ...
    def wake(self) -> None: ...
    def receive(self, *, wait: bool, seconds: float | None = None) -> list[Numbered | Unreadable] | None: ...


def serve(channel: RequestChannel, service: ModelService | None = None, *, abandon: bool = False) -> None:
    """Answer requests until the channel is closed and all are answered.

    abandon: leave requests unanswered once the channel is closed, as nobody reads the replies.
    Each turn does one slice of the most urgent kind of request, in the order of HANDLERS, and the oldest of its kind.
    """
    work = WorkList(service or ModelService(channel.wake))
    ended = False
    while not (ended and (abandon or work.finished)):
        requests = channel.receive(wait=work.idle, seconds=work.rest)
        ended = requests is None
        _send(work.add(requests or ()), channel)
        _send(work.advance(), channel)


def _send(replies: Iterable[Numbered], channel: RequestChannel) -> None:
    for reply in replies:
        try:
            channel.send(reply)
        except ServiceError as error:
            channel.send(Refused(reply.number, str(error)))


@dataclass(frozen=True, eq=False)
class _Work:
    """A request in progress. steps: the running generator of its handler."""

    request: Numbered
    handler: Handler[Any]
    steps: Iterator[Numbered | None]


class WorkList:
    """The unanswered requests, the oldest first."""

    def __init__(self, service: ModelService) -> None:
        self._service = service
        self._works: list[_Work] = []
        self._resting: tuple[float, int] | None = None  # until when, and on behalf of which urgency

    @property
    def rest(self) -> float | None:
        """Seconds for which work is kept waiting, because something more urgent is about to come; None where none is.

        See `Handler.follows`.
        """
        return None if self._resting is None or not self._works else max(0.0, self._resting[0] - time.monotonic())

    @property
    def idle(self) -> bool:
        """Whether no request can be worked on now."""
        return self._next() is None

    @property
    def finished(self) -> bool:
        """Whether there are no unanswered requests."""
        return not self._works

    def add(self, requests: Iterable[Numbered | Unreadable]) -> Iterator[Refused]:
        """Add requests; yields refusals of those without a handler."""
        for request in requests:
            if isinstance(request, Withdraw):
                self._works = [work for work in self._works if work.request.number != request.number]
            elif isinstance(request, Unreadable):
                yield request
            elif (handler := HANDLERS.get(type(request))) is None:
                yield Refused(request.number, f"the engine takes no request called {type(request).__name__!r}")
            else:
                self._put(request, handler)

    def advance(self) -> Iterator[Numbered]:
        """Do one slice of the most urgent work; yields its replies."""
        work = self._next()
        if work is None:
            return
        try:
            reply = next(work.steps)
        except StopIteration:
            self._works.remove(work)
        except Exception as error:  # a request must not end the loop
            self._works.remove(work)
            yield Refused(work.request.number, in_words(error))
        else:
            if reply is not None:
                if work.handler.follows:
                    self._resting = time.monotonic() + work.handler.follows, _URGENCY[work.handler.request]
                yield reply

    def _put(self, request: Numbered, handler: Handler[Any]) -> None:
        if handler.newest:
            self._works = [work for work in self._works if work.handler is not handler]
        self._works.append(_Work(request, handler, handler.answer(request, self._service)))

    def _next(self) -> _Work | None:
        """The oldest request of the most urgent kind that can be worked on now."""
        if self._resting is not None and time.monotonic() >= self._resting[0]:
            self._resting = None
        workable = filter(self._can_be_done, self._works)
        return min(workable, key=lambda work: _URGENCY[work.handler.request], default=None)

    def _can_be_done(self, work: _Work) -> bool:
        """Whether a request can be worked on now; some wait until the data are indexed, or while one draws."""
        if self._resting is not None and _URGENCY[work.handler.request] > self._resting[1]:
            return False
        if not self._service.indexing:
            return True
        there = work.handler.of_images and self._service.shows_images
        return there or not work.handler.needs_data(work.request)
