"""Snapshots are taken, bounded, aligned, and never end a run."""

import os
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from latent_explorer.bundles import check_bundle, read_config, read_latents, read_tiles
from latent_explorer.charts import Turn, chart_for
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import BundleError
from latent_explorer.runs import Job, Recipe, RunFolder, snapshots_of
from latent_explorer.runs.folder import bytes_of
from latent_explorer.runs.protocol import Begun, Progress
from latent_explorer.session import open_bundle
from latent_explorer.training import samples, snapshots
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.samples import watched

RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")
KEEP = 1 << 26


def steps(run: RunFolder) -> list[int]:
    return [int(folder.name) for folder in snapshots_of(run)]


def test_the_untrained_network_each_report_of_the_first_epoch_and_each_epoch_are_kept(job: Job, bars: Dataset) -> None:
    said: list[Progress | Begun] = []
    reports = train_bundle(job, keep_bytes=KEEP, say=said.append)
    first = next(reports)
    assert [type(each) for each in said].count(Begun) == 1
    assert steps(job.run) == [0, first.step]
    ends = [report for report in reports if report.test_losses]
    assert steps(job.run) == [0, 1, 2, 3, 4, 5, 6, 12, 18]
    found = [check_bundle(folder) for folder in snapshots_of(job.run)]
    moments = [config.moment for config in found]
    assert [moment.epoch for moment in moments if moment] == [0, 1, 1, 1, 1, 1, 1, 2, 3]
    assert [moment.test_losses for moment in moments if moment and moment.test_losses] == [e.test_losses for e in ends]
    assert {config.training.epochs for config in found} == {0, 1, 2, 3}
    latents = read_latents(snapshots_of(job.run)[-1])
    assert latents.index is not None
    assert latents.index.tolist() == bars.indices("test").tolist()


@pytest.mark.parametrize("latent_dim", [2, 3])
def test_no_map_could_lie_nearer_to_the_one_before(job: Job, latent_dim: int) -> None:
    job = replace(job, latent_dim=latent_dim)
    list(train_bundle(job, keep_bytes=KEEP))
    maps = [open_bundle(folder).uv for folder in snapshots_of(job.run)]
    config = check_bundle(job.folder)
    index = read_latents(snapshots_of(job.run)[-1]).index
    assert index is not None
    maps.append(open_bundle(job.folder).uv[index])
    assert config.turn is not None
    turned = [Turn.between(after, before) for before, after in pairwise(maps)]
    np.testing.assert_allclose(turned, np.broadcast_to(np.eye(2).ravel(), (len(turned), 4)), atol=2e-3)
    tiles, opened = read_tiles(job.folder), open_bundle(job.folder)
    assert tiles is not None
    assert not np.allclose(
        tiles.latents, chart_for(opened.latents.mean).to_latent(opened.chart.to_plane(tiles.latents))
    )


def test_what_they_take_is_bounded_and_the_rest_lies_evenly(job: Job) -> None:
    job = replace(job, recipe=Recipe(epochs=12, batch_size=90, device="cpu", precision="float32"))
    list(train_bundle(job, keep_bytes=KEEP))
    one = max(map(bytes_of, snapshots_of(job.run)))
    assert len(steps(job.run)) == 13
    again = replace(job, overwrite=True)
    list(train_bundle(again, keep_bytes=int(5.5 * one)))
    kept = steps(job.run)
    assert sum(map(bytes_of, snapshots_of(job.run))) <= 5.5 * one
    assert len(kept) == 5
    assert (kept[0], kept[-1]) == (0, 12)
    assert max(np.diff(kept)) <= 6
    list(train_bundle(again))
    assert steps(job.run) == []


def test_a_resumed_run_goes_on_with_its_snapshots(job: Job) -> None:
    whole = replace(job, folder=job.folder.with_name("whole"))
    list(train_bundle(whole, keep_bytes=KEEP))
    token = Event()
    for report in train_bundle(job, token, keep_bytes=KEEP):
        if report.test_losses:
            token.set()
    assert steps(job.run) == [0, 1, 2, 3, 4, 5, 6]
    shutil.copytree(job.run.snapshot(6), job.run.snapshot(9))  # as if taken in an epoch that is trained anew
    (job.run.snapshots / ".00000010.half").mkdir()
    list(train_bundle(replace(job, resume=True), keep_bytes=KEEP))
    assert steps(job.run) == steps(whole.run)
    assert not list(job.run.snapshots.glob(".*"))
    for one, other in zip(snapshots_of(job.run), snapshots_of(whole.run), strict=True):
        assert read_config(one).turn == read_config(other).turn
        assert (one / "weights.safetensors").read_bytes() == (other / "weights.safetensors").read_bytes()


def test_a_snapshot_that_cannot_be_written_is_told_once_and_the_run_goes_on(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, *_: object) -> Path:
        raise BundleError(f"{folder} could not be written: {os.strerror(28)}")

    monkeypatch.setattr(snapshots, "save_snapshot", full)
    said: list[Progress | Begun] = []
    list(train_bundle(job, keep_bytes=KEEP, say=said.append))
    words = [each.doing for each in said if isinstance(each, Progress)]
    assert len([each for each in words if "No space left" in each]) == 1
    assert check_bundle(job.folder).turn is None


def test_of_many_test_images_some_are_watched_evenly(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "WATCHED", 7)
    assert watched(bars).tolist() == [90, 95, 100, 104, 109, 114, 119]
    untested = Dataset("bars", bars.images, None, (), np.zeros(120, np.uint8))
    assert watched(untested)[[0, -1]].tolist() == [0, 119]
