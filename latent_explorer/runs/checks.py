"""What cannot work, found without opening the dataset: quick enough to be asked at every keystroke."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

from latent_explorer.nets.families import TRUNK_NAMES
from latent_explorer.runs.plan import Plan, taken
from latent_explorer.runs.settings import settings

_ARRAYS = (".npz", ".npy")
_LONGEST = 80


def problems(plan: Plan, folder: Path) -> dict[str, str]:
    """By the name of the setting, a sentence that says what is wrong and what to do. folder: where the bundle goes."""
    found: dict[str, str] = {}
    for name, sentence in _problems(plan, folder):
        found.setdefault(name, sentence)
    return found


def _problems(plan: Plan, folder: Path) -> Iterator[tuple[str, str]]:
    yield from (("source", sentence) for sentence in _of_source(plan))
    yield from _of_numbers(plan)
    yield from (("name", sentence) for sentence in _of_name(plan.name, folder))
    halvings = TRUNK_NAMES[plan.trunk].halvings
    if plan.is_path and plan.side and plan.side < 2**halvings:
        yield "trunk", f"It halves the images {halvings} times: choose at least {2**halvings} × {2**halvings} pixels."
    if plan.learning_rate == 0:
        yield "learning_rate", "At a rate of 0 nothing is learned; 0.002 is usual."
    elif plan.learning_rate > 0.1:
        yield "learning_rate", "So large a step makes the loss explode; 0.002 is usual."


def _of_source(plan: Plan) -> Iterator[str]:
    if not plan.is_path:
        return
    path = Path(plan.source).expanduser()
    if not plan.source:
        yield "Choose the images: a folder, a zip, or a file of arrays."
    elif not path.exists():
        yield f"There is nothing at {plan.source}. Choose another place."
    elif path.is_dir():
        if not any(path.iterdir()):
            yield "This folder is empty. It should hold images, best in a folder for each class."
    elif path.suffix.lower() not in (".zip", *_ARRAYS):
        yield f"A file ending in {path.suffix or 'nothing'} cannot be read: choose a folder, .zip, .npz or .npy."


def _of_numbers(plan: Plan) -> Iterator[tuple[str, str]]:
    for setting in settings():
        if setting.kind not in ("whole", "decimal", "percent") or not setting.heeded(plan):
            continue
        value = plan.value(setting.name)
        if not (math.isfinite(value) and setting.low <= value <= setting.high):
            yield setting.name, f"It must lie between {setting.low:,g} and {setting.high:,g}."


def _of_name(name: str, folder: Path) -> Iterator[str]:
    if not name:
        yield "Give the model a name."
    elif len(name) > _LONGEST:
        yield f"A name has at most {_LONGEST} characters."
    elif not re.fullmatch(r"\w[\w. ()+-]*", name) or name.endswith((".", " ", ".run")):
        yield "A name has letters, digits, spaces, and any of - _ . + ( ) and does not end in a dot or space."
    elif taken(folder, name):
        yield "There is a model, or an unfinished run, of this name already."
