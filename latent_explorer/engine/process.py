"""Starting an engine: in a process of its own, in a thread, or inline."""

import queue
import threading
from collections.abc import Iterable
from typing import Protocol

from latent_explorer.engine.handlers import ENGINE
from latent_explorer.engine.protocol import Message
from latent_explorer.service.child import Child
from latent_explorer.service.server import QueueChannel


class Engine(Protocol):
    """An engine that runs somewhere; see `service.child.Child`."""

    def send(self, request: Message) -> None:
        """Ask. Raises OSError where the engine is gone, ServiceError where the request is too large."""
        ...

    def offer(self, request: Message) -> bool:
        """Ask, if that surely takes no waiting; else nothing is done. Not while another thread sends."""
        ...

    def receive(self) -> Message | None:
        """Wait for the next reply; None once the engine is gone. Raises ServiceError where it is broken."""
        ...

    def stop(self) -> None:
        """End it, now; returns when it is gone. May be called twice and from any thread."""
        ...


class ProcessEngine(Child[Message, Message]):
    """An engine in a process of its own, at low priority, that ends when this process does."""

    def __init__(self) -> None:
        super().__init__("latent_explorer.engine", ENGINE)


class ThreadEngine:
    """The same loop in a thread of this process: for debugging, and to measure against."""

    def __init__(self) -> None:
        self._replies: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._channel: QueueChannel[Message, Message] = QueueChannel(self._replies.put)
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        from latent_explorer.engine.loop import serve

        serve(self._channel)
        self._replies.put(None)

    def send(self, request: Message) -> None:
        self._channel.post(request)

    def offer(self, request: Message) -> bool:
        self.send(request)
        return True

    def receive(self) -> Message | None:
        return self._replies.get()

    def stop(self) -> None:
        self._channel.end()
        self._thread.join()


def serve_inline(requests: Iterable[Message]) -> list[Message]:
    """The replies to some requests, answered in this thread by the same loop."""
    from latent_explorer.engine.loop import serve
    from latent_explorer.engine.model_service import ModelService

    replies: list[Message] = []
    channel: QueueChannel[Message, Message] = QueueChannel(replies.append, requests)
    channel.end()
    serve(channel, ModelService(channel.wake, run=lambda task: task()))
    return replies
