"""The table of what can be chosen before a run, with words for each, and sensible choices for each dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from latent_explorer.nets.families import FAMILIES, TRUNK_NAMES, FamilySetting, find_family
from latent_explorer.runs.plan import Plan

Kind = Literal["dataset", "choice", "whole", "decimal", "percent", "text"]


@dataclass(frozen=True)
class Option:
    """One of the values of a setting. sentence: what it is good for."""

    value: Any
    label: str
    sentence: str = ""


@dataclass(frozen=True)
class Setting:
    """One field of a Plan. kind: how it is edited. low, high: of numbers. first: of the few that matter.

    heeded: whether it means anything in a plan; else it is not shown.
    """

    name: str
    label: str
    sentence: str
    kind: Kind
    low: float = 0
    high: float = 0
    choices: tuple[Option, ...] = ()
    first: bool = False
    heeded: Callable[[Plan], bool] = lambda plan: True


def settings() -> tuple[Setting, ...]:
    """All there are, in the order shown; those of a family behind that of its network."""
    own = {each.name: each for family in FAMILIES.values() for each in family.settings}
    return (*_IMAGES, _family(), *_NETWORK, *map(_of_family, own.values()), *_TRAINING)


def _family() -> Setting:
    choices = (Option(each.name, each.label, f"{each.title}. {each.sentence}") for each in FAMILIES.values())
    return Setting("family", "Family", "What kind of network it is.", "choice", choices=tuple(choices), first=True)


def _of_family(setting: FamilySetting) -> Setting:
    return Setting(
        setting.name,
        setting.label,
        setting.sentence,
        "whole" if setting.whole else "decimal",
        setting.low,
        setting.high,
        heeded=lambda plan: setting.name in plan.of_family,
    )


_IMAGES = (
    Setting(
        "source",
        "Dataset",
        "The images that the network learns.",
        "dataset",
        choices=(
            Option("mnist", "MNIST", "70,000 handwritten digits, 28 × 28. They come with the program."),
            Option("fashion-mnist", "Fashion-MNIST", "70,000 photographs of clothes, 28 × 28. Downloaded once, 30 MB."),
            Option("kmnist", "KMNIST", "70,000 handwritten Japanese letters, 28 × 28. Downloaded once, 20 MB."),
            Option("cifar10", "CIFAR-10", "60,000 small colour photographs, 32 × 32. Downloaded once, 170 MB."),
        ),
        first=True,
    ),
    Setting(
        "side",
        "Image size",
        "Stretches every image to a square of so many pixels. Needed where they differ in size; smaller is quicker.",
        "choice",
        choices=(
            Option(0, "As they are"),
            *(Option(side, f"{side} × {side}") for side in (16, 28, 32, 48, 64, 96, 128)),
        ),
        first=True,
        heeded=lambda plan: plan.is_path,
    ),
)
_NETWORK = (
    Setting(
        "latent_dim",
        "Dimensions",
        "Of the latent space. Two make a map that shows all there is; more give better pictures, and the map shows a "
        "plane of them.",
        "whole",
        1,
        4096,
        first=True,
    ),
    Setting(
        "epochs",
        "Epochs",
        "How often every image is seen. Three already show the classes; ten to thirty sharpen them.",
        "whole",
        1,
        10_000,
        first=True,
    ),
    Setting(
        "name",
        "Name",
        "What the model will be called, in the menu File ▸ Trained bundles.",
        "text",
        first=True,
    ),
    Setting(
        "trunk",
        "Network",
        "How encoder and decoder are built.",
        "choice",
        choices=tuple(Option(name, known.label, known.sentence) for name, known in TRUNK_NAMES.items()),
    ),
)
_TRAINING = (
    Setting(
        "prior_warm_up",
        "Beta warm-up",
        "The share of the run in which beta rises from 0, so that the images first find room to sort themselves.",
        "percent",
        0,
        1,
        heeded=lambda plan: find_family(plan.family).has_variance,
    ),
    Setting(
        "batch_size",
        "Batch",
        "Images in one step. Smaller ones learn more in an epoch, larger ones make it quicker and need more memory.",
        "whole",
        1,
        65_536,
    ),
    Setting(
        "learning_rate",
        "Learning rate",
        "How far one step goes, at most. Too high and the loss explodes; too low and nothing happens.",
        "decimal",
        0,
        10,
    ),
    Setting(
        "schedule",
        "Schedule",
        "How the learning rate goes on, once it has risen over the first tenth of the run.",
        "choice",
        choices=(
            Option(
                "cosine", "Falls to zero", "It falls along half a cosine: the last epochs settle. Nearly always best."
            ),
            Option("constant", "Stays", "It stays as high as it is: of use where one means to stop at any moment."),
        ),
    ),
    Setting(
        "seed",
        "Seed",
        "Where all chance comes from. The same seed on the same machine gives the same model; another, another map.",
        "whole",
        0,
        2**31 - 1,
    ),
    Setting(
        "device",
        "Device",
        "Where the network is trained.",
        "choice",
        choices=(
            Option("auto", "The best there is", "A graphics card if there is one, else the processor."),
            Option("cpu", "CPU", "The processor."),
            Option("cuda", "GPU (CUDA)", "A graphics card by NVIDIA, or by AMD with ROCm."),
            Option("mps", "GPU (Apple)", "The graphics of a Mac."),
        ),
    ),
    Setting(
        "moments",
        "Moments",
        "How much of the disk the moments of the run may take, to which one can go back. When they take more, some "
        "in between are left out.",
        "choice",
        choices=(
            Option(0, "Keep none", "Then there is no going back, and no film."),
            *(Option(size, f"Up to {size} MB") for size in (128, 512, 2048, 8192)),
        ),
    ),
)

_COLOUR = {"trunk": "conv", "batch_size": 64, "latent_dim": 2, "epochs": 5}


def loss_labels() -> dict[str, str]:
    """What the losses of all families are called in words, by their names in logs and files."""
    return {name: label for family in FAMILIES.values() for name, label in family.labels().items()}


def find_setting(name: str) -> Setting:
    """The setting of one field of a Plan."""
    return next(setting for setting in settings() if setting.name == name)


def defaults_for(source: str) -> Plan:
    """A plan that gives something worth looking at within minutes on a CPU.

    Of the dense network, three epochs of MNIST took 20 s on two cores and gave a map of -ELBO 143; the residual one
    took 47 s for the same.
    """
    if source in ("mnist", "fashion-mnist", "kmnist"):
        return Plan(source)
    if source == "cifar10":
        return Plan(source, **_COLOUR)  # type: ignore[arg-type] # of the types of the fields
    if Path(source).suffix.lower() in (".npz", ".npy"):
        return Plan(source)
    return Plan(source, side=32, trunk="conv", batch_size=64)
