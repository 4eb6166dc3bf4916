"""What the trainer answers, without a process around it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from latent_explorer.bundles import check_bundle
from latent_explorer.data.dataset import Dataset
from latent_explorer.runs import Job, Recipe, unfinished
from latent_explorer.runs.protocol import Begin, Begun, Ended, Failed, Progress, Reported
from latent_explorer.service.codec import Message
from latent_explorer.training.learner import Learner
from latent_explorer.training.serve import train
from latent_explorer.training.stop_token import StopToken

RECIPE = Recipe(epochs=2, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")


class Heard:
    """What is said, and what is done to the run at some word."""

    def __init__(self, token: StopToken | None = None) -> None:
        self.said: list[Message] = []
        self.token = token or StopToken()

    def __call__(self, message: Message) -> None:
        self.said.append(message)
        self.hear(message)

    def hear(self, message: Message) -> None:
        pass

    def train(self, job: Job, keep_bytes: int = 0) -> Ended | Failed:
        return train(Begin(job=job, keep_bytes=keep_bytes), self.token, self)


class StopsAtTheEnd(Heard):
    """Discards the run while its bundle is being written."""

    def hear(self, message: Message) -> None:
        if isinstance(message, Progress) and message.doing.endswith("writing the bundle"):
            self.token.stop(keep=False)


class StopsAtOnce(Heard):
    """Keeps what there is, before there is anything."""

    def hear(self, message: Message) -> None:
        if isinstance(message, Begun):
            self.token.stop()


def test_the_order_in_which_a_run_is_told(job: Job) -> None:
    heard = Heard()
    assert heard.train(job) == Ended(bundle=job.folder, complete=True)
    read = [each.doing for each in heard.said if isinstance(each, Progress) and each.lasting]
    assert "images of" in read[0]
    assert "to train on" in read[1]
    kinds = [type(each) for each in heard.said[len(read) :]]
    assert kinds[0] is Begun
    assert kinds[-1] is Progress
    assert set(kinds[1:-1]) == {Reported}
    reports = [each for each in heard.said if isinstance(each, Reported)]
    assert all(each.snapshot is None for each in reports)
    assert reports[-1].report.test_losses is not None


def test_a_run_discarded_while_its_bundle_is_written_leaves_none(job: Job) -> None:
    assert StopsAtTheEnd().train(job) == Ended(bundle=None, complete=False)
    assert list(job.folder.parent.iterdir()) == []
    assert Heard().train(job).bundle == job.folder
    assert StopsAtTheEnd().train(replace(job, overwrite=True)).bundle == job.folder
    assert check_bundle(job.folder).training.epochs == 2  # one that was there before stays, though anew
    assert not job.run.path.exists()


def test_a_run_stopped_before_its_first_step_has_nothing_to_keep(job: Job) -> None:
    assert StopsAtOnce().train(job, keep_bytes=1 << 20) == Ended(bundle=None, complete=False)
    assert unfinished(job.folder.parent) == []


def test_a_loss_that_is_not_finite_fails_with_the_bundle_kept(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    learn = Learner.learn

    def poisoned(self: Learner, indices: torch.Tensor, epoch: int, step: int, *rest: Any) -> Any:
        if step == 9:
            images = self.images.pixels.float()
            images[indices] = torch.nan
            self.images.pixels.data = images
        return learn(self, indices, epoch, step, *rest)

    monkeypatch.setattr(Learner, "learn", poisoned)
    failed = Heard().train(job, keep_bytes=1 << 20)
    assert isinstance(failed, Failed)
    assert "no longer finite" in failed.reason
    assert (failed.bundle, failed.batch_size) == (job.folder, None)


def test_a_lack_of_memory_offers_half_the_batch(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    monkeypatch.setattr(Learner, "learn", exhausted)
    failed = Heard().train(job)
    assert isinstance(failed, Failed)
    assert (failed.batch_size, failed.bundle) == (8, None)


def test_what_nobody_foresaw_ends_the_run_and_not_the_trainer(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("unspecified launch failure")

    monkeypatch.setattr(Learner, "learn", broken)
    failed = Heard().train(job)
    assert isinstance(failed, Failed)
    assert "RuntimeError: unspecified launch failure" in failed.reason


def test_a_dataset_that_cannot_be_read_fails_before_anything_is_written(job: Job, tmp_path: Path) -> None:
    failed = Heard().train(replace(job, source=str(tmp_path / "nowhere")))
    assert isinstance(failed, Failed)
    assert "no dataset" in failed.reason
    assert not job.folder.parent.exists()


def test_reading_ends_when_the_run_is_stopped(job: Job, bars: Dataset, tmp_path: Path) -> None:
    from PIL import Image

    for number, image in enumerate(bars.images[:8]):
        (tmp_path / "images" / "a").mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[..., 0]).save(tmp_path / "images" / "a" / f"{number}.png")
    heard = Heard()
    heard.token.stop(keep=False)
    assert heard.train(replace(job, source=str(tmp_path / "images"))) == Ended(bundle=None, complete=False)
    assert heard.said == []
