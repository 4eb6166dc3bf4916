"""The state of a training run at the end of an epoch, saved in one file without pickle."""

import glob
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from latent_explorer.errors import TrainingError, UserError
from latent_explorer.files import check_regular, write_bytes_whole
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Precision, Recipe

Arrays = Mapping[str, NDArray[np.float32]]


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a run. seconds: of training so far. precision: the chosen one.

    threads: CPU threads for a step, which affect rounding; 0 for the default.
    """

    spec: NetSpec
    recipe: Recipe
    fingerprint: str
    device: str
    precision: Precision
    threads: int = 0
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0


def save_state(path: Path, progress: RunState, parts: Mapping[str, Arrays]) -> None:
    """Save `progress` and the arrays of each part ("model", "average", ...); replaces the file at `path`.

    Raises UserError if the file cannot be written.
    """
    arrays = {f"{part}/{name}": array for part, named in parts.items() for name, array in named.items()}
    metadata = {"progress": msgspec.json.encode(progress).decode()}
    try:
        write_bytes_whole(path, save(arrays, metadata), overwrite=True)
    except UserError as error:
        kept, then = (
            ("the previous epoch is kept", "resume") if path.exists() else ("there is no earlier epoch", "start again")
        )
        raise UserError(
            f"epoch {progress.epoch} could not be saved; {kept}: {error}. Make room, then {then}"
        ) from error


def sweep(path: Path) -> None:
    """Remove partial files of a run that was killed while saving its state at `path`."""
    for stray in path.parent.glob(f".{glob.escape(path.name)}.*"):
        stray.unlink(missing_ok=True)


def load_state(path: Path) -> tuple[RunState, dict[str, dict[str, NDArray[np.float32]]]]:
    """The result of `save_state`. Raises TrainingError if the file is missing or cannot be read."""
    parts: dict[str, dict[str, NDArray[np.float32]]] = {}
    try:
        check_regular(path)
        with safe_open(path, framework="np") as file:
            progress = msgspec.json.decode((file.metadata() or {}).get("progress", ""), type=RunState)
            for key in file.keys():  # noqa: SIM118 - not a dict
                part, name = key.split("/", 1)
                parts.setdefault(part, {})[name] = file.get_tensor(key)
    except (OSError, SafetensorError, msgspec.MsgspecError, ValueError, KeyError, UserError) as error:
        raise TrainingError(
            f"{path}: expected the saved state of a training run, but it cannot be read: {error}"
        ) from error
    return progress, parts
