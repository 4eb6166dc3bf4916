"""The figures of all bundles of one dataset, read from their configurations alone; free of Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from latent_explorer.bundles import BundleConfig, read_config
from latent_explorer.errors import UserError
from latent_explorer.places import shipped_bundles


@dataclass(frozen=True)
class Column:
    """A figure of a bundle. name: in its metrics, or "minutes". least: whether less is better; None for neither.

    width: in pixels.
    """

    name: str
    label: str
    sentence: str
    least: bool | None
    width: int

    def text(self, value: float | None) -> str:
        """A value as it is shown."""
        if value is None:
            return "–"
        if self.name == "knn10_accuracy":
            return f"{value:.1%}"
        if self.name == "mse":
            return f"{value:.4f}".lstrip("0")
        return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


COLUMNS = (
    Column("negative_elbo", "−ELBO", "In nats per test image: how well a VAE explains them. Less is better.", True, 48),
    Column("mse", "MSE", "Squared error per pixel of the reconstructions. Less is better.", True, 46),
    Column("knn10_accuracy", "10-NN", "How often the ten nearest images tell the class. More is better.", False, 52),
    Column("minutes", "Min", "Minutes of training, on whatever machine that was.", None, 36),
)


@dataclass(frozen=True)
class Entry:
    """One bundle. values: by the name of the column; None for what was not measured."""

    folder: Path
    name: str
    kind: str
    values: dict[str, float | None]


def entries(
    dataset: str, trained: Path, shipped: Iterable[Path] | None = None, also: Iterable[Path] = ()
) -> list[Entry]:
    """The bundles of a dataset that ship and those in the folder `trained`, the best explained test images first.

    also: other bundles to compare with them, wherever they lie.
    """
    folders = [path.parent for path in trained.glob("*/config.json")]
    places = dict.fromkeys([*folders, *(shipped_bundles() if shipped is None else shipped), *also])
    found = [_entry(folder, config) for folder in places if (config := _config(folder, dataset)) is not None]
    return sorted(found, key=lambda entry: (entry.kind, entry.values["mse"] or 0.0, entry.name))


def best(entries: list[Entry], column: Column) -> float | None:
    """The best value of a column; None where there is none, or where none is better than another."""
    values = [value for entry in entries if (value := entry.values[column.name]) is not None]
    if column.least is None or len(values) < 2:
        return None
    return min(values) if column.least else max(values)


def _config(folder: Path, dataset: str) -> BundleConfig | None:
    try:
        config = read_config(folder)
    except UserError:
        return None  # one that is broken is told of when it is opened
    return config if config.dataset.name == dataset else None


def _entry(folder: Path, config: BundleConfig) -> Entry:
    values = {column.name: config.metrics.get(column.name) for column in COLUMNS}
    values["minutes"] = config.training.minutes
    return Entry(folder, config.name, f"{config.net.family.upper()}, {config.net.latent_dim}d", values)
