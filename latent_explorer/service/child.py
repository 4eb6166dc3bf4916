"""A child process that serves this one, and a client that starts it on first use; free of Qt and torch."""

import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Generic, cast

from latent_explorer.errors import ServiceError
from latent_explorer.service.codec import A, Conversation, Q, Unreadable

_log = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds that the thread of a process that is gone may take to end


def _launch(module: str, heard: bool) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    low = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows; elsewhere it is nice itself
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe if heard else None, creationflags=low)


def _room(pipe: int) -> int:
    """How many bytes a pipe surely takes at once: all that it holds, where nothing is in it and the system says so."""
    import fcntl
    import termios

    if not select.select([], [pipe], [], 0)[1]:
        return 0
    unread = int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
    if unread or not hasattr(fcntl, "F_GETPIPE_SZ"):
        return select.PIPE_BUF  # which is written whole to a pipe that is ready
    return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)


class Peer(Generic[Q, A]):
    """The other end of two pipes, which serves this process. name: of it, in messages."""

    def __init__(self, conversation: Conversation[Q, A], requests: BinaryIO, replies: BinaryIO, name: str) -> None:
        self._conversation, self._requests, self._replies, self._name = conversation, requests, replies, name

    def send(self, request: Q) -> None:
        """Send a request. Raises OSError if the process is gone, ServiceError if the request is too large."""
        content = self._conversation.requests.encode(request)
        try:
            self._requests.write(content)
            self._requests.flush()
        except ValueError:  # the pipe was closed meanwhile
            raise BrokenPipeError(f"{self._name} accepts no more requests") from None

    def offer(self, request: Q) -> bool:
        """Send a request if that certainly does not block; else do nothing. Not while another thread sends."""
        if os.name == "nt" or self._requests.closed:  # pipes of Windows do not say whether they have room
            return False
        content, pipe = self._conversation.requests.encode(request), self._requests.fileno()
        if len(content) > _room(pipe):
            return False
        os.write(pipe, content)
        return True

    def receive(self) -> A | None:
        """Wait for the next reply; None once the process is gone.

        Raises ServiceError if the reply is too large or unknown: the process is broken then.
        """
        reply = self._conversation.replies.read(self._replies)
        if isinstance(reply, Unreadable):
            raise ServiceError(reply.reason)
        return reply

    def hang_up(self) -> None:
        """Announce that there are no more requests; nothing may be sent afterwards."""
        with suppress(OSError):  # what was not yet sent has nowhere to go
            self._requests.close()


class Child(Peer[Q, A]):
    """A process started by `python -m module`; it ends when this process does, however that ends.

    heard: whether to read its standard error from `complaints`.
    """

    def __init__(self, module: str, conversation: Conversation[Q, A], *, heard: bool = False) -> None:
        self._process = _launch(module, heard)
        self.pid = self._process.pid
        self.complaints = self._process.stderr
        requests, replies = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)
        super().__init__(conversation, requests, replies, f"process {self.pid}")

    def stop(self) -> None:
        """End it now; returns when it is gone. May be called twice and from any thread."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Wait for its end, and release its pipes."""
        self._process.wait()
        self.hang_up()
        self._replies.close()


@dataclass(frozen=True)
class Lost:
    """The process has ended unexpectedly. reason: why, or its last words; may be empty."""

    reason: str


class Client(Generic[Q, A]):
    """Sends requests to a process, which is started with the first of them and again after it was lost.

    module: for `python -m`. on_reply: called with each reply and with Lost, in the receiving thread.
    """

    def __init__(self, module: str, conversation: Conversation[Q, A], on_reply: Callable[[A | Lost], None]) -> None:
        self._module, self._conversation, self._on_reply = module, conversation, on_reply
        self._changing = threading.Lock()
        self._child: Child[Q, A] | None = None
        self._receiving: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The id of the running process; None if there is none."""
        with self._changing:
            return None if self._child is None else self._child.pid

    def warm(self) -> Child[Q, A]:
        """Start the process if there is none, so that the first answer comes sooner."""
        with self._changing:
            if self._child is None:
                self._child = Child(self._module, self._conversation, heard=True)
                self._receiving = threading.Thread(
                    target=self._receive, args=(self._child,), name="receiver", daemon=True
                )
                self._receiving.start()
            return self._child

    def send(self, request: Q) -> None:
        """Send a request. If the process dies, Lost is the answer. Raises ServiceError if it is too large."""
        try:
            self.warm().send(request)
        except OSError:
            _log.info("%s is gone; the receiving thread tells", self._module)

    def hang_up(self) -> None:
        """Announce that there are no more requests, at which most servers end; nothing may be sent afterwards."""
        with self._changing:
            if self._child is not None:
                self._child.hang_up()

    def kill(self) -> None:
        """End the process now; Lost follows."""
        with self._changing:
            if self._child is not None:
                self._child.stop()

    def close(self) -> None:
        """End the process now. Returns when no more callbacks will come."""
        with self._changing:
            child, self._child = self._child, None
        if child is not None:
            child.stop()
        if self._receiving not in (None, threading.current_thread()):
            self._receiving.join(_PATIENCE)

    def _receive(self, child: Child[Q, A]) -> None:
        last_words: list[str] = []
        complaining = threading.Thread(target=_hear, args=(child, last_words), name="complaints", daemon=True)
        complaining.start()
        try:
            while (reply := child.receive()) is not None:
                self._on_reply(reply)
        except ServiceError as error:
            _log.error("%s", error)
            last_words = [str(error)]
            child.stop()
        complaining.join(_PATIENCE)
        child.close()
        with self._changing:
            lost = self._child is child
            self._child = None if lost else self._child
        if lost:
            self._on_reply(Lost("".join(last_words)))


def _hear(child: Child[Q, A], last_words: list[str]) -> None:
    """Pass on the standard error of a process, and keep its last line."""
    assert child.complaints is not None
    with child.complaints as stream:
        for line in stream:
            if words := line.decode(errors="replace").strip():
                last_words[:] = [words]
                _log.warning("%s", words)
