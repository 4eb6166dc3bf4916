"""The trainer process: a thread receives requests, and the main thread does one task after the other."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from latent_explorer.bundles import read_config
from latent_explorer.bundles.files import CONFIG
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Facts
from latent_explorer.data.opening import known_facts
from latent_explorer.runs.protocol import (
    Ask,
    Begin,
    Continue,
    Continued,
    Ended,
    Estimated,
    Failed,
    Filmed,
    MakeFilm,
    Pause,
    Paused,
    Reply,
    Reported,
    Request,
    Stop,
)
from latent_explorer.service.background import in_words
from latent_explorer.service.codec import Refused, Unreadable
from latent_explorer.training.distributed.devices import MemoryLackError
from latent_explorer.training.estimate import estimate, warm
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.stop_token import StopToken
from latent_explorer.training.throttling import OvertakenError, throttled

Send = Callable[[Reply], None]
FilmMaker = Callable[[MakeFilm, Send, StopToken], Path]
Task = tuple[Begin | MakeFilm, StopToken] | Ask


class Inbox:
    """The queue of tasks; messages for the current run reach it at once.

    send: sends replies; may be called from any thread.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._tasks: deque[tuple[Begin | MakeFilm, StopToken]] = deque()
        self._ask: Ask | None = None
        self._token: StopToken | None = None  # of the current run
        self._filming: StopToken | None = None

    def hear(self, request: Request | Unreadable) -> None:
        """Take a request."""
        with self._changed:
            token = self._token or self._filming
            match request:
                case Unreadable():
                    self._send(request)
                case Ask():
                    self._ask = request
                case Begin():
                    self._begin(request)
                case MakeFilm():
                    self._filming = StopToken()
                    self._tasks.append((request, self._filming))
                case Pause() if token is not None:
                    token.pause()
                case Continue() if token is not None:
                    token.go_on()
                case Stop() if token is not None:
                    token.stop(request.keep)
            self._changed.notify()

    def take(self) -> Task:
        """Wait for the next task: the oldest request; if there is none, the newest estimate."""
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or self._ask)
            if self._tasks:
                return self._tasks.popleft()
            asked, self._ask = self._ask, None
            assert asked is not None
            return asked

    def ended(self, token: StopToken) -> None:
        """The current task has ended: another run may start."""
        with self._changed:
            self._token = None if token is self._token else self._token
            self._filming = None if token is self._filming else self._filming

    def overtaken(self, source: str | None = None) -> bool:
        """Whether a newer or more urgent request makes the current estimate obsolete.

        source: of the dataset that is being read for it; a newer estimate on the same dataset does not interrupt
        reading.
        """
        with self._changed:
            return bool(self._tasks) or (self._ask is not None and self._ask.job.source != source)

    def _begin(self, request: Begin) -> None:
        if self._token is not None:
            self._send(Refused(number=0, reason="another run has not ended yet: stop it first, or wait"))
            return
        self._token = StopToken(lambda paused: self._send(Paused() if paused else Continued()))
        self._tasks.append((request, self._token))


def serve(inbox: Inbox, send: Send, make_film: FilmMaker) -> None:
    """Do tasks forever. make_film: makes films; passed in, as `film` is a package above this one."""
    warm()
    estimates = Estimates(inbox, send)
    while True:
        match inbox.take():
            case Ask() as ask:
                estimates.answer(ask)
            case task, token:
                last = film(task, token, send, make_film) if isinstance(task, MakeFilm) else train(task, token, send)
                inbox.ended(token)
                send(last)  # after this, the next run may be requested


class Estimates:
    """Estimates jobs; caches the facts of the last dataset."""

    def __init__(self, inbox: Inbox, send: Send) -> None:
        self._inbox, self._send = inbox, send
        self._source, self._facts, self._read = "", Facts((1, 1, 1), 0, 0), tuple[str, ...]()

    def answer(self, ask: Ask) -> None:
        """Send the estimate, or why the job cannot work; nothing if a newer request has arrived."""
        try:
            facts = self._facts_of(ask.job.source)
            found = estimate(ask.job, facts, self._inbox.overtaken)
        except OvertakenError:
            return
        except Exception as error:
            self._send(Refused(number=ask.number, reason=in_words(error)))
            return
        self._send(
            Estimated(
                number=ask.number,
                images=(facts.train, facts.images),
                remark=f"Training downloads {facts.download} first." if facts.download else "",
                download=facts.download,
                read=self._read if ask.job.source == self._source else (),
                **asdict(found),
            )
        )

    def _facts_of(self, source: str) -> Facts:
        if (known := known_facts(source)) is not None:
            return known
        if source != self._source:
            progress = throttled(f"reading {source}", self._send, partial(self._inbox.overtaken, source))
            dataset = open_dataset(source, progress=progress)
            self._facts, self._read = Facts.of(dataset), dataset.report.lines()
            self._source = source
        return self._facts


def train(begin: Begin, token: StopToken, send: Send) -> Ended | Failed:
    """Train one run to its end and send its reports. Returns the last reply, for the caller to send."""
    job, before = begin.job, _saved_at(begin.job.folder)
    try:
        for report in train_bundle(job, token, keep_bytes=begin.keep_bytes, say=send):
            snapshot = job.run.snapshot(report.step)
            send(Reported(report=report, snapshot=snapshot if snapshot.is_dir() else None))
    except Exception as error:
        kept = job.folder if _saved_at(job.folder) != before else None
        smaller = error.batch_size if isinstance(error, MemoryLackError) else None
        return Failed(reason=in_words(error), batch_size=smaller, bundle=kept)
    if _saved_at(job.folder) == before:
        return Ended(bundle=None, complete=False)
    some = read_config(job.folder).training.epochs > 0
    return Ended(bundle=job.folder, complete=some and not job.run.state.exists())  # a complete run needs no state


def film(request: MakeFilm, token: StopToken, send: Send, make_film: FilmMaker) -> Filmed | Refused:
    """Make a film and send its progress. Returns the last reply, for the caller to send."""
    try:
        return Filmed(number=request.number, file=make_film(request, send, token))
    except Exception as error:
        if token.is_set():
            return Filmed(number=request.number, file=None)
        return Refused(number=request.number, reason=in_words(error))


def _saved_at(folder: Path) -> int | None:
    """The time when the bundle in a folder was saved; None if there is none."""
    config = folder / CONFIG
    return config.stat().st_mtime_ns if config.exists() else None
