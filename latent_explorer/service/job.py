"""One long task in a separate process: a request, reports until it is done, has failed or is cancelled."""

import os
import queue
import threading
from collections.abc import Callable, Generator
from typing import Any, Generic, Literal

from latent_explorer.errors import ServiceError
from latent_explorer.service.background import become_server, in_words
from latent_explorer.service.child import Child, Client, Lost
from latent_explorer.service.codec import LARGEST, Codec, Conversation, Message, Q, Unreadable
from latent_explorer.service.server import Server

GRACE = 2.0
"""Seconds for a job that is cancelled, or whose window is gone, to reach its next report and clean up."""


class JobEnded(Message, frozen=True, tag=True):
    """The last message of a job. reason: why it failed, for a person to read."""

    outcome: Literal["done", "failed", "cancelled"]
    reason: str = ""


def job_conversation(request: type[Q], reports: Any, largest: int = LARGEST) -> Conversation[Q, Any]:
    """The messages to and from a job. reports: a Message or a union of them; the last may hold the result."""
    return Conversation(Codec(request, largest), Codec(reports | JobEnded, largest))


class BackgroundJob(Generic[Q]):
    """A running job; starts at once.

    module: for `python -m`, calls `serve_job` with the same conversation. on_report: called in a thread of the client,
    maybe before this returns, with each report and at the end with JobEnded, unless `close` was called.
    """

    def __init__(
        self, module: str, conversation: Conversation[Q, Any], request: Q, on_report: Callable[[Any], None]
    ) -> None:
        self._on_report, self._module = on_report, module
        self._cancelled = self._ended = False
        self._client = Client(module, conversation, self._take)
        child = self._client.warm()
        # a large request waits for the process to read it, which the window must not
        self._sending = threading.Thread(target=self._send, args=(child, request), name="request", daemon=True)
        self._sending.start()

    @property
    def pid(self) -> int | None:
        """The id of its process; None once that is gone."""
        return self._client.pid

    def cancel(self) -> None:
        """Let it end at its next report, at the latest after GRACE; JobEnded follows. Returns at once."""
        self._cancelled = True
        if self._sending.is_alive():
            self._client.kill()
        else:
            self._client.hang_up()

    def close(self) -> None:
        """End it now; returns when no more callbacks will come."""
        self._client.close()
        self._sending.join()

    def _send(self, child: Child[Q, Any], request: Q) -> None:
        try:
            child.send(request)
        except OSError:
            pass  # the receiving thread tells
        except ServiceError as error:
            self._take(JobEnded("failed", str(error)))
            child.stop()

    def _take(self, report: Any) -> None:
        if self._ended:
            return  # its process leaves
        if isinstance(report, Lost):
            words = f"{self._module} stopped unexpectedly" + (f": {report.reason}" if report.reason else "")
            report = JobEnded("cancelled") if self._cancelled else JobEnded("failed", words)
        self._ended = isinstance(report, JobEnded)
        self._on_report(report)


Work = Callable[[Q], Generator[Any, None, None]]


def serve_job(name: str, conversation: Conversation[Q, Any], work: Work[Q], niceness: int = 19) -> None:
    """Do the one job that this process was started for, and exit. Call it before importing anything heavy.

    work: yields reports, and is closed at one of them if the job is cancelled; a person reads its UserErrors.
    """
    cancelled, asked = threading.Event(), queue.SimpleQueue[Q | Unreadable | None]()

    def at_end() -> None:
        if not cancelled.is_set():
            cancelled.set()
            asked.put(None)
            watchdog = threading.Timer(GRACE, os._exit, (1,))
            watchdog.daemon = True
            watchdog.start()

    server = Server(conversation, become_server(name, niceness), at_end)
    server.listen(asked.put)
    request = asked.get()
    if isinstance(request, Unreadable):
        server.send(JobEnded("failed", request.reason))
    elif request is not None:
        server.send(_done(work, request, server.send, cancelled))
    os._exit(0)  # the thread that reads would otherwise be waited for


def _done(work: Work[Q], request: Q, send: Callable[[Any], None], cancelled: threading.Event) -> JobEnded:
    try:
        reports = work(request)
        for report in reports:
            if not cancelled.is_set():
                send(report)
            if cancelled.is_set():
                reports.close()
                return JobEnded("cancelled")
    except Exception as error:
        return JobEnded("failed", in_words(error))
    return JobEnded("done")
