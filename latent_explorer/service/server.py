"""The server's side of a conversation: how a process receives and sends, and how a loop waits for both."""

import logging
import os
import queue
import select
import sys
import threading
from collections.abc import Callable, Iterable
from typing import BinaryIO, Generic
from weakref import finalize

from latent_explorer.errors import ServiceError
from latent_explorer.service.codec import A, Conversation, Q, Unreadable

_log = logging.getLogger(__name__)
_CHUNK = 2**16


class Server(Generic[Q, A]):
    """This process, answering the one that started it. replies: from `become_server`.

    at_end: called when the other side is gone, in any thread; by default the process ends at once, because saved files
    are complete, and no server outlives its window. requests: where they come from; by default standard input.
    """

    def __init__(
        self,
        conversation: Conversation[Q, A],
        replies: BinaryIO,
        at_end: Callable[[], object] = lambda: os._exit(0),
        requests: BinaryIO | None = None,
    ) -> None:
        self.conversation, self.requests, self.at_end = conversation, requests or sys.stdin.buffer, at_end
        self._replies = replies
        self._speaking = threading.Lock()

    def send(self, reply: A) -> None:
        """Answer, from any thread. Raises ServiceError if the reply is too large."""
        content = self.conversation.replies.encode(reply)
        try:
            with self._speaking:
                self._replies.write(content)
                self._replies.flush()
        except (OSError, ValueError):  # the other side is gone, or this one has hung up
            self.at_end()

    def listen(self, take: Callable[[Q | Unreadable], None]) -> None:
        """Pass each request to `take`, in a separate thread."""
        threading.Thread(target=self._listen, args=(take,), name="requests", daemon=True).start()

    def _listen(self, take: Callable[[Q | Unreadable], None]) -> None:
        try:
            while (request := self.conversation.requests.read(self.requests)) is not None:
                take(request)
        except ServiceError as error:
            _log.error("%s", error)
        self.at_end()


class QueueChannel(Generic[Q, A]):
    """A channel within one process. on_reply: called with each reply, in the serving thread."""

    def __init__(self, on_reply: Callable[[A], None], requests: Iterable[Q] = ()) -> None:
        self._requests: queue.SimpleQueue[Q | Unreadable | bool] = queue.SimpleQueue()  # True wakes, False ends
        self.send = on_reply
        for request in requests:
            self.post(request)

    def post(self, request: Q | Unreadable) -> None:
        """Queue a request; from any thread."""
        self._requests.put(request)

    def wake(self) -> None:
        """Wake the waiting loop; from any thread."""
        self._requests.put(True)

    def end(self) -> None:
        """Announce that no more requests will come."""
        self._requests.put(False)

    def receive(self, *, wait: bool, seconds: float | None = None) -> list[Q | Unreadable] | None:
        """The requests that have come, in order; None after the end.

        wait: whether to wait for one, or to be woken; for so many seconds at most, if any are given.
        """
        received: list[Q | Unreadable] = []
        while True:
            try:
                request = self._requests.get(block=wait and not received, timeout=seconds)
            except queue.Empty:
                return received
            if request is False:
                self.end()  # stays ended, whoever asks again
                return received or None
            if isinstance(request, bool):
                wait = False
            else:
                received.append(request)


class PipeChannel(Generic[Q, A]):
    """A channel for a process whose loop waits on its pipe directly: a reading thread would cost a thread switch per
    request."""

    def __init__(self, server: Server[Q, A]) -> None:
        self.send = server.send
        self._server, self._requests = server, server.requests.fileno()
        self._received = bytearray()
        self._woken, self._wake = os.pipe()
        finalize(self, _close, self._woken, self._wake).atexit = False  # a thread may still be waiting

    def wake(self) -> None:
        os.write(self._wake, b"!")

    def receive(self, *, wait: bool, seconds: float | None = None) -> list[Q | Unreadable] | None:
        """As `QueueChannel.receive`."""
        while True:
            readable, _, _ = select.select([self._requests, self._woken], [], [], seconds if wait else 0)
            wait = wait and seconds is None
            if self._woken in readable:
                os.read(self._woken, _CHUNK)
                wait = False
            requests = self._read() if self._requests in readable else []
            if requests is None:
                self._server.at_end()
            if requests or requests is None or not wait:
                return requests

    def _read(self) -> list[Q | Unreadable] | None:
        content = os.read(self._requests, _CHUNK)
        self._received += content
        try:
            return list(self._server.conversation.requests.take(self._received)) if content else None
        except ServiceError as error:
            _log.error("%s", error)
            return None


def _close(*files: int) -> None:
    for file in files:
        os.close(file)


Channel = QueueChannel[Q, A] | PipeChannel[Q, A]


def channel_of(server: Server[Q, A]) -> Channel[Q, A]:
    """The channel that this system supports: if pipes cannot be waited for (Windows), a thread reads them."""
    if os.name != "nt":
        return PipeChannel(server)
    channel: QueueChannel[Q, A] = QueueChannel(server.send)
    server.listen(channel.post)
    return channel
