"""The window's side of the conversation with the trainer; free of Qt and of torch."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, cast

from latent_explorer.runs import protocol
from latent_explorer.runs.protocol import Reply, Request

_log = logging.getLogger(__name__)
_COMMAND = (sys.executable, "-m", "latent_explorer.film")
_PATIENCE = 5.0  # seconds that the threads of a trainer that is gone may take to end


@dataclass(frozen=True)
class TrainerLost:
    """The trainer's process is gone, though nobody ended it. reason: the last that it said, may be empty."""

    reason: str


Heard = Reply | TrainerLost


class TrainerClient:
    """Sends requests to a trainer, a process that is started with the first of them and again after it was lost.

    on_reply: called with each reply and with TrainerLost, in the receiving thread. command: what starts a trainer.
    """

    def __init__(self, on_reply: Callable[[Heard], None], command: tuple[str, ...] = _COMMAND) -> None:
        self._on_reply, self._command = on_reply, command
        self._changing = threading.Lock()
        self._process: _TrainerProcess | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process that runs now; None while there is none."""
        with self._changing:
            return None if self._process is None else self._process.pid

    def warm(self) -> None:
        """Start the process if there is none, so that the first answer comes soon."""
        with self._changing:
            self._start()

    def send(self, request: Request) -> None:
        """Ask. What is sent to a trainer that dies is answered by TrainerLost."""
        with self._changing:
            self._start().send(request)

    def close(self) -> None:
        """End the process, now: what a run has saved is whole. Returns when nothing will be called any more."""
        with self._changing:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _start(self) -> "_TrainerProcess":
        if self._process is None:
            self._process = _TrainerProcess(self._command, self._on_reply, self._lost)
        return self._process

    def _lost(self, process: "_TrainerProcess", reason: str) -> None:
        with self._changing:
            if self._process is not process:
                return
            self._process = None
        self._on_reply(TrainerLost(reason))


class _TrainerProcess:
    """One process, with a thread for what it answers and one for what it complains of."""

    def __init__(
        self,
        command: tuple[str, ...],
        on_reply: Callable[[Reply], None],
        on_end: Callable[["_TrainerProcess", str], None],
    ) -> None:
        low = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows; elsewhere the trainer is nice itself
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, creationflags=low)
        self.pid = self._process.pid
        self._on_reply, self._on_end = on_reply, on_end
        self._last_words = ""
        self._complaining = threading.Thread(target=self._hear_complaints, name="trainer complaints", daemon=True)
        self._receiving = threading.Thread(target=self._receive, name="trainer receiver", daemon=True)
        self._complaining.start()
        self._receiving.start()

    def send(self, request: Request) -> None:
        try:
            protocol.write(cast(BinaryIO, self._process.stdin), request)
        except OSError:
            _log.info("the trainer is gone; the receiving thread tells")

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._hang_up()
        for thread in (self._receiving, self._complaining):
            if thread is not threading.current_thread():
                thread.join(_PATIENCE)

    def _hang_up(self) -> None:
        with suppress(OSError):  # what was not yet sent has nowhere to go
            cast(BinaryIO, self._process.stdin).close()

    def _receive(self) -> None:
        with cast(BinaryIO, self._process.stdout) as stream:
            for reply in protocol.replies(stream):
                self._on_reply(reply)
        self._process.wait()
        self._complaining.join(_PATIENCE)
        self._hang_up()
        self._on_end(self, self._last_words)

    def _hear_complaints(self) -> None:
        with cast(BinaryIO, self._process.stderr) as stream:
            for line in stream:
                words = line.decode(errors="replace").strip()
                if words:
                    self._last_words = words
                    _log.warning("%s", words)
