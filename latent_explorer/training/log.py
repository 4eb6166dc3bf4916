"""The log of a run: a CSV, and TensorBoard's event files if that is installed."""

import csv
import importlib.util
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.runs.report import Report, coverage_columns, kl_to_uniform, least_share
from latent_explorer.training.state import RunState

WITHOUT_TENSORBOARD = "no TensorBoard files are written: for them, pip install latent-explorer[tensorboard]"
_MOST = 1 << 30  # bytes of a log: a row has about 200, and an epoch at most a hundred rows
_DIGITS = 9  # digits of an epoch


def has_tensorboard() -> bool:
    """Whether the extra `tensorboard` is installed."""
    return importlib.util.find_spec("tensorboard") is not None


def logged(
    reports: Iterator[Report],
    progress: RunState,
    table: Path,
    events: Path | None = None,
    classes: Sequence[str] = (),
) -> Iterator[Report]:
    """Yield `reports`, each after it is logged.

    progress: of the run at the start; later rows, of a run that was killed, are removed. table: the CSV; a kill leaves
    whole rows. events: the folder for TensorBoard; None for none. classes: those whose shares in samples some of the
    reports have. Raises UserError if either cannot be written.
    """
    _cut_back(table, progress.epoch)
    with _event_writer(events, progress.step) as writer:
        for report in reports:
            row = _row(report, progress) | _coverage(report, classes)
            _append(table, row)
            if writer is not None:
                _add_events(writer, row)
            yield report


def _cut_back(table: Path, epoch: int) -> None:
    """Keep the header and whole rows up to an epoch; for epoch 0, nothing of an earlier run."""
    try:
        lines = read_regular(table, _MOST).splitlines(keepends=True) if epoch else []
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise UserError(f"{table}: the log of this run cannot be read: {error.strerror}") from error
    kept = [line for line in lines[1:] if line.endswith(b"\n") and _is_within(line, epoch)]
    write_bytes_whole(table, b"".join(lines[:1] + kept), overwrite=True)


def _is_within(line: bytes, epoch: int) -> bool:
    number = line.partition(b",")[0]
    return number.isdigit() and len(number) <= _DIGITS and int(number) <= epoch


def _row(report: Report, progress: RunState) -> dict[str, float | None]:
    """The figures of a report by column: losses by name, None if missing; rate and prior factor of its last step."""
    tested, step = report.test_losses or dict.fromkeys(report.losses), report.step - 1
    return {
        "epoch": report.epoch,
        "step": report.step,
        **{f"train_{name}": value for name, value in report.losses.items()},
        **{f"test_{name}": tested[name] for name in report.losses},
        "images_per_second": report.images_per_second,
        "learning_rate": progress.recipe.rate_at(step, report.steps),
        "prior": progress.recipe.prior_at(step, report.steps),
    }


def _coverage(report: Report, classes: Sequence[str]) -> dict[str, float | None]:
    """The shares of classes by column, with the smallest and their divergence; empty if none are measured."""
    if not classes:
        return {}
    shares = report.coverage or dict[str, float]()
    known = {name: shares.get(each) for name, each in zip(coverage_columns(classes), classes, strict=True)}
    least, kl = (least_share(shares)[1], kl_to_uniform(shares)) if shares else (None, None)
    return {**known, "least_class_share": least, "class_kl": kl}


def _append(table: Path, row: Mapping[str, float | None]) -> None:
    """Append a row with one system call, so that a kill cannot truncate it; undone if the disk is full."""
    try:
        with table.open("ab", buffering=0) as stream:
            begin = stream.tell()
            text = _csv(row.values()) if begin else _csv(row) + _csv(row.values())
            if stream.write(text) != len(text):
                os.ftruncate(stream.fileno(), begin)
                raise OSError(0, "no space left on the disk")
    except OSError as error:
        raise UserError(
            f"{table}: the log could not be written: {error.strerror}; make room or choose another folder, "
            "then resume the run; nothing up to the last complete epoch is lost"
        ) from error


def _csv(row: Iterable[object]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(row)
    return stream.getvalue().encode()


@contextmanager
def _event_writer(events: Path | None, step: int) -> Iterator[Any]:
    if events is None or not has_tensorboard():
        yield None
        return
    from torch.utils.tensorboard import SummaryWriter

    try:
        writer = SummaryWriter(str(events), purge_step=step + 1)
    except OSError as error:
        raise UserError(f"{events}: the log could not be written: {error.strerror}") from error
    with closing(writer):
        yield writer


def _add_events(writer: Any, row: Mapping[str, float | None]) -> None:
    step = row["step"]
    for name, value in row.items():
        if value is not None and name not in ("epoch", "step"):
            writer.add_scalar(_tag(name), value, step)
    writer.flush()


def _tag(column: str) -> str:
    """The TensorBoard tag of a column, which groups columns of one kind."""
    kind, _, name = column.partition("_")
    return f"{kind}/{name}" if name and kind in ("train", "test", "share") else column
