"""What the window has asked of the trainer, as it is heard in a thread of its own."""

import threading
from collections import deque
from collections.abc import Callable

from latent_explorer.runs.protocol import (
    Ask,
    Begin,
    Continue,
    Continued,
    MakeFilm,
    Pause,
    Paused,
    Reply,
    Request,
    Stop,
)
from latent_explorer.service.codec import Refused, Unreadable
from latent_explorer.training.stop_token import StopToken

Task = tuple[Begin | MakeFilm, StopToken] | Ask


class Inbox:
    """What is to be done next; what is said to the run under way reaches it at once.

    send: answers, from any thread.
    """

    def __init__(self, send: Callable[[Reply], None]) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._tasks: deque[tuple[Begin | MakeFilm, StopToken]] = deque()
        self._ask: Ask | None = None
        self._token: StopToken | None = None  # of the run under way
        self._filming: StopToken | None = None

    def hear(self, request: Request | Unreadable) -> None:
        """Take up one request."""
        with self._changed:
            match request:
                case Unreadable():
                    self._send(request)
                case Ask():
                    self._ask = request
                case Begin():
                    self._begin(request)
                case MakeFilm():
                    self._filming = StopToken()
                    self._tasks.append((request, self._filming))
                case _ if (token := self._token or self._filming) is not None:
                    _tell(token, request)
            self._changed.notify()

    def take(self) -> Task:
        """Wait for what is to be done next: what was asked for first; where there is nothing, the newest estimate."""
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or self._ask)
            if self._tasks:
                return self._tasks.popleft()
            asked, self._ask = self._ask, None
            assert asked is not None
            return asked

    def ended(self, token: StopToken) -> None:
        """What was under way has ended: another run may begin."""
        with self._changed:
            self._token = None if token is self._token else self._token
            self._filming = None if token is self._filming else self._filming

    def overtaken(self, source: str | None = None) -> bool:
        """Whether something came that makes an estimate under way needless, or is more urgent.

        source: of a dataset that is being read for it, which an estimate on the same one needs as well.
        """
        with self._changed:
            return bool(self._tasks) or (self._ask is not None and self._ask.job.source != source)

    def _begin(self, request: Begin) -> None:
        if self._token is not None:
            self._send(Refused(number=0, reason="another run has not ended yet: stop it first, or wait"))
            return
        self._token = StopToken(lambda paused: self._send(Paused() if paused else Continued()))
        self._tasks.append((request, self._token))


def _tell(token: StopToken, request: Pause | Continue | Stop) -> None:
    match request:
        case Pause():
            token.pause()
        case Continue():
            token.go_on()
        case Stop():
            token.stop(request.keep)
