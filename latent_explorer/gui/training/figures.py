"""The figures of runs and of bundles: as series, side by side, in words; free of Qt."""

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
_LARGEST = 1e30  # of a loss that is shown


# -- in words


def duration(seconds: float) -> str:
    """So many seconds, to two units at the most."""
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
    """What a run would take."""
    millions, gigabytes = known.weights / 1e6, known.memory / 2**30
    weights = f"{millions:.1f} million" if millions >= 0.1 else f"{known.weights:,}"
    memory = f"{gigabytes:.1f} GB" if gigabytes >= 0.1 else f"{max(1, round(known.memory / 2**20))} MB"
    return (
        f"About {duration(known.seconds)} on {known.device}, {memory} of memory. "
        f"{weights} weights, trained on {known.images[0]:,} of {known.images[1]:,} images. {capital(known.remark)}"
    ).strip()


def capital(sentence: str) -> str:
    """The same with a capital in front."""
    return sentence[:1].upper() + sentence[1:]


def term(name: str) -> str:
    """What a term of the loss is called."""
    return loss_labels().get(name, name)


def figure(value: float) -> str:
    """A value of a loss, as exact as is of use."""
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


# -- the losses of a run over its epochs


@dataclass
class Series:
    """One term of the loss, on one split. at: in epochs, ascending."""

    at: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        """One value more, unless it lies before the last."""
        if not self.at or at > self.at[-1]:
            self.at.append(at)
            self.values.append(value)

    def near(self, epoch: float) -> float:
        """The value nearest to an epoch."""
        return self.values[int(np.abs(np.array(self.at) - epoch).argmin())]


@dataclass
class History:
    """All that a run has reported. train, test: by the name of the term."""

    train: dict[str, Series] = field(default_factory=dict)
    test: dict[str, Series] = field(default_factory=dict)

    @property
    def terms(self) -> list[str]:
        """The names of the terms, as they came."""
        return list(self.train)

    @property
    def last(self) -> float:
        """The epoch of the last report, 0 before the first."""
        return max((series.at[-1] for series in self.train.values()), default=0.0)

    def take(self, report: Report, per_epoch: int) -> None:
        """Add a report. per_epoch: steps in each epoch. What is known of a step already is passed over."""
        at = report.step / max(1, per_epoch)
        for split, losses in ((self.train, report.losses), (self.test, report.test_losses or {})):
            for name, value in losses.items():
                if abs(value) <= _LARGEST:  # not what has no end or is no number either: no scale has a place for it
                    split.setdefault(name, Series()).add(at, value)

    def after(self, reports: Iterable[Report], per_epoch: int) -> "History":
        """The same, with reports from before it."""
        whole = History()
        for report in reports:
            whole.take(report, per_epoch)
        for mine, theirs in ((self.train, whole.train), (self.test, whole.test)):
            for name, series in mine.items():
                for at, value in zip(series.at, series.values, strict=True):
                    theirs.setdefault(name, Series()).add(at, value)
        return whole

    def words_at(self, epoch: float, terms: list[str]) -> str:
        """Every value of some terms nearest to an epoch, in words."""
        said = [f"Epoch {min(epoch, self.last):.1f}"] if terms else []
        for name in terms:
            splits = (("train", self.train), ("test", self.test))
            values = [f"{figure(split[name].near(epoch))} {word}" for word, split in splits if name in split]
            said.append(f"{term(name)} {', '.join(values)}")
        return " · ".join(said)


# -- all bundles of one dataset, from their configurations alone


@dataclass(frozen=True)
class Column:
    """A figure of a bundle. name: in its metrics, or "minutes". least: whether less is better; None for neither.

    width: in pixels. shown: how a value is written.
    """

    name: str
    label: str
    sentence: str
    least: bool | None
    width: int
    shown: Callable[[float], str] = lambda value: f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"

    def text(self, value: float | None) -> str:
        """A value as it is shown."""
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
    """One bundle. values: by the name of the column; None for what was not measured."""

    folder: Path
    name: str
    kind: str
    values: dict[str, float | None]

    def compares(self, column: Column) -> bool:
        """Whether others are compared with it by a column: a generator by its draws, all else by its latents."""
        drawn = any(self.values[name] is not None for name in _OF_DRAWS)
        return column.name not in (_OF_LATENTS if drawn else _OF_DRAWS)


def entries(
    dataset: str, trained: Path, also: Iterable[Path] = (), check: Callable[[], None] = lambda: None
) -> list[Entry]:
    """The bundles of a dataset that ship and those in the folder `trained`, the best explained test images first.

    also: other bundles to compare with them, wherever they lie. What is broken is left out, and told of when opened.
    check: called before each; what it raises passes through.
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
    """The best value of a column; None where there is none, or where none is better than another."""
    values = [value for entry in entries if (value := entry.values[column.name]) is not None]
    if column.least is None or len(values) < 2:
        return None
    return min(values) if column.least else max(values)
