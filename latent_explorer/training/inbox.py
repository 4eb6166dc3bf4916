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
from latent_explorer.training.control import Control

Task = tuple[Begin | MakeFilm, Control] | Ask


class Inbox:
    """What is to be done next; what is said to the run under way reaches it at once.

    send: answers, from any thread.
    """

    def __init__(self, send: Callable[[Reply], None]) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._tasks: deque[tuple[Begin | MakeFilm, Control]] = deque()
        self._ask: Ask | None = None
        self._control: Control | None = None  # of the run under way
        self._filming: Control | None = None

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
                    self._filming = Control()
                    self._tasks.append((request, self._filming))
                case _ if (control := self._control or self._filming) is not None:
                    _tell(control, request)
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

    def ended(self, control: Control) -> None:
        """What was under way has ended: another run may begin."""
        with self._changed:
            self._control = None if control is self._control else self._control
            self._filming = None if control is self._filming else self._filming

    def overtaken(self, source: str | None = None) -> bool:
        """Whether something came that makes an estimate under way needless, or is more urgent.

        source: of a dataset that is being read for it, which an estimate on the same one needs as well.
        """
        with self._changed:
            return bool(self._tasks) or (self._ask is not None and self._ask.job.source != source)

    def _begin(self, request: Begin) -> None:
        if self._control is not None:
            self._send(Refused(number=0, reason="another run has not ended yet: stop it first, or wait"))
            return
        self._control = Control(lambda paused: self._send(Paused() if paused else Continued()))
        self._tasks.append((request, self._control))


def _tell(control: Control, request: Pause | Continue | Stop) -> None:
    match request:
        case Pause():
            control.pause()
        case Continue():
            control.go_on()
        case Stop():
            control.stop(request.keep)
