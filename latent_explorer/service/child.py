"""A child process that serves this one."""

import os
import select
from contextlib import suppress
from typing import BinaryIO, Generic, cast

from latent_explorer.errors import ServiceError
from latent_explorer.service.codec import A, Conversation, Q, Unreadable
from latent_explorer.service.launch import Process, launch


class Child(Generic[Q, A]):
    """A process that `python -m module` runs; it ends when this process does, however that ends.

    heard: whether what it writes to its standard error is to be read from `complaints`. process: the one that `launch`
    has started already, if any.
    """

    def __init__(
        self, module: str, conversation: Conversation[Q, A], *, heard: bool = False, process: Process | None = None
    ) -> None:
        self._process = process or launch(module, heard=heard)
        self.pid = self._process.pid
        self.complaints = self._process.stderr
        self._conversation = conversation
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)

    def send(self, request: Q) -> None:
        """Ask. Raises OSError where the process is gone, ServiceError where the request is too large."""
        content = self._conversation.requests.encode(request)
        try:
            self._requests.write(content)
            self._requests.flush()
        except ValueError:  # the pipe was closed meanwhile
            raise BrokenPipeError(f"process {self.pid} takes no more requests") from None

    def offer(self, request: Q) -> bool:
        """Ask, if that surely takes no waiting; else nothing is done. Not while another thread sends."""
        if os.name == "nt":  # whose pipes do not say whether they have room
            return False
        content = self._conversation.requests.encode(request)
        if len(content) > select.PIPE_BUF or not select.select([], [self._requests], [], 0)[1]:
            return False
        os.write(self._requests.fileno(), content)  # whole: a pipe that says it is ready has room for PIPE_BUF bytes
        return True

    def receive(self) -> A | None:
        """Wait for the next reply; None once the process is gone.

        Raises ServiceError where what comes is too large, or no reply that is known: the process is broken then.
        """
        reply = self._conversation.replies.read(self._replies)
        if isinstance(reply, Unreadable):
            raise ServiceError(reply.reason)
        return reply

    def hang_up(self) -> None:
        """Say that no more requests will come; nothing may be sent afterwards."""
        with suppress(OSError):  # what was not yet sent has nowhere to go
            self._requests.close()

    def stop(self) -> None:
        """End it, now; returns when it is gone. May be called twice and from any thread."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Wait for its end, and let go of its pipes."""
        self._process.wait()
        self.hang_up()
        self._replies.close()
