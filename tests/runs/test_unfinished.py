"""Runs that were stopped or killed are found again, and what is damaged is left out."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import save_file

from latent_explorer.errors import TrainingError, UserError
from latent_explorer.places import find_bundle, models_folder, trained_folder
from latent_explorer.runs import Job, Recipe, keep_job, kept_job, unfinished


@pytest.fixture
def job(tmp_path: Path) -> Job:
    job = Job("mnist", tmp_path / "one", hidden=(8, 4), recipe=Recipe(epochs=9, seed=3), remark="a trial")
    save(job, epoch=4)
    return job


def save(job: Job, epoch: int) -> None:
    job.run.path.mkdir()
    keep_job(job)
    metadata = {"progress": msgspec.json.encode({"epoch": epoch, "step": 70}).decode()}
    save_file({"model/w": np.zeros(3, np.float32)}, job.run.state, metadata)


def test_a_job_is_read_as_it_was_kept(job: Job) -> None:
    assert kept_job(job.run) == job
    with pytest.raises(TypeError, match="expected a path"):
        keep_job(replace(job, recipe=object()))  # type: ignore[arg-type]


def test_the_latest_comes_first_and_goes_on_where_it_lies(job: Job, tmp_path: Path) -> None:
    other = replace(job, folder=tmp_path / "two")
    save(other, epoch=5)
    os.utime(job.run.state, (0, 0))
    first, second = unfinished(tmp_path)
    assert (first.job, first.epochs) == (replace(other, resume=True), 5)
    assert (second.job.folder, second.epochs) == (job.folder, 4)
    moved = tmp_path / "moved"
    moved.mkdir()
    job.run.path.rename(moved / "renamed.run")
    (found,) = unfinished(moved)
    assert found.job == replace(job, folder=moved / "renamed", resume=True)


@pytest.mark.parametrize("name", ["job.json", "state.safetensors"])
@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe" * 40, b"[" * 200_000, None])
def test_what_is_damaged_or_missing_is_left_out(job: Job, tmp_path: Path, name: str, damage: bytes | None) -> None:
    path = job.run.path / name
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert unfinished(tmp_path) == []
    if name == "job.json":
        with pytest.raises(TrainingError, match=r"job\.json: expected the settings of a run"):
            kept_job(job.run)


def test_a_recipe_out_of_range_is_damage_too(job: Job, tmp_path: Path) -> None:
    job.run.job.write_bytes(job.run.job.read_bytes().replace(b'"epochs": 9', b'"epochs": -9'))
    assert unfinished(tmp_path) == []


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert unfinished(tmp_path / "nowhere") == []


def test_a_bundle_trained_in_the_window_is_found_by_its_name_after_the_shipped_ones() -> None:
    mine, shipped = trained_folder() / "mine", trained_folder() / "mnist-vae-2d"
    for folder in (mine, shipped):
        folder.mkdir(parents=True)
        (folder / "config.json").touch()
    assert find_bundle("mine") == mine
    assert find_bundle("mnist-vae-2d") == models_folder() / "mnist-vae-2d"
    with pytest.raises(UserError, match=r"mnist-vae-2d.*or one of your own \(mine, mnist-vae-2d\)"):
        find_bundle("nothing")
