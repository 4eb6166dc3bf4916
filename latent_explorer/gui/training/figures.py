"""The figures of runs and bundles as series, tables and text; free of Qt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from latent_explorer.bundles import BundleConfig, read_config
from latent_explorer.errors import UserError
from latent_explorer.places import bundles_in, shipped_bundles
from latent_explorer.runs import Report
from latent_explorer.runs.protocol import Estimated
from latent_explorer.runs.settings import loss_labels

_HOUR, _DAY = 3600, 86_400
_LARGEST = 1e30  # maximum of a loss that is shown


# -- texts


def duration(seconds: float) -> str:
    """A duration in seconds as text, with at most two units."""
    whole = round(seconds)
    if whole < 1:
        return "under a second"
    if whole < 60:
        return f"{whole} s"
    if whole >= _DAY:
        return f"{whole / _DAY:.1f} days"
    large, small = ("min", "s") if whole < _HOUR else ("h", "min")
    most, rest = divmod(whole if whole < _HOUR else round(whole / 60), 60)
    return f"{most} {large} {rest} {small}" if rest else f"{most} {large}"


def estimate(known: Estimated) -> str:
    """The estimate of a run as text."""
    millions, gigabytes = known.weights / 1e6, known.memory / 2**30
    weights = f"{millions:.1f} million" if millions >= 0.1 else f"{known.weights:,}"
    memory = f"{gigabytes:.1f} GB" if gigabytes >= 0.1 else f"{max(1, round(known.memory / 2**20))} MB"
    return (
        f"About {duration(known.seconds)} on {known.device}, {memory} of memory. "
        f"{weights} weights, trained on {known.images[0]:,} of {known.images[1]:,} images. {capital(known.remark)}"
    ).strip()


def capital(sentence: str) -> str:
    """A sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def term(name: str) -> str:
    """The label of a loss term."""
    return loss_labels().get(name, name)


def figure(value: float) -> str:
    """A loss as text, with a useful precision."""
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


# -- the losses of a run over its epochs


@dataclass
class Series:
    """One loss term on one split. at: in epochs, ascending."""

    at: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        """Add a value, unless it is before the last one."""
        if not self.at or at > self.at[-1]:
            self.at.append(at)
            self.values.append(value)

    def near(self, epoch: float) -> float:
        """The value nearest to an epoch."""
        return self.values[int(np.abs(np.array(self.at) - epoch).argmin())]


@dataclass
class History:
    """All reports of a run. train, test: by the name of the term."""

    train: dict[str, Series] = field(default_factory=dict)
    test: dict[str, Series] = field(default_factory=dict)

    @property
    def terms(self) -> list[str]:
        """The names of the terms, in order of appearance."""
        return list(self.train)

    @property
    def last(self) -> float:
        """The epoch of the last report; 0 before the first."""
        return max((series.at[-1] for series in self.train.values()), default=0.0)

    def take(self, report: Report, per_epoch: int) -> None:
        """Add a report, unless its step is known. per_epoch: steps per epoch."""
        at = report.step / max(1, per_epoch)
        for split, losses in ((self.train, report.losses), (self.test, report.test_losses or {})):
            for name, value in losses.items():
                if abs(value) <= _LARGEST:  # also excludes infinity and NaN
                    split.setdefault(name, Series()).add(at, value)

    def after(self, reports: Iterable[Report], per_epoch: int) -> "History":
        """A copy with earlier reports."""
        whole = History()
        for report in reports:
            whole.take(report, per_epoch)
        for mine, theirs in ((self.train, whole.train), (self.test, whole.test)):
            for name, series in mine.items():
                for at, value in zip(series.at, series.values, strict=True):
                    theirs.setdefault(name, Series()).add(at, value)
        return whole

    def words_at(self, epoch: float, terms: list[str]) -> str:
        """The values of terms nearest to an epoch, as text."""
        said = [f"Epoch {min(epoch, self.last):.1f}"] if terms else []
        for name in terms:
            splits = (("train", self.train), ("test", self.test))
            values = [f"{figure(split[name].near(epoch))} {word}" for word, split in splits if name in split]
            said.append(f"{term(name)} {', '.join(values)}")
        return " · ".join(said)


# -- all bundles of one dataset, from their configurations


@dataclass(frozen=True)
class Column:
    """A figure of bundles. name: in their metrics, or "minutes". least: whether less is better; None for neither.

    width: in pixels. shown: formats a value.
    """

    name: str
    label: str
    sentence: str
    least: bool | None
    width: int
    shown: Callable[[float], str] = lambda value: f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"

    def text(self, value: float | None) -> str:
        """A value as text."""
        return "–" if value is None else self.shown(value)


def _mse(value: float) -> str:
    return f"{value:.4f}".lstrip("0")


COLUMNS = (
    Column("negative_elbo", "−ELBO", "Negative ELBO in nats per test image. Lower is better.", True, 48),
    Column("mse", "MSE", "Mean squared error per pixel of the reconstructions. Lower is better.", True, 46, _mse),
    Column(
        "knn10_accuracy",
        "10-NN",
        "How often the ten nearest images predict the class. Higher is better.",
        False,
        52,
        "{:.1%}".format,
    ),
    Column(
        "least_class_share",
        "Least",
        "The share of the class that a classifier sees least often in draws. Higher is better.",
        False,
        48,
        "{:.1%}".format,
    ),
    Column(
        "class_kl",
        "KL",
        "How far the shares of classes in draws are from equal ones, in nats. Lower is better.",
        True,
        42,
        "{:.3f}".format,
    ),
    Column("minutes", "min", "Minutes of training, on the machine that was used.", None, 36),
)


_OF_DRAWS, _OF_LATENTS = ("least_class_share", "class_kl"), ("negative_elbo", "knn10_accuracy")


@dataclass(frozen=True)
class Entry:
    """One bundle. values: by column name; None if not measured."""

    folder: Path
    name: str
    kind: str
    values: dict[str, float | None]

    def compares(self, column: Column) -> bool:
        """Whether a column applies to it: generators are compared by draws, others by latents."""
        drawn = any(self.values[name] is not None for name in _OF_DRAWS)
        return column.name not in (_OF_LATENTS if drawn else _OF_DRAWS)


def entries(
    dataset: str, trained: Path, also: Iterable[Path] = (), check: Callable[[], None] = lambda: None
) -> list[Entry]:
    """The included bundles of a dataset and those in the folder `trained`, best test figures first.

    also: other bundles to compare with. Broken ones are skipped; opening reports the error. check: called before each;
    its exceptions pass through.
    """
    found = []
    for folder in dict.fromkeys([*bundles_in(trained), *shipped_bundles(), *also]):
        check()
        try:
            config = read_config(folder)
        except UserError:
            continue
        if config.dataset.name == dataset:
            found.append(_entry(folder, config))
    return sorted(found, key=lambda entry: (entry.kind, entry.values["mse"] or 0.0, entry.name))


def _entry(folder: Path, config: BundleConfig) -> Entry:
    values = {column.name: config.metrics.get(column.name) for column in COLUMNS}
    values["minutes"] = config.training.minutes
    return Entry(folder, config.name, f"{config.net.family.upper()}, {config.net.latent_dim}d", values)


def best(entries: list[Entry], column: Column) -> float | None:
    """The best value of a column; None if there is none, or no order."""
    values = [value for entry in entries if (value := entry.values[column.name]) is not None]
    if column.least is None or len(values) < 2:
        return None
    return min(values) if column.least else max(values)
