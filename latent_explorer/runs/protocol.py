"""The messages to and from the trainer's process; free of torch.

A trainer does one thing at a time: train one run, or make one film. It gives estimates in between.
"""

from pathlib import Path

from latent_explorer.runs.job import Job
from latent_explorer.runs.report import Report
from latent_explorer.service.codec import Codec, Conversation, Message, Numbered, Refused


class Ask(Numbered, frozen=True, tag=True):
    """Ask what a job would take. Answered by Progress..., then Estimated or Refused; not if a newer one has come."""

    job: Job


class Begin(Message, frozen=True, tag=True):
    """Begin training. keep_bytes: the limit of the snapshots on disk, 0 for none.

    Answered by Progress..., Begun, Reported..., Progress..., then Ended or Failed; by Refused with the number 0 while
    another run has not ended.
    """

    job: Job
    keep_bytes: int


class Pause(Message, frozen=True, tag=True):
    """Pause after the current step. Answered by Paused."""


class Continue(Message, frozen=True, tag=True):
    """Continue after a pause. Answered by Continued."""


class Stop(Message, frozen=True, tag=True):
    """Stop the current run or film; a film leaves nothing.

    keep: for a run, write the bundle of the weights so far; else remove everything that the run has written.
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
    """What a job would take. seconds: of training; memory: maximum bytes; weights: the number of parameters.

    device: where it would train, as torch names it. images: of the dataset, to train on and in total. remark: other
    useful facts, in words. download: what would be downloaded first, from where; empty for nothing. read: the lines of
    the report on the dataset, if it was opened.
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
    """Progress of a long task: reading a dataset, writing the bundle, making a film. doing: in words.

    lasting: not progress, but a message that stays visible after others have come.
    """

    doing: str
    done: int = 0
    total: int = 0
    lasting: bool = False


class Begun(Message, frozen=True, tag=True):
    """Training has started or resumed. run: its folder. steps: in total; per_epoch: in each. device: as torch names it.

    uncovered: why class shares in samples of a generator are not reported, in a sentence; empty if they are, or do not
    apply.

    The earlier snapshots, at least that of the untrained network, are in the run's folder already; see
    `runs.snapshots_of`.
    """

    run: Path
    steps: int
    per_epoch: int
    device: str
    uncovered: str = ""


class Reported(Message, frozen=True, tag=True):
    """A report. snapshot: the folder of the snapshot taken with it, if any."""

    report: Report
    snapshot: Path | None = None


class Paused(Message, frozen=True, tag=True):
    """The run is paused."""


class Continued(Message, frozen=True, tag=True):
    """The run has continued."""


class Ended(Message, frozen=True, tag=True):
    """The run has ended. bundle: its folder, None if nothing was kept. complete: whether all epochs were trained."""

    bundle: Path | None
    complete: bool


class Failed(Message, frozen=True, tag=True):
    """The run has failed. batch_size: a smaller one to try if memory ran out. bundle: what was kept."""

    reason: str
    batch_size: int | None = None
    bundle: Path | None = None


class Filmed(Numbered, frozen=True, tag=True):
    """The film is in `file`; None if it was cancelled."""

    file: Path | None


Request = Ask | Begin | Pause | Continue | Stop | MakeFilm
Reply = Estimated | Refused | Progress | Begun | Reported | Paused | Continued | Ended | Failed | Filmed

MODULE = "latent_explorer.film"
"""The module that `python -m` runs as the trainer."""

_LARGEST = 2**20  # bytes; no message holds an array
TRAINER: Conversation[Request, Reply] = Conversation(Codec(Request, _LARGEST), Codec(Reply, _LARGEST))
