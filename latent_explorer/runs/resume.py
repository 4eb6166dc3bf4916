"""A job kept beside its run, and the runs that can be gone on with."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from safetensors import SafetensorError, safe_open

from latent_explorer.errors import TrainingError
from latent_explorer.files import write_bytes_whole
from latent_explorer.runs.folder import RunFolder
from latent_explorer.runs.job import Job
from latent_explorer.service.codec import from_wire, to_wire

_MOST = 1 << 20  # bytes of a job's file


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
        with run.job.open("rb") as stream:
            job = msgspec.json.decode(stream.read(_MOST), type=Job, dec_hook=from_wire)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TrainingError) as error:
        raise TrainingError(f"{run.job}: expected what a run was begun with, but it cannot be read: {error}") from error
    return replace(job, folder=run.bundle)


def unfinished(folder: Path) -> list[Unfinished]:
    """The runs in `folder` that can be gone on with, the latest first; what is damaged cannot, and is left out."""
    found = []
    for path in sorted(folder.glob("*.run")):
        try:
            found.append(_unfinished(RunFolder(path.absolute())))
        except TrainingError:
            continue
    return sorted(found, key=lambda each: each.when, reverse=True)


def _unfinished(run: RunFolder) -> Unfinished:
    job = replace(kept_job(run), resume=True)
    try:
        with safe_open(run.state, framework="np") as file:
            done = msgspec.json.decode((file.metadata() or {}).get("progress", ""), type=_Done)
        when = datetime.fromtimestamp(run.state.stat().st_mtime)
    except (OSError, SafetensorError, msgspec.MsgspecError) as error:
        raise TrainingError(f"{run.state}: expected the state of a run, but it cannot be read: {error}") from error
    return Unfinished(job, done.epoch, when)
