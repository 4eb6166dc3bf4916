"""The table of settings of a run, with words for each; good defaults, and combinations that cannot work."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from latent_explorer.errors import UserError
from latent_explorer.nets.families import FAMILIES, TRUNK_NAMES, FamilySetting, find_family
from latent_explorer.path_kinds import IMAGE_SUFFIXES
from latent_explorer.runs.plan import DATASETS, Plan, taken
from latent_explorer.targets import check_target, expanded, is_there, shown

_ARRAYS = (".npz", ".npy")
_LONGEST = 80  # characters of a name

Kind = Literal["dataset", "choice", "whole", "decimal", "percent", "text"]


@dataclass(frozen=True)
class Option:
    """One value of a setting. sentence: what it is good for."""

    value: Any
    label: str
    sentence: str = ""


@dataclass(frozen=True)
class Setting:
    """One field of a Plan. kind: how it is edited. low, high: of numbers. first: one of the few that matter most.

    heeded: whether it has a meaning in a plan; otherwise it is hidden.
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
    """All settings, in display order; those of a family after that of its network."""
    own = {each.name: each for family in FAMILIES.values() for each in family.settings}
    return (*_IMAGES, _family(), *_NETWORK, *map(_of_family, own.values()), *_TRAINING)


def _family() -> Setting:
    choices = (Option(each.name, each.label, f"{each.title}. {each.sentence}") for each in FAMILIES.values())
    return Setting("family", "Family", "The kind of model.", "choice", choices=tuple(choices), first=True)


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


_SENTENCES = {
    "source": "The images to train on.",
    "side": "Resizes every image to a square of this many pixels. Needed if the images differ in size; smaller is "
    "faster.",
    "pages": "What is read of files with several pictures, such as a TIFF with many pages.",
    "latent_dim": "Dimensions of the latent space. With 2 the map shows the whole space; with more the pictures are "
    "better, and the map shows a plane through the space.",
    "epochs": "How many times the network sees every image. Classes separate after 3; 10 to 30 sharpen the pictures.",
    "name": "The name of the new model.",
    "trunk": "The layers of the encoder and the decoder.",
    "prior_warm_up": "The share of the run in which beta rises from 0, so that the images can spread out first.",
    "batch_size": "Images in one step. Smaller batches learn more in each epoch; larger ones are faster and need more "
    "memory.",
    "learning_rate": "The size of a step, at most. If it is too high the loss diverges; if it is too low nothing is "
    "learned.",
    "schedule": "How the learning rate changes after its warm-up.",
    "seed": "Seed of the random numbers. The same seed on the same machine gives the same model.",
    "device": "Where the network is trained.",
    "moments": "Disk space for snapshots of the run, which you can go back to. When it is full, some snapshots in "
    "between are deleted.",
}
_DATASETS = (
    Option("mnist", "MNIST", "70,000 handwritten digits, 28 × 28. Included with the program."),
    Option("fashion-mnist", "Fashion-MNIST", "70,000 photographs of clothes, 28 × 28. Downloaded once, 30 MB."),
    Option("kmnist", "KMNIST", "70,000 handwritten Japanese letters, 28 × 28. Downloaded once, 20 MB."),
    Option("cifar10", "CIFAR-10", "60,000 small colour photographs, 32 × 32. Downloaded once, 170 MB."),
)
_SIDES = (Option(0, "Original size"), *(Option(side, f"{side} × {side}") for side in (16, 28, 32, 48, 64, 96, 128)))
_PAGES = (
    Option("", "Refused", "A file with several pictures is refused with a message: nothing is dropped silently."),
    Option("pages", "Each an image", "Each page of a TIFF and each frame of a GIF is a separate image."),
    Option("first", "Only the first", "Only the first picture of a file is read."),
)
_TRUNKS = tuple(Option(name, known.label, known.sentence) for name, known in TRUNK_NAMES.items())
_SCHEDULES = (
    Option("cosine", "Cosine", "Falls along half a cosine, so that the last epochs settle. Usually best."),
    Option("constant", "Constant", "Stays the same. Useful if you want to stop at any time."),
)
_DEVICES = (
    Option("auto", "Automatic", "The GPU if there is one, else the CPU."),
    Option("cpu", "CPU", "The processor of this computer."),
    Option("cuda", "GPU (CUDA)", "An NVIDIA GPU, or an AMD GPU with ROCm."),
    Option("mps", "GPU (Apple)", "The GPU of a Mac."),
)
_MOMENTS = (
    Option(0, "None", "Without snapshots you cannot go back to an epoch or make a film."),
    *(Option(size, f"Up to {size} MB") for size in (128, 512, 2048, 8192)),
)


def _own(name: str, label: str, kind: Kind, low: float = 0, high: float = 0, **others: Any) -> Setting:
    return Setting(name, label, _SENTENCES[name], kind, low, high, **others)


_IMAGES = (
    _own("source", "Dataset", "dataset", choices=_DATASETS, first=True),
    _own("side", "Image size", "choice", choices=_SIDES, first=True, heeded=lambda plan: plan.is_path),
    _own("pages", "Pages", "choice", choices=_PAGES, heeded=lambda plan: plan.is_path),
)
_NETWORK = (
    _own("latent_dim", "Dimensions", "whole", 1, 4096, first=True),
    _own("epochs", "Epochs", "whole", 1, 10_000, first=True),
    _own("name", "Name", "text", first=True),
    _own("trunk", "Network", "choice", choices=_TRUNKS),
)
_TRAINING = (
    _own("prior_warm_up", "Beta warm-up", "percent", 0, 1, heeded=lambda plan: find_family(plan.family).has_variance),
    _own("batch_size", "Batch size", "whole", 1, 65_536),
    _own("learning_rate", "Learning rate", "decimal", 0, 10),
    _own("schedule", "Schedule", "choice", choices=_SCHEDULES),
    _own("seed", "Seed", "whole", 0, 2**31 - 1),
    _own("device", "Device", "choice", choices=_DEVICES),
    _own("moments", "Snapshots", "choice", choices=_MOMENTS),
)


def loss_labels() -> dict[str, str]:
    """The labels of the losses of all families, by their names in logs and files."""
    return {name: label for family in FAMILIES.values() for name, label in family.labels().items()}


def competes(family: str) -> bool:
    """Whether parts of a family's networks compete, so that no loss says how good one is.

    False for a family that is not installed.
    """
    try:
        return find_family(family).competes
    except UserError:
        return False


def find_setting(name: str) -> Setting:
    """The setting of one field of a Plan."""
    return next(setting for setting in settings() if setting.name == name)


def defaults_for(source: str) -> Plan:
    """A plan that gives a useful result within minutes on a CPU.

    With the dense network, three epochs of MNIST took 20 s on two cores and gave a map of -ELBO 143; the residual one
    took 47 s for the same.
    """
    if source == "cifar10":
        return Plan(source, trunk="conv", batch_size=64, latent_dim=2, epochs=5)
    if source in DATASETS or Path(source).suffix.lower() in _ARRAYS:
        return Plan(source)
    return Plan(source, side=32, trunk="conv", batch_size=64)


# -- what cannot work, found without opening the dataset: quick enough to be asked at every keystroke


def problems(plan: Plan, folder: Path) -> dict[str, str]:
    """For each setting with a problem, a sentence that says what is wrong and what to do. folder: where the bundle
    goes."""
    found: dict[str, str] = {}
    for name, sentence in _problems(plan, folder):
        found.setdefault(name, sentence)
    return found


def _problems(plan: Plan, folder: Path) -> Iterator[tuple[str, str]]:
    yield from (("source", sentence) for sentence in _of_source(plan))
    yield from _of_numbers(plan)
    if (problem := name_problem(plan.name, folder)) is not None:
        yield "name", problem
    halvings = TRUNK_NAMES[plan.trunk].halvings
    if plan.is_path and plan.side and plan.side < 2**halvings:
        yield (
            "trunk",
            f"This network halves images {halvings} times: choose at least {2**halvings} × {2**halvings} pixels.",
        )
    if plan.learning_rate == 0:
        yield "learning_rate", "At a rate of 0 nothing is learned. The default is 0.002."
    elif plan.learning_rate > 0.1:
        yield "learning_rate", "With a rate this high the loss diverges. The default is 0.002."


def _of_source(plan: Plan) -> Iterator[str]:
    if not plan.is_path:
        return
    path = expanded(plan.source)
    if not plan.source:
        yield "Choose a folder, a zip or an array file of images."
    elif not is_there(path):
        yield f"{shown(plan.source)} does not exist. Choose another folder or file."
    elif path.is_dir():
        yield from _of_folder(path)
    elif path.suffix.lower() not in (".zip", *_ARRAYS, *IMAGE_SUFFIXES):
        yield f"Files ending in {path.suffix or 'nothing'} cannot be read. Choose a folder, .zip, .npz or .npy."


def _of_folder(path: Path) -> Iterator[str]:
    try:
        if not any(path.iterdir()):
            yield "This folder is empty. Choose one that holds images, best in a folder for each class."
    except OSError as error:
        yield f"This folder cannot be read: {error.strerror}."


def _of_numbers(plan: Plan) -> Iterator[tuple[str, str]]:
    for setting in settings():
        if setting.kind not in ("whole", "decimal", "percent") or not setting.heeded(plan):
            continue
        value = plan.value(setting.name)
        if not (math.isfinite(value) and setting.low <= value <= setting.high):
            yield setting.name, f"Enter a number from {setting.low:,g} to {setting.high:,g}."


def name_problem(name: str, folder: Path) -> str | None:
    """Why a bundle in `folder` cannot have this name, in a sentence; None if it can."""
    if not name:
        return "Enter a name."
    if len(name) > _LONGEST:
        return f"Use at most {_LONGEST} characters."
    if not re.fullmatch(r"\w[\w. ()+-]*", name) or name.endswith((".", " ", ".run")):
        return "Use letters, digits, spaces and - _ . + ( ); do not end with a dot or a space."
    try:
        check_target(folder / f"{name}.run", folder=True, parents=True)
    except UserError as error:
        return str(error)
    return "A model or an unfinished run has this name already. Choose another." if taken(folder, name) else None
