"""The trainer as a process: begun, paused, stopped, left alone and killed."""

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import pytest

from latent_explorer.bundles import check_bundle
from latent_explorer.runs import Job, Recipe, snapshots_of, unfinished
from latent_explorer.runs.protocol import (
    MODULE,
    TRAINER,
    Begin,
    Begun,
    Continue,
    Continued,
    Ended,
    Failed,
    Pause,
    Paused,
    Reported,
    Stop,
)
from latent_explorer.service.child import Client, Lost
from latent_explorer.service.codec import Message, Refused

pytestmark = pytest.mark.long

RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")
KEEP = 1 << 26
_LONG = 180.0
_M = TypeVar("_M", bound=Message | Lost)


class Trainer:
    """A client whose replies are waited for."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Message | Lost] = queue.Queue()
        self.client = Client(MODULE, TRAINER, self.heard.put)
        self.send = self.client.send

    def next(self, *kinds: type[_M]) -> _M:
        """The next reply of some kinds; what comes before it is dropped, unless the run has failed."""
        while True:
            reply = self.heard.get(timeout=_LONG)
            if isinstance(reply, kinds):
                return reply
            assert not isinstance(reply, Failed | Lost), reply

    def kill(self) -> None:
        assert self.client.pid is not None
        os.kill(self.client.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.client.close()


def endless(job: Job) -> Job:
    return replace(job, recipe=Recipe(epochs=10**6, batch_size=16, device="cpu", precision="float32"))


def test_a_run_is_told_of_from_its_beginning_to_its_end(trainer: Trainer, job: Job) -> None:
    trainer.send(Begin(job=job, keep_bytes=KEEP))
    begun = trainer.next(Begun)
    assert (begun.run, begun.steps, begun.per_epoch, begun.device) == (job.run.path, 18, 6, "cpu")
    assert snapshots_of(job.run)[0].name == "00000000"
    first = trainer.next(Reported)
    assert first.snapshot == job.run.snapshot(first.report.step)
    assert trainer.next(Ended) == Ended(bundle=job.folder, complete=True)
    assert check_bundle(job.folder).training.epochs == 3
    trainer.send(Begin(job=job, keep_bytes=0))
    assert "already holds a bundle" in trainer.next(Failed).reason


def test_a_paused_run_stands_still_and_is_gone_on_with(trainer: Trainer, job: Job) -> None:
    trainer.send(Begin(job=endless(job), keep_bytes=0))
    trainer.next(Reported)
    trainer.send(Pause())
    trainer.next(Paused)
    assert trainer.heard.empty()
    trainer.send(Begin(job=job, keep_bytes=0))
    assert "another run" in trainer.next(Refused).reason
    trainer.send(Continue())
    trainer.next(Continued)
    while trainer.next(Reported).report.epoch < 2:
        pass
    trainer.send(Pause())
    trainer.next(Paused)
    trainer.send(Stop(keep=True))
    ended = trainer.next(Ended, Continued)
    assert ended == Ended(bundle=job.folder, complete=False)
    assert check_bundle(job.folder).training.epochs >= 1
    assert [each.job.folder for each in unfinished(job.folder.parent)] == [job.folder]


def test_what_is_discarded_leaves_nothing(trainer: Trainer, job: Job) -> None:
    trainer.send(Begin(job=endless(job), keep_bytes=KEEP))
    trainer.next(Reported)
    trainer.send(Stop(keep=False))
    assert trainer.next(Ended) == Ended(bundle=None, complete=False)
    assert list(job.folder.parent.iterdir()) == []


def test_a_killed_trainer_is_told_of_and_its_run_ends_as_if_nothing_had_happened(trainer: Trainer, job: Job) -> None:
    whole = replace(job, folder=job.folder.with_name("whole"))
    trainer.send(Begin(job=whole, keep_bytes=KEEP))
    trainer.next(Ended)
    trainer.send(Begin(job=job, keep_bytes=KEEP))
    while trainer.next(Reported).report.epoch < 2:
        pass
    trainer.kill()
    while not isinstance(reply := trainer.heard.get(timeout=_LONG), Lost):
        assert not isinstance(reply, Ended)
    (left,) = unfinished(job.folder.parent)
    assert left.epochs >= 1
    trainer.send(Begin(job=left.job, keep_bytes=KEEP))
    assert trainer.next(Ended).complete
    for name in ("weights.safetensors", "latents.safetensors"):
        assert (job.folder / name).read_bytes() == (whole.folder / name).read_bytes()
    assert [each.name for each in snapshots_of(job.run)] == [each.name for each in snapshots_of(whole.run)]


def test_a_trainer_ends_with_its_window_and_loses_nothing_that_was_saved(job: Job) -> None:
    command = [sys.executable, "-m", MODULE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(TRAINER.requests.encode(Begin(job=endless(job), keep_bytes=KEEP)))
        process.stdin.flush()
        while reply := TRAINER.replies.read(process.stdout):
            if isinstance(reply, Reported) and reply.report.epoch == 3:
                break
        process.stdin.close()
        for _ in process.stdout:
            pass
        assert process.wait(_LONG) == 0
    (left,) = unfinished(job.folder.parent)
    assert left.epochs >= 2


def test_a_request_that_no_trainer_knows_is_refused_and_the_trainer_lives_on(trainer: Trainer) -> None:
    class Sing(Message, frozen=True, tag=True):
        number: int

    trainer.send(Sing(number=7))  # type: ignore[arg-type]
    assert "'Sing'" in trainer.next(Refused).reason
    trainer.send(Sing(number=8))  # type: ignore[arg-type]
    assert trainer.next(Refused).number == 8
