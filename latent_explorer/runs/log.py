"""What a run has reported, read back from its log."""

import csv
from collections.abc import Mapping

from latent_explorer.runs.folder import RunFolder
from latent_explorer.runs.report import Report


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
        train, test = _losses(row, "train_"), _losses(row, "test_")
        return Report(
            epoch=int(row["epoch"] or ""),
            step=int(row["step"] or ""),
            steps=steps,
            losses=train,
            test_losses=test or None,
            images_per_second=float(row["images_per_second"] or ""),
            seconds_left=0.0,
        )
    except (KeyError, ValueError):
        return None


def _losses(row: Mapping[str, str | None], prefix: str) -> dict[str, float]:
    """Those of one split by name; none where the row has none."""
    return {name.removeprefix(prefix): float(text) for name, text in row.items() if name.startswith(prefix) and text}
