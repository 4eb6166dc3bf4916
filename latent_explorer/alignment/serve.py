"""The aligner's loop: one thread, one step at a time, the most urgent first; the newest request of each kind wins."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from latent_explorer.alignment.closure import ClosureMeasurer
from latent_explorer.alignment.fit_both import Fitter
from latent_explorer.alignment.pair import Pair, read_side
from latent_explorer.alignment.protocol import Cancel, FitBoth, MeasureClosure, OpenPair, PairOpened, Reply, Request
from latent_explorer.errors import ServiceError, UserError
from latent_explorer.service.background import in_words
from latent_explorer.service.codec import Refused, Unreadable, text_to_path

Steps = Iterator[Reply | None]
"""The answers to a request; at None others get a turn, or it may be cancelled."""

_T = TypeVar("_T")
_URGENCY: tuple[type[Request], ...] = (OpenPair, FitBoth, MeasureClosure)


class AlignerChannel(Protocol):
    """Where requests come from and replies go; see `service.server`."""

    def send(self, reply: Reply, /) -> None: ...
    def receive(self, *, wait: bool) -> list[Request | Unreadable] | None: ...


def serve(channel: AlignerChannel) -> None:
    """Answer requests until no more will come and all are answered."""
    works = Works(channel.send)
    ended = False
    while not (ended and works.idle):
        requests = channel.receive(wait=works.idle)
        ended = requests is None
        works.add(requests or ())
        works.advance()


@dataclass(frozen=True, eq=False)
class _Asked:
    request: Request
    steps: Steps


class Works:
    """The unanswered requests: at most one of each kind. send: the replies."""

    def __init__(self, send: Callable[[Reply], None]) -> None:
        self._send = send
        self._works: dict[type[Request], _Asked] = {}
        self._fitter: Fitter | None = None
        self._curve: ClosureMeasurer | None = None

    @property
    def idle(self) -> bool:
        return not self._works

    def add(self, requests: Iterable[Request | Unreadable]) -> None:
        """Accept requests, each replacing an older one of its kind; a new pair drops all others."""
        for request in requests:
            match request:
                case Unreadable():
                    self._send(request)
                case Cancel():
                    self._works = {k: work for k, work in self._works.items() if work.request.number != request.number}
                case OpenPair():
                    self._works = {OpenPair: _Asked(request, self._open(request))}
                    self._fitter = self._curve = None
                case FitBoth():
                    self._works[FitBoth] = _Asked(request, self._fit(request))
                case MeasureClosure():
                    self._works[MeasureClosure] = _Asked(request, self._measure(request))

    def advance(self) -> None:
        """Continue the most urgent work until others get a turn."""
        kind = next((each for each in _URGENCY if each in self._works), None)
        if kind is None:
            return
        work = self._works[kind]
        try:
            for reply in work.steps:
                if reply is None:
                    return
                self._send(reply)
        except Exception as error:  # no request ends the loop
            self._refuse(work.request, error)
        self._works.pop(kind)

    def _refuse(self, request: Request, error: Exception) -> None:
        reason = str(error) if isinstance(error, ServiceError) else in_words(error)
        self._send(Refused(request.number, reason))

    def _open(self, request: OpenPair) -> Steps:
        source = read_side(text_to_path(request.source))
        yield None
        target = read_side(text_to_path(request.target))
        yield None
        pair = Pair.of(source, target)
        self._fitter, self._curve = Fitter(pair), ClosureMeasurer(pair)
        yield PairOpened(request.number, pair.common, pair.counterparts, pair.note)

    def _fit(self, request: FitBoth) -> Steps:
        yield from _opened(self._fitter).fit(request)

    def _measure(self, request: MeasureClosure) -> Steps:
        yield from _opened(self._curve).measure(request)


def _opened(made: _T | None) -> _T:
    """The result of opening the two models."""
    if made is None:
        raise UserError("no two models are open; open them first")
    return made
