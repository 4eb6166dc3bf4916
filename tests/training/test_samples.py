"""What is looked at all through a run: the same draws or images, and the classes of a generator's draws."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.runs import Job, Report, RunFolder, snapshots_of
from latent_explorer.runs.protocol import Begun, Progress
from latent_explorer.runs.report import read_log
from latent_explorer.runs.strip import read_strip, strips_of
from latent_explorer.training import recognising
from latent_explorer.training.classifier_net import Taught
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.samples import SEEN
from latent_explorer.training.stop_token import StopToken
from tests.nets.families import GAN, registered
from tests.training import test_families
from tests.training.test_families import job_in

RECIPE = test_families.RECIPE


@pytest.fixture(scope="module", autouse=True)
def known(briefly_taught: None) -> Iterator[None]:
    with registered(GAN):
        yield


@pytest.fixture(scope="module")
def ran(bars: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, list[Report], list[object]]:
    """A generator's run on two classes, with its reports and what it said."""
    job, said = job_in(tmp_path_factory.mktemp("ran"), bars, GAN.name), list[object]()
    reports = list(train_bundle(job, keep_bytes=10**8, say=said.append))
    return job.run, reports, said


Ran = tuple[RunFolder, list[Report], list[object]]


def test_the_shares_of_classes_are_reported_at_the_end_of_each_epoch(ran: Ran) -> None:
    _, reports, said = ran
    ends = [report for report in reports if report.test_losses is not None]
    assert all(report.coverage is not None for report in ends)
    for report in reports:
        if report.coverage is not None:
            assert list(report.coverage) == ["column", "row"]
            assert sum(report.coverage.values()) == pytest.approx(1)
    assert next(each for each in said if isinstance(each, Begun)).uncovered == ""


def test_they_are_in_the_log_and_read_from_it(ran: Ran) -> None:
    run, reports, _ = ran
    with run.log.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    last = reports[-1].coverage
    assert last is not None
    assert float(rows[-1]["share_row"]) == last["row"]
    assert float(rows[-1]["least_class_share"]) == min(last.values())
    assert float(rows[-1]["class_kl"]) >= 0
    assert [report.coverage for report in read_log(run)] == [report.coverage for report in reports]


def test_each_snapshot_has_the_same_draws_and_the_classes_that_they_show_then(ran: Ran) -> None:
    folders = snapshots_of(ran[0])
    found = [(read_config(folder), read_latents(folder)) for folder in folders]
    first = found[0][1]
    for config, latents in found:
        assert config.prior_samples == len(latents) == SEEN
        np.testing.assert_array_equal(latents.mean, first.mean)
        assert latents.label is not None
        assert config.moment is not None
        assert config.moment.coverage is not None
        assert config.moment.coverage["row"] == pytest.approx((latents.label == 1).mean())


def test_a_strip_is_kept_with_each_snapshot_and_the_last_report(ran: Ran) -> None:
    run, reports, _ = ran
    kept = {int(folder.name) for folder in snapshots_of(run)}
    assert set(strips_of(run)) == kept | {reports[-1].step}
    first, last = read_strip(run, 0), read_strip(run, reports[-1].step)
    assert first is not None
    assert last is not None
    assert first.samples
    assert first.pictures.shape == (2, 8, 6, 6, 1)
    assert (first.pictures != last.pictures).any()


def test_of_an_autoencoder_test_images_lie_above_their_reconstructions(job: Job, bars: Dataset) -> None:
    reports = list(train_bundle(job))
    assert all(report.coverage is None for report in reports)
    assert strips_of(job.run) == [reports[-1].step]
    strip = read_strip(job.run, reports[-1].step)
    assert strip is not None
    assert not strip.samples
    assert len(strip.pictures) == 2
    tested = bars.images[bars.indices("test")]
    assert all((tested == image).all((1, 2, 3)).any() for image in strip.pictures[0])


def test_without_labels_it_is_said_and_the_run_goes_on(bars: Dataset, tmp_path: Path) -> None:
    job, said = job_in(tmp_path, bars, GAN.name), list[object]()
    np.savez(tmp_path / "bars.npz", images=bars.images)
    reports = list(train_bundle(job, keep_bytes=10**8, say=said.append))
    assert next(each for each in said if isinstance(each, Begun)).uncovered == recognising.UNLABELLED
    assert all(report.coverage is None for report in reports)
    assert "share" not in job.run.log.read_text()
    assert read_latents(snapshots_of(job.run)[-1]).label is None
    assert strips_of(job.run)


def test_teaching_the_classifier_is_told_and_can_be_ended(
    bars: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, said = StopToken(), list[object]()

    def endless(*_: object) -> Iterator[Taught]:
        for step in range(1, 1000):
            if step == 3:
                token.stop(keep=False)
            yield Taught(step, 1000)

    monkeypatch.setattr(recognising, "classifier_steps", endless)
    job = job_in(tmp_path, bars, GAN.name)
    assert list(train_bundle(job, token, say=said.append)) == []
    told = [each for each in said if isinstance(each, Progress) and "teaching a classifier" in each.doing]
    assert [each.done for each in told] == [1]
    assert not job.run.path.exists()
    assert not job.folder.exists()


def test_a_resumed_run_reports_the_same_shares_and_keeps_the_same_strips(bars: Dataset, tmp_path: Path) -> None:
    jobs = [job_in(tmp_path / name, bars, GAN.name) for name in ("whole", "stopped")]
    list(train_bundle(jobs[0], keep_bytes=10**8))
    token = Event()
    for report in train_bundle(jobs[1], token, keep_bytes=10**8):
        if report.epoch == 2:
            token.set()
    list(train_bundle(replace(jobs[1], resume=True), keep_bytes=10**8))
    whole, resumed = ([(each.step, each.losses, each.coverage) for each in read_log(job.run)] for job in jobs)
    assert whole == resumed
    assert strips_of(jobs[0].run) == strips_of(jobs[1].run)
    for step in strips_of(jobs[0].run):
        assert jobs[0].run.strip(step).read_bytes() == jobs[1].run.strip(step).read_bytes()


def test_a_loss_that_is_not_finite_ends_the_run_with_the_last_good_epoch(
    bars: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_explorer.training.optimiser import Optimiser

    job, follow = job_in(tmp_path, bars, GAN.name), Optimiser._follow
    calls = iter(range(10**6))

    def spoiled(self, adam, loss, rate):  # type: ignore[no-untyped-def]
        follow(self, adam, loss * float("nan") if next(calls) == 33 else loss, rate)

    monkeypatch.setattr(Optimiser, "_follow", spoiled)
    reports = []
    with pytest.raises(TrainingError, match=r"no longer finite in epoch 3.*lower learning rate"):
        reports.extend(train_bundle(job, keep_bytes=10**8))
    config = read_config(job.folder)
    assert config.training.epochs == 2
    assert strips_of(job.run)
