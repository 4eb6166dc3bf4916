"""Starting an engine: in a process of its own, in a thread, or inline."""

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from latent_explorer.engine.handlers import ENGINE
from latent_explorer.service.child import Child
from latent_explorer.service.codec import Numbered
from latent_explorer.service.launch import Process
from latent_explorer.service.server import QueueChannel


class Engine(Protocol):
    """An engine that runs somewhere; `service.child.Child` says what its methods have to do."""

    def send(self, request: Numbered) -> None: ...
    def offer(self, request: Numbered) -> bool: ...
    def receive(self) -> Numbered | None: ...
    def stop(self) -> None: ...


class ProcessEngine(Child[Numbered, Numbered]):
    """An engine in a process of its own, at low priority, that ends when this process does.

    process: one that runs already, if any.
    """

    def __init__(self, process: Process | None = None) -> None:
        super().__init__("latent_explorer.engine", ENGINE, process=process)


def engines(first: Process | None) -> Callable[[], Engine]:
    """Starts engines, of which the first is the process that runs already, if any."""
    running = [first] if first is not None else []
    return lambda: ProcessEngine(running.pop() if running else None)


class ThreadEngine:
    """The same loop in a thread of this process: for debugging, and to measure against."""

    def __init__(self) -> None:
        self._replies: queue.SimpleQueue[Numbered | None] = queue.SimpleQueue()
        self._channel: QueueChannel[Numbered, Numbered] = QueueChannel(self._replies.put)
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        from latent_explorer.engine.loop import serve

        serve(self._channel)
        self._replies.put(None)

    def send(self, request: Numbered) -> None:
        self._channel.post(request)

    def offer(self, request: Numbered) -> bool:
        self.send(request)
        return True

    def receive(self) -> Numbered | None:
        return self._replies.get()

    def stop(self) -> None:
        self._channel.end()
        self._thread.join()


def serve_inline(requests: Iterable[Numbered]) -> list[Numbered]:
    """The replies to some requests, answered in this thread by the same loop."""
    from latent_explorer.engine.loop import serve
    from latent_explorer.engine.model_service import ModelService

    replies: list[Numbered] = []
    channel: QueueChannel[Numbered, Numbered] = QueueChannel(replies.append, requests)
    channel.end()
    serve(channel, ModelService(channel.wake, run=lambda task: task()))
    return replies
