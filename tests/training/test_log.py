"""What is logged of a run: whole rows, each report once, also after a kill."""

import csv
import os
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from latent_explorer.errors import UserError
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training import log
from latent_explorer.training.jobs import train_bundle

RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=5e-3, prior_warm_up=0.9, device="cpu", precision="float32")


def rows(job: Job) -> list[dict[str, str]]:
    with job.run.log.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_row_for_each_report(job: Job) -> None:
    reports = list(train_bundle(job))
    found = rows(job)
    assert [int(row["step"]) for row in found] == [report.step for report in reports]
    for row, report in zip(found, reports, strict=True):
        assert float(row["train_kl"]) == report.losses["kl"]
        assert float(row["images_per_second"]) == report.images_per_second
        assert float(row["learning_rate"]) == RECIPE.rate_at(report.step - 1, report.steps)
        assert float(row["prior"]) == RECIPE.prior_at(report.step - 1, report.steps)
        assert row["test_loss"] == ("" if report.test_losses is None else str(report.test_losses["loss"]))


def test_a_resumed_run_has_each_report_once(job: Job) -> None:
    token = Event()
    for report in train_bundle(job, token):
        if report.epoch == 2 and report.test_losses is None:
            token.set()
    with job.run.log.open("ab") as stream:
        stream.write(b"2,1")  # what a machine that lost power may leave
    list(train_bundle(replace(job, resume=True)))
    whole = replace(job, folder=job.folder.with_name("whole"))
    list(train_bundle(whole))
    timed = {"images_per_second"}
    assert [{name: row[name] for name in row.keys() - timed} for row in rows(job)] == [
        {name: row[name] for name in row.keys() - timed} for row in rows(whole)
    ]


def test_a_full_disk_leaves_whole_rows_and_the_state(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        """A file of which only a few bytes more fit on the disk, once it has a thousand."""

        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.stream, name)

        def write(self, content: bytes) -> int:
            return int(self.stream.write(content[:5] if self.stream.tell() > 1000 else content))

    opened = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *a, **k: (Full if path == job.run.log else lambda s: s)(opened(path, *a, **k))
    )
    with pytest.raises(UserError, match=r"log\.csv: the log could not be written: no space left"):
        list(train_bundle(job))
    monkeypatch.undo()
    assert job.run.log.read_bytes().endswith(b"\n")
    assert all(None not in row.values() and len(row) == 11 for row in rows(job))
    list(train_bundle(replace(job, resume=True)))
    assert int(rows(job)[-1]["epoch"]) == 3


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do anything")
def test_a_folder_without_permission_is_named(job: Job) -> None:
    job.folder.parent.mkdir()
    job.folder.parent.chmod(0o500)
    with pytest.raises(UserError, match=r"could not be written: Permission denied"):
        list(train_bundle(job))


def test_tensorboard_is_given_what_there_is() -> None:
    seen: list[tuple[str, float, int]] = []

    class Writer:
        def add_scalar(self, name: str, value: float, step: int) -> None:
            seen.append((name, value, step))

        def flush(self) -> None: ...

    log._add_events(Writer(), {"epoch": 1, "step": 4, "train_loss": 2.0, "test_loss": None, "beta": 1.0})
    assert seen == [("train/loss", 2.0, 4), ("beta", 1.0, 4)]


def test_event_files_are_written_where_the_extra_is_installed(job: Job) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    reports = list(train_bundle(job))
    events = EventAccumulator(str(job.run.events)).Reload()
    assert [event.value for event in events.Scalars("test/loss")] == pytest.approx(
        [report.test_losses["loss"] for report in reports if report.test_losses]
    )
    assert len(events.Scalars("train/kl")) == len(reports)


def test_without_the_extra_there_is_only_the_table(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "has_tensorboard", lambda: False)
    list(train_bundle(job))
    assert job.run.log.exists()
    assert not job.run.events.exists()
