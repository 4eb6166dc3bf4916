"""What a person has chosen to train, and the resulting job."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from latent_explorer.nets.families import FAMILIES, find_family
from latent_explorer.runs.folder import RunFolder
from latent_explorer.runs.job import Job
from latent_explorer.runs.recipe import Recipe, Schedule
from latent_explorer.safe_text import readable

DATASETS = ("mnist", "fashion-mnist", "kmnist", "cifar10")
"""The datasets with a name; any other source is a path."""


@dataclass(frozen=True)
class Plan:
    """The choices, one for each of `settings.settings()`.

    source: one of DATASETS, or the path of a folder or file of images; empty if none is chosen yet.
    side: the height and width that images of a path are stretched to; 0 to leave them. pages: what is read of files
    with several pictures: "pages", "first", or "" for none of them. settings: of families, by name, whether or not the
    chosen one has them. prior_warm_up: the share of the run in which beta rises. moments: the limit of the run's
    snapshots in MiB. name: of the bundle's folder.
    """

    source: str = "mnist"
    side: int = 0
    pages: str = ""
    family: str = "vae"
    trunk: str = "dense"
    latent_dim: int = 2
    settings: Mapping[str, float] = field(default_factory=dict)
    prior_warm_up: float = 0.25
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 2e-3
    schedule: Schedule = "cosine"
    seed: int = 0
    device: str = "auto"
    moments: int = 512
    name: str = ""

    def value(self, name: str) -> Any:
        """The value of a setting, including those of a family; its default if nothing was chosen."""
        if name in self.__dataclass_fields__:
            return getattr(self, name)
        families = (find_family(self.family), *FAMILIES.values())
        usual = next(each.default for family in families for each in family.settings if each.name == name)
        return self.settings.get(name, usual)

    def changed(self, values: Mapping[str, Any]) -> "Plan":
        """The same plan with other values of some settings."""
        own = {name: value for name, value in values.items() if name in self.__dataclass_fields__}
        others = {name: value for name, value in values.items() if name not in own}
        return replace(self, **own, settings={**self.settings, **others})

    @property
    def of_family(self) -> dict[str, float]:
        """The values of the settings that the chosen family has."""
        return {setting.name: self.value(setting.name) for setting in find_family(self.family).settings}

    @property
    def is_path(self) -> bool:
        """Whether the images come from a path."""
        return self.source not in DATASETS

    @property
    def dataset(self) -> str:
        """The dataset as `data.open_dataset` takes it."""
        if not self.is_path:
            return self.source
        pages, size = f"@{self.pages}" if self.pages else "", f"@{self.side}x{self.side}" if self.side else ""
        return f"{self.source}{pages}{size}"

    @property
    def command(self) -> str:
        """The terminal command that trains the same bundle."""
        options: dict[str, object] = {
            "dataset": self.dataset,
            "family": self.family,
            "trunk": self.trunk,
            "latent-dim": self.latent_dim,
            **{name.replace("_", "-"): value for name, value in self.of_family.items()},
            **({"prior-warm-up": self.prior_warm_up} if find_family(self.family).has_variance else {}),
            "epochs": self.epochs,
            "batch-size": self.batch_size,
            "lr": self.learning_rate,
            "schedule": self.schedule,
            "seed": self.seed,
            "device": self.device,
            "out": self.name,
        }
        return shlex.join(["latent-explorer", "train", *(f"--{name}={value}" for name, value in options.items())])

    def to_job(self, folder: Path) -> Job:
        """The job that trains this, with its bundle inside `folder`. Raises TrainingError if a value is out of
        range."""
        recipe = Recipe(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            schedule=self.schedule,
            prior_warm_up=self.prior_warm_up if find_family(self.family).has_variance else 0.0,
            seed=self.seed,
            device=self.device,
        )
        return Job(
            source=readable(self.dataset),
            folder=folder / self.name,
            family=self.family,
            trunk=self.trunk,
            latent_dim=self.latent_dim,
            settings=self.of_family,
            recipe=recipe,
            command=readable(self.command),
        )

    def named(self, folder: Path) -> "Plan":
        """The same plan with an unused name in `folder`, such as mnist-vae-2d-1."""
        stem = Path(self.source).stem if self.is_path else self.source
        words = re.sub(r"[^\w]+", "-", stem.lower()).strip("-")[:40] or "images"
        names = (f"{words}-{self.family}-{self.latent_dim}d-{number}" for number in count(1))
        return replace(self, name=next(name for name in names if not taken(folder, name)))


def taken(folder: Path, name: str) -> bool:
    """Whether `folder` has a bundle, or an unfinished run, of that name."""
    return (folder / name).exists() or RunFolder.of_bundle(folder / name).path.exists()
