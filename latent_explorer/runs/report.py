"""The reports of a training run, live and from its log."""

import csv
import itertools
import math
from collections.abc import Mapping, Sequence

import msgspec

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular
from latent_explorer.runs.folder import RunFolder
from latent_explorer.safe_text import safe_text

_BYTES = 1 << 24  # of a log: a hundred thousand rows
_ROWS = 10_000  # that are read of it
_COLUMNS = 100
_TERMS, _LETTERS = 32, 100  # of a loss, and of the name of each
_SHARE = "share_"

UNLABELLED = "The classes of the samples are not counted: these images have no labels."
"""Why a generator's run does not report class shares."""

MOST_CLASSES = 50
"""The maximum number of classes for which shares are reported."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a training run after a step.

    epoch: 1..epochs. step, steps: done and planned. losses: mean over the steps since the last report, by name.
    test_losses: over the test split with the averaged weights at the end of an epoch, else None.
    images_per_second: since the run was started or resumed. seconds_left: an estimate from it.
    coverage: the share of each class in pictures of draws from the prior, by name, as a classifier sees them; None if
    not measured.
    """

    epoch: int
    step: int
    steps: int
    losses: dict[str, float]
    test_losses: dict[str, float] | None
    images_per_second: float
    seconds_left: float
    coverage: dict[str, float] | None = None


def least_share(coverage: Mapping[str, float]) -> tuple[str, float]:
    """The class with the fewest samples, and its share in 0..1; the first of several."""
    name = min(coverage, key=coverage.__getitem__)
    return name, coverage[name]


def kl_to_uniform(coverage: Mapping[str, float]) -> float:
    """The KL divergence of class shares from equal shares, in nats: sum of p log(p k) over k classes."""
    return sum(share * math.log(share * len(coverage)) for share in coverage.values() if share > 0)


def coverage_words(coverage: Mapping[str, float]) -> str:
    """The least share and the KL divergence, in words."""
    name, share = least_share(coverage)
    return f"least {safe_text(name)} {share:.1%}, KL {kl_to_uniform(coverage):.3f}"


def coverage_columns(classes: Sequence[str]) -> tuple[str, ...]:
    """The log columns for the shares of these classes."""
    names = tuple(f"{_SHARE}{safe_text(name)[:_LETTERS]}" for name in classes)
    return names if len(set(names)) == len(names) else tuple(f"{_SHARE}{number}" for number in range(len(names)))


def read_log(run: RunFolder) -> list[Report]:
    """The reports in a run's CSV, without the time left; damaged lines are left out.

    At most 10,000 reports, evenly chosen.
    """
    try:
        lines = read_regular(run.log, _BYTES).decode().splitlines()
        if not lines or lines[0].count(",") > _COLUMNS:
            return []
        rows = csv.DictReader(_thinned(lines), restkey="")
        reports = [report for row in rows if (report := _report(row)) is not None]
    except (OSError, UserError, UnicodeDecodeError, csv.Error):
        return []
    steps = max((report.step for report in reports), default=0)
    return [msgspec.structs.replace(report, steps=steps) for report in reports]


def _thinned(lines: list[str]) -> list[str]:
    """The header and, if there are too many, evenly chosen rows including the last."""
    every = -(-len(lines) // _ROWS)
    return lines if every <= 1 else [lines[0], *lines[:0:-every][::-1]]


def _report(row: Mapping[str, str | None]) -> Report | None:
    try:
        return Report(
            epoch=_whole(row["epoch"], 1, 10**7),
            step=_whole(row["step"], 0, 10**12),
            steps=0,
            losses=_numbers(row, "train_"),
            test_losses=_numbers(row, "test_") or None,
            images_per_second=float(row["images_per_second"] or ""),
            seconds_left=0.0,
            coverage=_numbers(row, _SHARE, MOST_CLASSES) or None,
        )
    except (KeyError, ValueError):
        return None


def _whole(text: str | None, least: int, most: int) -> int:
    number = int(text or "")
    if not least <= number <= most:
        raise ValueError(text)
    return number


def _numbers(row: Mapping[str, str | None], prefix: str, most: int = _TERMS) -> dict[str, float]:
    """The non-empty columns with a prefix, without it."""
    named = ((name, text) for name, text in row.items() if name.startswith(prefix) and text)
    return {name.removeprefix(prefix)[:_LETTERS]: float(text) for name, text in itertools.islice(named, most)}
