"""The output of commands: results on standard output, progress on standard error."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

from latent_explorer.safe_text import safe_json, safe_text


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON object. Raises ValueError if a number is not finite."""
    print(safe_json(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)), flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """Print a table; columns whose heading begins with a space are right-aligned."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for column in columns:
        table.add_column(column.strip(), justify="right" if column.startswith(" ") else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(safe_text, row))
    Console(markup=False, highlight=False).print(table)


def report(value: Mapping[str, object], text: str, as_json: bool) -> None:
    """Print a result, as JSON if requested, else as text."""
    if as_json:
        print_json(value)
    else:
        print(safe_text(text, word=255, most=10**5, keep="\n\t"))


def cell(value: str | float | None, digits: int = 4) -> str:
    """Format a cell: texts unchanged, integers with commas, floats with significant digits, None as a dash."""
    if isinstance(value, str | int):
        return value if isinstance(value, str) else f"{value:,}"
    return "-" if value is None else f"{value:.{digits}g}"


def tell_dataset(report: Any) -> None:
    """Print a DatasetReport on standard error."""
    for line in report.lines():
        print(safe_text(line, word=255), file=sys.stderr, flush=True)


class Display:
    """A progress bar that appears when something is shown, with texts on both sides and permanent lines above it.

    with_time_left: show the remaining time on the right instead of a text.
    """

    def __init__(self, *, with_time_left: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        last = TimeRemainingColumn() if with_time_left else TextColumn("{task.fields[state]}", markup=False)
        columns = TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), last
        self._progress = Progress(*columns, console=Console(stderr=True, highlight=False, markup=False))
        self._task = self._progress.add_task("", total=None, state="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress.live.is_started:  # otherwise only an error is shown
            self._progress.stop()

    def say(self, line: str) -> None:
        """Print a permanent line."""
        self._progress.console.print(safe_text(line, word=255), soft_wrap=True)

    def show(self, doing: str, done: int = 0, total: int = 0, state: str = "") -> None:
        """Update the bar; a total of 0 means unknown."""
        self._progress.start()
        self._progress.update(
            self._task, description=safe_text(doing), completed=done, total=total or None, state=state
        )

    def tell(self, told: Any) -> None:
        """Show a runs.protocol.Progress; Begun is shown with the first report."""
        if getattr(told, "lasting", False):
            self.say(told.doing)
        elif hasattr(told, "doing"):
            self.show(told.doing, told.done, told.total)

    def encoding(self, encoded: Any) -> None:
        """Show a training.publishing.streaming.Encoded."""
        done, total = encoded.images, encoded.all_images
        left = "" if encoded.seconds_left is None else f"{_time(encoded.seconds_left)} left"
        state = f"{done:,} of {total:,} images  {encoded.images_per_second:,.0f} images/s  {left}"
        self.show("encoding", done, total, state)

    def training(self, report: Any, followed: Collection[str] = ()) -> None:
        """Show a training.Report, with a line of all losses for each finished epoch.

        followed: the names of the losses on the bar; if empty, the first one.
        """
        from latent_explorer.runs.report import coverage_words

        covered = f"; classes of samples: {coverage_words(report.coverage)}" if report.coverage else ""
        if report.test_losses is not None:
            tested = f"; on the test images: {_text(report.test_losses)}"
            self.say(f"epoch {report.epoch}: {_text(report.losses)}{tested}{covered}")
        finished = report.step == report.steps and report.test_losses is not None
        shown = {name: loss for name, loss in report.losses.items() if name in followed}
        losses = _text(shown or dict([next(iter(report.losses.items()))]))
        state = f"{losses}  {report.images_per_second:,.0f} images/s  {_time(report.seconds_left)} left"
        doing = "evaluating and saving" if finished else f"epoch {report.epoch}"
        self.show(doing, report.step, report.steps, state)


def _time(seconds: float) -> timedelta:
    return timedelta(seconds=round(seconds))


def _text(losses: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in losses.items())
