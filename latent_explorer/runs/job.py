"""What is trained and where it is saved, kept beside its run, and the runs that can be resumed."""

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
    """What is trained and where the bundle is saved.

    source: as `data.open_dataset` takes it. hidden: None for the trunk's default widths. folder: of the bundle.
    settings: the family's, by name; the default for a missing one.
    command: what reproduces it, for the card. half: whether the weights are stored as float16. latents: the precision
    of the latents. variances: whether log-variances are stored, if there are any. tiles: the maximum bytes of included
    pictures. remark: further text for the card.
    resume: whether to continue from the state of an earlier, stopped run. download: whether the dataset may be
    downloaded if it is not on this computer.
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
        """The folder of the run's state, log and snapshots."""
        return RunFolder.of_bundle(self.folder)


@dataclass(frozen=True)
class Unfinished:
    """A run that was stopped or killed. epochs: trained so far; the job's recipe has the total. when: last saved.

    job: the original one with `resume` set; starting it continues the run.
    """

    job: Job
    epochs: int
    when: datetime


class _Done(msgspec.Struct, frozen=True):
    """The part of a saved state that is needed here."""

    epoch: int


def keep_job(job: Job) -> None:
    """Write the request into the run's folder, which must exist. Raises UserError."""
    kept = replace(job, folder=job.folder.absolute(), resume=False)
    content = msgspec.json.format(msgspec.json.encode(kept, enc_hook=to_wire), indent=2) + b"\n"
    write_bytes_whole(job.run.job, content, overwrite=True)


def kept_job(run: RunFolder) -> Job:
    """The request, with the bundle's folder at the run's present location. Raises TrainingError if it is damaged."""
    try:
        job = msgspec.json.decode(read_regular(run.job, _MOST), type=Job, dec_hook=from_wire)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, UserError) as error:
        raise TrainingError(f"{run.job}: expected the settings of a run, but they cannot be read: {error}") from error
    return replace(job, folder=run.bundle)


def unfinished(folder: Path) -> list[Unfinished]:
    """The runs in `folder` that can be resumed, the latest first, without damaged ones."""
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
