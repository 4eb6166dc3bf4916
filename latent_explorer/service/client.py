"""The client of a process that is started when it is first needed; free of Qt and of torch."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from latent_explorer.errors import ServiceError
from latent_explorer.service.child import Child
from latent_explorer.service.codec import Conversation

_log = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds that the threads of a process that is gone may take to end
_Q = TypeVar("_Q", bound=msgspec.Struct)
_A = TypeVar("_A", bound=msgspec.Struct)


@dataclass(frozen=True)
class Lost:
    """The process is gone, though nobody ended it. reason: why, or the last that it said; may be empty."""

    reason: str


class Client(Generic[_Q, _A]):
    """Sends requests to a process, started with the first of them and again after it was lost.

    module: what `python -m` runs. on_reply: called with each reply and with Lost, in the receiving thread.
    """

    def __init__(self, module: str, conversation: Conversation[_Q, _A], on_reply: Callable[[_A | Lost], None]) -> None:
        self._module, self._conversation, self._on_reply = module, conversation, on_reply
        self._changing = threading.Lock()
        self._process: _Process[_Q, _A] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process that runs now; None while there is none."""
        with self._changing:
            return None if self._process is None else self._process.child.pid

    def warm(self) -> None:
        """Start the process if there is none, so that the first answer comes soon."""
        with self._changing:
            self._started()

    def send(self, request: _Q) -> None:
        """Ask. What is sent to a process that dies is answered by Lost. Raises ServiceError where it is too large."""
        with self._changing:
            child = self._started().child
        try:
            child.send(request)
        except OSError:
            _log.info("%s is gone; the receiving thread tells", self._module)

    def hang_up(self) -> None:
        """Say that no more requests will come, which most servers answer by ending; nothing may be sent afterwards."""
        with self._changing:
            if self._process is not None:
                self._process.child.hang_up()

    def kill(self) -> None:
        """End the process, now; Lost follows."""
        with self._changing:
            if self._process is not None:
                self._process.child.stop()

    def close(self) -> None:
        """End the process, now. Returns when nothing will be called any more."""
        with self._changing:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _started(self) -> "_Process[_Q, _A]":
        if self._process is None:
            self._process = _Process(Child(self._module, self._conversation, heard=True), self._on_reply, self._lost)
        return self._process

    def _lost(self, process: "_Process[_Q, _A]", reason: str) -> None:
        with self._changing:
            if self._process is not process:
                return
            self._process = None
        self._on_reply(Lost(reason))


class _Process(Generic[_Q, _A]):
    """One process, with a thread for what it answers and one for what it complains of."""

    def __init__(
        self,
        child: Child[_Q, _A],
        on_reply: Callable[[_A], None],
        on_end: Callable[["_Process[_Q, _A]", str], None],
    ) -> None:
        self.child, self._on_reply, self._on_end = child, on_reply, on_end
        self._last_words = ""
        self._complaining = threading.Thread(target=self._hear_complaints, name="complaints", daemon=True)
        self._receiving = threading.Thread(target=self._receive, name="receiver", daemon=True)
        self._complaining.start()
        self._receiving.start()

    def end(self) -> None:
        self.child.stop()
        for thread in (self._receiving, self._complaining):
            if thread is not threading.current_thread():
                thread.join(_PATIENCE)

    def _receive(self) -> None:
        reason = ""
        try:
            while (reply := self.child.receive()) is not None:
                self._on_reply(reply)
        except ServiceError as error:
            reason = str(error)
            _log.error("%s", reason)
            self.child.stop()
        self._complaining.join(_PATIENCE)
        self.child.close()
        self._on_end(self, reason or self._last_words)

    def _hear_complaints(self) -> None:
        assert self.child.complaints is not None
        with self.child.complaints as stream:
            for line in stream:
                words = line.decode(errors="replace").strip()
                if words:
                    self._last_words = words
                    _log.warning("%s", words)
