"""The serving loop: one thread, one slice of work at a time, the most wanted first."""

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
    """Where requests come from and replies go; `service.server` has some."""

    def send(self, reply: Numbered, /) -> None: ...
    def wake(self) -> None: ...
    def receive(self, *, wait: bool) -> list[Numbered | Unreadable] | None: ...


def serve(channel: RequestChannel, service: ModelService | None = None, *, abandon: bool = False) -> None:
    """Answer requests until no more will come and all are answered.

    abandon: whether what is not answered when no more will come is left so: nobody is there to read it.
    At each turn one slice of the most urgent kind of request, in the order of HANDLERS; of one kind, of the oldest.
    """
    work = WorkList(service or ModelService(channel.wake))
    ended = False
    while not (ended and (abandon or work.finished)):
        requests = channel.receive(wait=work.idle)
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
    """A request under way. steps: of its handler, which have answered so far."""

    request: Numbered
    handler: Handler[Any]
    steps: Iterator[Numbered | None]


class WorkList:
    """What is still to be answered, the oldest first."""

    def __init__(self, service: ModelService) -> None:
        self._service = service
        self._works: list[_Work] = []

    @property
    def idle(self) -> bool:
        """Whether there is nothing that can be worked on now."""
        return self._next() is None

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to answer, now or later."""
        return not self._works

    def add(self, requests: Iterable[Numbered | Unreadable]) -> Iterator[Refused]:
        """Put requests in their places; hands out the refusal of those that nobody takes."""
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
        """Do one slice of the most wanted work, and hand out what came of it."""
        work = self._next()
        if work is None:
            return
        try:
            reply = next(work.steps)
        except StopIteration:
            self._works.remove(work)
        except Exception as error:  # no request ends the loop
            self._works.remove(work)
            yield Refused(work.request.number, in_words(error))
        else:
            yield from () if reply is None else (reply,)

    def _put(self, request: Numbered, handler: Handler[Any]) -> None:
        if handler.newest:
            self._works = [work for work in self._works if work.handler is not handler]
        self._works.append(_Work(request, handler, handler.answer(request, self._service)))

    def _next(self) -> _Work | None:
        """The oldest of the most urgent kind, among those that can be worked on now."""
        workable = filter(self._can_be_done, self._works) if self._service.indexing else self._works
        return min(workable, key=lambda work: _URGENCY[work.handler.request], default=None)

    def _can_be_done(self, work: _Work) -> bool:
        """Whether a request can be worked on while the data are being indexed."""
        there = work.handler.of_images and self._service.shows_images
        return there or not work.handler.needs_data(work.request)
