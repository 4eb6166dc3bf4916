"""Starting an engine: in a process of its own, in a thread, or inline."""

import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import BinaryIO, Protocol, cast

from latent_explorer.engine import protocol
from latent_explorer.engine.channel import QueueChannel
from latent_explorer.engine.protocol import Reply, Request


class Engine(Protocol):
    """An engine that runs somewhere."""

    def send(self, request: Request) -> None:
        """Ask. Raises OSError where the engine is gone."""
        ...

    def offer(self, request: Request) -> bool:
        """Ask, if that surely takes no waiting; else nothing is done. Not while another thread sends."""
        ...

    def receive(self) -> Reply | None:
        """Wait for the next reply; None once the engine is gone."""
        ...

    def stop(self) -> None:
        """End it, now; returns when it is gone. May be called twice and from any thread."""
        ...


class ProcessEngine:
    """An engine in a process of its own, at low priority, that ends when this process does."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "latent_explorer.engine"]
        low = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows; elsewhere the engine is nice itself
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=low)
        self.pid = self._process.pid
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)

    def send(self, request: Request) -> None:
        protocol.write(self._requests, request)

    def offer(self, request: Request) -> bool:
        if os.name == "nt":  # whose pipes do not say whether they have room
            return False
        content = protocol.encoded(request)
        if len(content) > select.PIPE_BUF or not select.select([], [self._requests], [], 0)[1]:
            return False
        os.write(self._requests.fileno(), content)  # whole: a pipe that says it is ready has room for PIPE_BUF bytes
        return True

    def receive(self) -> Reply | None:
        return protocol.read_reply(self._replies)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class ThreadEngine:
    """The same loop in a thread of this process: for debugging, and to measure against."""

    def __init__(self) -> None:
        self._replies: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._channel = QueueChannel(self._replies.put)
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        from latent_explorer.engine.loop import serve

        serve(self._channel)
        self._replies.put(None)

    def send(self, request: Request) -> None:
        self._channel.post(request)

    def offer(self, request: Request) -> bool:
        self.send(request)
        return True

    def receive(self) -> Reply | None:
        return self._replies.get()

    def stop(self) -> None:
        self._channel.end()
        self._thread.join()


def serve_inline(requests: Iterable[Request]) -> list[Reply]:
    """The replies to some requests, answered in this thread by the same loop."""
    from latent_explorer.engine.desk import Desk
    from latent_explorer.engine.loop import serve

    replies: list[Reply] = []
    channel = QueueChannel(replies.append, requests)
    channel.end()
    serve(channel, Desk(channel.post, run=lambda task: task()))
    return replies
