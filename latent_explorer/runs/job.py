"""What is to be trained and where it goes, kept beside its run, and the runs that can be gone on with."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec
from safetensors import SafetensorError, safe_open

from latent_explorer.bundles import TILES_BYTES
from latent_explorer.bundles.latents import Precision
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.files import read_regular, read_start, write_bytes_whole
from latent_explorer.runs.folder import RunFolder
from latent_explorer.runs.recipe import Recipe
from latent_explorer.service.codec import from_wire, to_wire

_MOST = 1 << 20  # bytes of a job's file
_HEADER = 1 << 24  # bytes of what a saved state says of itself and its arrays


@dataclass(frozen=True)
class Job:
    """What is to be trained and where the bundle goes.

    source: as `data.open_dataset` takes it. hidden: None for the trunk's usual widths. folder: of the bundle.
    settings: the family's, by name; one that is left out has its usual value.
    command: what reproduces it, for the card. half: whether the weights are kept as float16. latents: the precision of
    the latents. variances: whether log-variances are kept, where there are any. tiles: bytes of pictures to bring along
    at most. remark: what else the card is to say.
    resume: whether to go on from the state of an earlier, stopped run. download: whether it was agreed to fetch the
    dataset where it is not on this computer.
    """

    source: str
    folder: Path
    family: str = "vae"
    trunk: str = "dense"
    latent_dim: int = 2
    hidden: tuple[int, ...] | None = None
    settings: dict[str, float] = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)
    command: str = ""
    half: bool = False
    latents: Precision = "float32"
    variances: bool = True
    tiles: int = TILES_BYTES
    remark: str = ""
    overwrite: bool = False
    resume: bool = False
    download: bool = False

    @property
    def run(self) -> RunFolder:
        """Where state, log and snapshots of the run are kept."""
        return RunFolder.of_bundle(self.folder)


@dataclass(frozen=True)
class Unfinished:
    """A run that was stopped or killed. epochs: trained so far; the job's recipe says of how many. when: last saved.

    job: as it was begun, with `resume` set: begun as it is, it goes on.
    """

    job: Job
    epochs: int
    when: datetime


class _Done(msgspec.Struct, frozen=True):
    """What a saved state says of itself, as far as it is needed here."""

    epoch: int


def keep_job(job: Job) -> None:
    """Write down what is asked for in the run's folder, which must be there. Raises UserError."""
    kept = replace(job, folder=job.folder.absolute(), resume=False)
    content = msgspec.json.format(msgspec.json.encode(kept, enc_hook=to_wire), indent=2) + b"\n"
    write_bytes_whole(job.run.job, content, overwrite=True)


def kept_job(run: RunFolder) -> Job:
    """What was asked for, with the bundle's folder where the run lies now. Raises TrainingError where it is damaged."""
    try:
        job = msgspec.json.decode(read_regular(run.job, _MOST), type=Job, dec_hook=from_wire)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, UserError) as error:
        raise TrainingError(f"{run.job}: expected the settings of a run, but they cannot be read: {error}") from error
    return replace(job, folder=run.bundle)


def unfinished(folder: Path) -> list[Unfinished]:
    """The runs in `folder` that can be gone on with, the latest first; what is damaged cannot, and is left out."""
    found = []
    for path in sorted(folder.glob("*.run")):
        with suppress(TrainingError):
            found.append(_unfinished(RunFolder(path.absolute())))
    return sorted(found, key=lambda each: each.when, reverse=True)


def _unfinished(run: RunFolder) -> Unfinished:
    job = replace(kept_job(run), resume=True)
    try:
        length = int.from_bytes(read_start(run.state, 8), "little")
        if length > _HEADER:
            raise UserError(f"its header takes {length:,} bytes, at most {_HEADER:,} are read")
        with safe_open(run.state, framework="np") as file:  # which opens pipes too, and waits
            done = msgspec.json.decode((file.metadata() or {}).get("progress", ""), type=_Done)
        when = datetime.fromtimestamp(run.state.stat().st_mtime)
    except (OSError, SafetensorError, msgspec.MsgspecError, UserError) as error:
        raise TrainingError(f"{run.state}: expected the state of a run, but it cannot be read: {error}") from error
    return Unfinished(job, done.epoch, when)
