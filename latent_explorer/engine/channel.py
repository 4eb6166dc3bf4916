"""How the serving loop hears and speaks: over the pipes of a process, or within one."""

import os
import queue
import select
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Protocol

from latent_explorer.engine import protocol
from latent_explorer.engine.protocol import Reply, Request

_CHUNK = 2**16


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


class PipeChannel:
    """A channel over the two pipes of an engine process.

    The loop reads the requests itself: a thread that did it would cost each hover a change of threads. When the other
    side is gone the process ends at once: no engine outlives its window.
    """

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests, self._replies = requests.fileno(), replies
        self._received = bytearray()
        self._posted: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._woken, self._wake = os.pipe()

    def post(self, request: Request) -> None:
        self._posted.put(request)
        os.write(self._wake, b"!")

    def receive(self, *, wait: bool) -> list[Request] | None:
        while True:
            readable, _, _ = select.select([self._requests, self._woken], [], [], None if wait else 0)
            if self._requests in readable:
                self._read()
            if self._woken in readable:
                os.read(self._woken, _CHUNK)
            requests = [*self._take_posted(), *protocol.take_requests(self._received)]
            if requests or not wait:
                return requests

    def send(self, reply: Reply) -> None:
        try:
            protocol.write(self._replies, reply)
        except OSError:
            os._exit(0)

    def _read(self) -> None:
        content = os.read(self._requests, _CHUNK)
        if not content:
            os._exit(0)
        self._received += content

    def _take_posted(self) -> Iterator[Request]:
        while not self._posted.empty():
            yield self._posted.get()


class ThreadedPipeChannel(QueueChannel):
    """The same where pipes cannot be waited for (Windows): a thread reads the requests."""

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


def pipe_channel(requests: BinaryIO, replies: BinaryIO) -> Channel:
    """The channel over two pipes that this system allows."""
    return (ThreadedPipeChannel if os.name == "nt" else PipeChannel)(requests, replies)
