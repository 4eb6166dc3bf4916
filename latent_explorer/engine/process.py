"""Starting an engine: in a process, in a thread, or inline."""

import queue
import threading
from collections.abc import Iterable
from typing import Protocol

from latent_explorer.engine.handlers import ENGINE
from latent_explorer.service.child import Child
from latent_explorer.service.codec import Numbered
from latent_explorer.service.server import QueueChannel


class Engine(Protocol):
    """A running engine; `service.child.Child` documents its methods.

    replaceable: whether it may be stopped and replaced by a new one if it does not answer.
    """

    replaceable: bool

    def send(self, request: Numbered) -> None: ...
    def offer(self, request: Numbered) -> bool: ...
    def receive(self) -> Numbered | None: ...
    def stop(self) -> None: ...


class ProcessEngine(Child[Numbered, Numbered]):
    """An engine in a separate process at low priority, which ends with this process."""

    replaceable = True

    def __init__(self) -> None:
        super().__init__("latent_explorer.engine", ENGINE)


class ThreadEngine:
    """The same loop in a thread of this process, for debugging and as a baseline of benchmarks."""

    replaceable = True

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
    """The replies to requests, answered by the same loop in the calling thread."""
    from latent_explorer.engine.loop import serve
    from latent_explorer.engine.model_service import ModelService

    replies: list[Numbered] = []
    channel: QueueChannel[Numbered, Numbered] = QueueChannel(replies.append, requests)
    channel.end()
    serve(channel, ModelService(channel.wake, run=lambda task: task()))
    return replies
