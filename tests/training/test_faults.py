"""Bad input and a machine that fails: a clear error, and nothing lost."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from latent_explorer.bundles import check_bundle
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import DataError, TrainingError, UserError
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.learner import Learner
from latent_explorer.training.state import load_state

RECIPE = Recipe(epochs=2, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")


def picture(path: Path, mode: str, side: int = 6) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)).convert(mode).save(path)


def test_one_class_and_a_single_image_are_trained(job: Job, bars: Dataset, tmp_path: Path) -> None:
    for count in (30, 1):
        np.savez(
            tmp_path / "few.npz", images=bars.images[:count], labels=np.zeros(count, int), split=bars.split[:count]
        )
        few = replace(job, source=str(tmp_path / "few.npz"), folder=tmp_path / f"few-{count}")
        assert list(train_bundle(few))[-1].epoch == 2
        assert check_bundle(few.folder).dataset.count == count


def test_grey_and_colour_together_are_trained_in_colour(job: Job, tmp_path: Path) -> None:
    for number in range(20):
        picture(tmp_path / "mixed" / ("a" if number % 3 else "b") / f"{number}.png", "L" if number % 2 else "RGB")
    mixed = replace(job, source=str(tmp_path / "mixed"))
    list(train_bundle(mixed))
    assert check_bundle(mixed.folder).net.image_shape == (6, 6, 3)


def test_a_file_that_cannot_be_read_is_named_before_anything_is_written(job: Job, tmp_path: Path) -> None:
    for number in range(8):
        picture(tmp_path / "images" / "a" / f"{number}.png", "L")
    (tmp_path / "images" / "a" / "5.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"5\.png: expected an image"):
        list(train_bundle(replace(job, source=str(tmp_path / "images"))))
    assert not job.folder.parent.exists()


def failing_from(times: int, real: Callable[[int], None], code: int) -> Callable[[int], None]:
    def fsync(number: int) -> None:
        nonlocal times
        times -= 1
        if times < 0:
            raise OSError(code, os.strerror(code))
        real(number)

    return fsync


@pytest.mark.parametrize("writes", range(7))
def test_a_full_disk_loses_nothing_that_was_saved(job: Job, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """The disk is full from some write on: of the job, the log, the states of both epochs, the files of the bundle."""
    monkeypatch.setattr(os, "fsync", failing_from(writes, os.fsync, errno.ENOSPC))
    with pytest.raises(UserError, match="the disk is full"):
        list(train_bundle(job))
    monkeypatch.undo()
    assert not job.folder.exists()
    assert [path.name for path in job.folder.parent.iterdir() if path.name.startswith(".")] == []
    assert job.run.state.exists() == (writes >= 3)
    if writes >= 3:
        assert load_state(job.run.state)[0].epoch == min(writes - 2, 2)
        list(train_bundle(replace(job, resume=True)))
        assert check_bundle(job.folder).training.epochs == 2


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_made_is_named(job: Job, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(TrainingError, match=rf"out.*\.run: expected a folder that can be written.*{os.strerror(code)}"):
        list(train_bundle(job))


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to"),
    ],
)
def test_a_device_without_memory_offers_a_smaller_batch(
    job: Job, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    learn = Learner.learn

    def exhausted(self: Learner, indices: torch.Tensor, epoch: int, *rest: Any) -> Any:
        if epoch == 2:
            raise error
        return learn(self, indices, epoch, *rest)

    monkeypatch.setattr(Learner, "learn", exhausted)
    with pytest.raises(TrainingError, match=r"out of memory on cpu with batches of 16 images.*for instance 8"):
        list(train_bundle(job))
    assert check_bundle(job.folder).training.epochs == 1  # what had been learnt is kept


def test_other_faults_of_the_device_pass_unchanged(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("unspecified launch failure")

    monkeypatch.setattr(Learner, "learn", broken)
    with pytest.raises(RuntimeError, match="launch failure"):
        list(train_bundle(job))


def test_a_loss_that_is_not_finite_keeps_the_last_epoch_and_says_what_to_try(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Learner.learn

    def poisoned(self: Learner, indices: torch.Tensor, epoch: int, step: int, *rest: Any) -> Any:
        if step == 9:
            images = self.images.pixels.float()
            images[indices] = torch.nan
            self.images.pixels.data = images
        return learn(self, indices, epoch, step, *rest)

    monkeypatch.setattr(Learner, "learn", poisoned)
    with pytest.raises(TrainingError, match=r"epoch 2, step 10, .*lower learning rate"):
        list(train_bundle(job))
    assert check_bundle(job.folder).training.epochs == 1
    progress, parts = load_state(job.run.state)
    assert progress.epoch == 1
    assert all(np.isfinite(array).all() for arrays in parts.values() for array in arrays.values())


def test_a_state_of_other_shapes_is_refused_by_name(job: Job) -> None:
    reports = train_bundle(job)
    while next(reports).epoch < 2:
        pass
    reports.close()
    with safe_open(job.run.state, framework="np") as file:
        metadata = file.metadata()
    arrays = load_file(job.run.state)
    for name in ("model/encoder.1.weight", "average/decoder.0.bias", "optimiser/exp_avg"):
        save_file({**arrays, name: np.zeros((3, 5), np.float32)}, job.run.state, metadata)
        with pytest.raises(TrainingError, match=r"does not fit the network.*start this run again"):
            list(train_bundle(replace(job, resume=True)))
