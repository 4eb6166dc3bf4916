"""The trainer's loop: one task after the other, in the main thread."""

from collections.abc import Callable
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
    Ended,
    Estimated,
    Failed,
    Filmed,
    MakeFilm,
    Reply,
    Reported,
)
from latent_explorer.service.background import in_words
from latent_explorer.service.codec import Refused
from latent_explorer.training.distributed.devices import MemoryLackError
from latent_explorer.training.estimate import estimate, warm
from latent_explorer.training.inbox import Inbox
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.stop_token import StopToken
from latent_explorer.training.throttle import ThrottledProgress

Send = Callable[[Reply], None]
FilmMaker = Callable[[MakeFilm, Send, StopToken], Path]


class OvertakenError(Exception):
    """Something else came that is newer or more urgent."""


def serve(inbox: Inbox, send: Send, make_film: FilmMaker) -> None:
    """Do what is asked, for ever. make_film: what makes films, from a room above this one."""
    warm()
    estimates = Estimates(inbox, send)
    while True:
        match inbox.take():
            case Ask() as ask:
                estimates.answer(ask)
            case task, token:
                last = film(task, token, send, make_film) if isinstance(task, MakeFilm) else train(task, token, send)
                inbox.ended(token)
                send(last)  # at which the next run may be asked for


class Estimates:
    """Answers what jobs would take; knows the facts of the last dataset asked about."""

    def __init__(self, inbox: Inbox, send: Send) -> None:
        self._inbox, self._send = inbox, send
        self._source, self._facts = "", Facts((1, 1, 1), 0, 0)

    def answer(self, ask: Ask) -> None:
        """Say what it would take, or why it cannot work; nothing where something else came meanwhile."""
        try:
            self._estimate(ask)
        except OvertakenError:
            return
        except Exception as error:
            self._send(Refused(number=ask.number, reason=in_words(error)))

    def _estimate(self, ask: Ask) -> None:
        facts = self._facts_of(ask.job.source)
        found = estimate(ask.job, facts, self._inbox.overtaken)
        if found is None:
            return
        self._send(
            Estimated(
                number=ask.number,
                seconds=found.seconds,
                memory=found.memory,
                weights=found.weights,
                device=found.device,
                images=(facts.train, facts.train + facts.test),
                remark="" if facts.at_hand else f"{ask.job.source} will be downloaded first.",
            )
        )

    def _facts_of(self, source: str) -> Facts:
        known = known_facts(source)
        if known is not None:
            return known
        if source != self._source:
            throttled = ThrottledProgress(f"reading {source}", self._send, partial(self._watch, source))
            self._facts = Facts.of(open_dataset(source, progress=throttled))
            self._source = source
        return self._facts

    def _watch(self, source: str) -> None:
        if self._inbox.overtaken(source):
            raise OvertakenError


def train(begin: Begin, token: StopToken, send: Send) -> Ended | Failed:
    """Train one run to its end, telling of it; the last reply is still to be sent."""
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
    """Make a film, telling of it; the last reply is still to be sent."""
    try:
        return Filmed(number=request.number, file=make_film(request, send, token))
    except Exception as error:
        if token.is_set():
            return Filmed(number=request.number, file=None)
        return Refused(number=request.number, reason=in_words(error))


def _saved_at(folder: Path) -> int | None:
    """When the bundle in a folder was saved; None where there is none."""
    config = folder / CONFIG
    return config.stat().st_mtime_ns if config.exists() else None
