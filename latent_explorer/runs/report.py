"""What a training run says of itself while it goes on, and as its log has it."""

import csv
from collections.abc import Mapping

import msgspec

from latent_explorer.runs.folder import RunFolder


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a training run after a step.

    epoch: 1..epochs. step, steps: done and planned in all. losses: mean over the steps since the last report, by name.
    test_losses: over the test split with the averaged weights at the end of an epoch, else None.
    images_per_second: since the run was begun or resumed. seconds_left: an estimate from it.
    """

    epoch: int
    step: int
    steps: int
    losses: dict[str, float]
    test_losses: dict[str, float] | None
    images_per_second: float
    seconds_left: float


def read_log(run: RunFolder) -> list[Report]:
    """The reports of a run as its CSV has them, without the time left; what is damaged of it is left out."""
    try:
        with run.log.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    steps = max((int(row["step"]) for row in rows if (row.get("step") or "").isdecimal()), default=0)
    return [report for row in rows if (report := _report(row, steps)) is not None]


def _report(row: Mapping[str, str | None], steps: int) -> Report | None:
    try:
        return Report(
            epoch=int(row["epoch"] or ""),
            step=int(row["step"] or ""),
            steps=steps,
            losses=_losses(row, "train_"),
            test_losses=_losses(row, "test_") or None,
            images_per_second=float(row["images_per_second"] or ""),
            seconds_left=0.0,
        )
    except (KeyError, ValueError):
        return None


def _losses(row: Mapping[str, str | None], prefix: str) -> dict[str, float]:
    return {name.removeprefix(prefix): float(text) for name, text in row.items() if name.startswith(prefix) and text}
