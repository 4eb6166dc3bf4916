"""How the serving loop hears and speaks: over the pipes of a process, or within one."""

import os
import queue
import threading
from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol

from latent_explorer.engine import protocol
from latent_explorer.engine.protocol import Reply, Request


class Channel(Protocol):
    """Requests in, replies out."""

    def receive(self, *, wait: bool) -> list[Request] | None:
        """The requests that have come, in order, waiting for one if asked; None when no more will come."""
        ...

    def post(self, request: Request) -> None:
        """Put a request in line as if it had come; from any thread."""
        ...

    def send(self, reply: Reply) -> None:
        """Answer."""
        ...


class QueueChannel:
    """A channel within one process. on_reply: called with each reply, in the serving thread."""

    def __init__(self, on_reply: Callable[[Reply], None], requests: Iterable[Request] = ()) -> None:
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self.send = on_reply
        for request in requests:
            self.post(request)

    def post(self, request: Request) -> None:
        self._requests.put(request)

    def end(self) -> None:
        """No more will come."""
        self._requests.put(None)

    def receive(self, *, wait: bool) -> list[Request] | None:
        received: list[Request] = []
        while True:
            try:
                request = self._requests.get(block=wait and not received)
            except queue.Empty:
                return received
            if request is None:
                self.end()  # stays ended, whoever asks again
                return received or None
            received.append(request)


class PipeChannel(QueueChannel):
    """A channel over the two pipes of an engine process.

    A thread reads the requests, so that the loop sees each as it comes, on every system. When the other side is
    gone the process ends at once, in the middle of whatever it does: no engine outlives its window.
    """

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        super().__init__(self._write)
        self._replies = replies
        threading.Thread(target=self._read, args=(requests,), name="requests", daemon=True).start()

    def _read(self, stream: BinaryIO) -> None:
        while (request := protocol.read_request(stream)) is not None:
            self.post(request)
        os._exit(0)

    def _write(self, reply: Reply) -> None:
        try:
            protocol.write(self._replies, reply)
        except OSError:
            os._exit(0)
