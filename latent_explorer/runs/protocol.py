"""What is said to the trainer's process and what it answers; free of torch.

A trainer does one thing at a time: train one run, or make one film. Estimates it gives between.
"""

from pathlib import Path

from latent_explorer.runs.job import Job
from latent_explorer.runs.report import Report
from latent_explorer.service.codec import Codec, Conversation, Message, Numbered, Refused


class Ask(Numbered, frozen=True, tag=True):
    """What would this job take? Answered by Progress..., then Estimated or Refused; not where a newer one came."""

    job: Job


class Begin(Message, frozen=True, tag=True):
    """Train. keep_bytes: what the snapshots may take on disk, 0 for none.

    Answered by Progress..., Begun, Reported..., Progress..., then Ended or Failed; by Refused with the number 0 while
    another run has not ended.
    """

    job: Job
    keep_bytes: int


class Pause(Message, frozen=True, tag=True):
    """Stand still after the step under way. Answered by Paused."""


class Continue(Message, frozen=True, tag=True):
    """Go on after a pause. Answered by Continued."""


class Stop(Message, frozen=True, tag=True):
    """End what is under way now; a film leaves nothing.

    keep: of a run, write the bundle of the weights so far; else remove all that the run has written.
    """

    keep: bool


class MakeFilm(Numbered, frozen=True, tag=True):
    """Make a film of the snapshots of a run. Answered by Progress..., then Filmed or Refused."""

    run: Path
    file: Path
    width: int = 640
    seconds: float = 12.0
    dark: bool = True
    palette: str = "usual"
    shapes: bool = False
    overwrite: bool = False


class Estimated(Numbered, frozen=True, tag=True):
    """What a job would take. seconds: of training; memory: bytes at the most; weights: how many numbers are learned.

    device: where it would train, as torch names it. images: of the dataset, to train on and in all. remark: what else
    there is to know, in words. download: how much would be fetched from where first; empty for nothing. read: the lines
    of the report on the dataset, where it was opened.
    """

    seconds: float
    memory: int
    weights: int
    device: str
    images: tuple[int, int]
    remark: str = ""
    download: str = ""
    read: tuple[str, ...] = ()


class Progress(Message, frozen=True, tag=True):
    """How far what takes long is: reading a dataset, writing the bundle, a film. doing: in words.

    lasting: it is no such thing, but words that a person should still find when others have come.
    """

    doing: str
    done: int = 0
    total: int = 0
    lasting: bool = False


class Begun(Message, frozen=True, tag=True):
    """Training begins or goes on. run: its folder. steps: in all; per_epoch: in each. device: as torch names it.
    uncovered: why the shares of classes in samples of a generator are not reported, in a sentence; empty where they
    are, and where nobody asks.

    The snapshots taken before, at least that of the untrained network, are in the run's folder already; see
    `runs.snapshots_of`.
    """

    run: Path
    steps: int
    per_epoch: int
    device: str
    uncovered: str = ""


class Reported(Message, frozen=True, tag=True):
    """A report. snapshot: the folder of the snapshot taken with it, if one was."""

    report: Report
    snapshot: Path | None = None


class Paused(Message, frozen=True, tag=True):
    """The run stands still."""


class Continued(Message, frozen=True, tag=True):
    """The run goes on."""


class Ended(Message, frozen=True, tag=True):
    """The run has ended. bundle: its folder, None where nothing was kept. complete: whether all epochs were trained."""

    bundle: Path | None
    complete: bool


class Failed(Message, frozen=True, tag=True):
    """The run has failed. batch_size: a smaller one to try where memory was what lacked. bundle: kept all the same."""

    reason: str
    batch_size: int | None = None
    bundle: Path | None = None


class Filmed(Numbered, frozen=True, tag=True):
    """The film is in `file`; None where it was given up."""

    file: Path | None


Request = Ask | Begin | Pause | Continue | Stop | MakeFilm
Reply = Estimated | Refused | Progress | Begun | Reported | Paused | Continued | Ended | Failed | Filmed

MODULE = "latent_explorer.film"
"""What `python -m` runs to have a trainer."""

_LARGEST = 2**20  # bytes; no message holds an array
TRAINER: Conversation[Request, Reply] = Conversation(Codec(Request, _LARGEST), Codec(Reply, _LARGEST))
