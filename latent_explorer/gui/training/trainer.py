"""The run under way, if there is one: speaks with the trainer's process, and tells panel and window."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from latent_explorer.runs import Job, RunFolder
from latent_explorer.runs.plan import Plan
from latent_explorer.runs.protocol import (
    MODULE,
    TRAINER,
    Ask,
    Begin,
    Begun,
    Continue,
    Continued,
    Ended,
    Estimated,
    Failed,
    Filmed,
    MakeFilm,
    Pause,
    Paused,
    Progress,
    Reported,
    Request,
    Stop,
)
from latent_explorer.service.child import Client
from latent_explorer.service.codec import Refused

_ASK_MS = 300
_NOTHING = -1  # the number of no question
KEEP_BYTES = 512 * 2**20
"""What the snapshots of a run may take on disk, unless the person has chosen otherwise."""


class TrainerClient(Protocol):
    """What speaks with the trainer's process; see `service.child.Client`."""

    def send(self, request: Request) -> None: ...
    def warm(self) -> object: ...
    def close(self) -> None: ...


StartTrainer = Callable[[Callable[[Any], None]], TrainerClient]


def start_trainer(on_reply: Callable[[Any], None]) -> TrainerClient:
    """A client with a process of its own, which is started when it is first needed."""
    return Client(MODULE, TRAINER, on_reply)


class Trainer(QObject):
    """One run at a time. folder: where the bundles go. job: of the run under way, or of the last one.

    stage: "idle", "starting", "training", "paused", "ending"; changed: it is another.
    begun: the RunFolder of a run. reported: a Reported. snapshot_taken: the Path of a snapshot. ended: an Ended or a
    Failed, also where the trainer's process was lost. progressed: a Progress. estimated: an Estimated or a Refused, of
    the plan that was asked about last. filmed: a Filmed or a Refused, of the film asked for last.
    """

    changed = pyqtSignal(str)
    begun = pyqtSignal(object)
    reported = pyqtSignal(object)
    snapshot_taken = pyqtSignal(object)
    ended = pyqtSignal(object)
    progressed = pyqtSignal(object)
    estimated = pyqtSignal(object)
    filmed = pyqtSignal(object)
    _arrived = pyqtSignal(object)

    def __init__(self, parent: QObject, folder: Path, start: StartTrainer = start_trainer) -> None:
        super().__init__(parent)
        self.folder, self.stage = folder, "idle"
        self.job: Job | None = None
        self.begun_with: Begun | None = None
        self.keep_bytes = KEEP_BYTES
        self._start = start
        self._client: TrainerClient | None = None
        self._numbers = count(1)
        self._asked = self._film = _NOTHING
        self._question: Job | None = None
        self._asked_again = False  # after the process was lost
        self._keeping = False  # whether the run is to end as soon as it goes on
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_ASK_MS)
        self._pause.timeout.connect(self._ask)
        self._arrived.connect(self._take)

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self.stage != "idle"

    @property
    def asking(self) -> bool:
        """Whether an estimate is under way."""
        return self._asked != _NOTHING and not self.busy

    # -- what a person wants

    def warm(self) -> None:
        """Let the process start, so that it is there when it is needed."""
        self._at_hand().warm()

    def ask(self, plan: Plan) -> None:
        """Ask, when nothing more is changed for a moment, what a plan would take."""
        self._asked, self._question, self._asked_again = _NOTHING, plan.to_job(self.folder), False
        self._pause.start()

    def ask_nothing(self) -> None:
        """What was asked about is no longer of interest."""
        self._asked, self._question = _NOTHING, None
        self._pause.stop()

    def begin(self, job: Job) -> None:
        """Train."""
        self.ask_nothing()
        self.job, self.begun_with, self._keeping = job, None, False
        self._go("starting")
        self._at_hand().send(Begin(job=job, keep_bytes=self.keep_bytes))

    def keep(self, job: Job) -> None:
        """Make a bundle of what a run that was stopped has learned. job: to resume it."""
        self.begin(job)
        self._keeping = True

    def pause(self) -> None:
        """Let the run stand still."""
        self._at_hand().send(Pause())

    def resume(self) -> None:
        """Let the run go on after a pause."""
        self._at_hand().send(Continue())

    def stop(self, *, keep: bool) -> None:
        """End the run now, with a bundle or without."""
        self._go("ending")
        self._at_hand().send(Stop(keep=keep))

    def film(self, run: Path, file: Path, *, dark: bool) -> None:
        """Make a film of the snapshots of a run; the file may be there already, as the person has been asked."""
        self._film = next(self._numbers)
        self._at_hand().send(MakeFilm(number=self._film, run=run, file=file, dark=dark, overwrite=True))

    def stop_filming(self) -> None:
        """Give up the film under way."""
        self._at_hand().send(Stop(keep=False))

    def close(self) -> None:
        """End the process; a run under way can be resumed from the end of its last epoch."""
        self._pause.stop()
        if self._client is not None:
            self._client.close()
            self._client = None
        self._arrived.disconnect()

    # -- what the process says

    def _at_hand(self) -> TrainerClient:
        if self._client is None:
            self._client = self._start(self._arrived.emit)
        return self._client

    def _ask(self) -> None:
        if self._question is not None and not self.busy:
            self._asked = next(self._numbers)
            self._at_hand().send(Ask(number=self._asked, job=self._question))

    def _take(self, reply: object) -> None:
        """Hand on what has come, in the thread of the window."""
        match reply:
            case Estimated(number=number) | Refused(number=number) if number == self._asked:
                self._asked = _NOTHING
                self.estimated.emit(reply)
            case Filmed(number=number) | Refused(number=number) if number == self._film:
                self._film = 0
                self.filmed.emit(reply)
            case Refused(number=0, reason=reason):
                self._take_of_run(Failed(reason=reason))
            case Estimated() | Refused() | Filmed():
                pass  # of something that is no longer of interest
            case Progress():
                self.progressed.emit(reply)
            case Paused():
                self._go("paused")
            case Begun() | Continued() | Reported() | Ended() | Failed():
                self._take_of_run(reply)
            case _:
                self._lost()

    def _take_of_run(self, reply: Begun | Continued | Reported | Ended | Failed) -> None:
        match reply:
            case Begun():
                self.begun_with = reply
                self._go("training")
                self.begun.emit(RunFolder(reply.run))
                if self._keeping:
                    self.stop(keep=True)
            case Continued():
                self._go("training")
            case Reported(snapshot=snapshot):
                self.reported.emit(reply)
                if snapshot is not None:
                    self.snapshot_taken.emit(snapshot)
            case Ended() | Failed():
                self._go("idle")
                self.ended.emit(reply)

    def _lost(self) -> None:
        """The process is gone; a run under way can be resumed, and what was asked about is asked once more."""
        if self._film:
            self._take(Refused(number=self._film, reason="the trainer stopped unexpectedly; try again"))
        if self.busy:
            reason = "The trainer stopped unexpectedly. The run can be resumed from the end of its last epoch."
            self._go("idle")
            self.ended.emit(Failed(reason=reason))
        elif self.asking and not self._asked_again:
            self._asked_again = True
            self._pause.start()
        elif self.asking:
            self._asked = _NOTHING
            self.estimated.emit(Refused(number=_NOTHING, reason="the trainer stops whenever it is asked about this"))

    def _go(self, stage: str) -> None:
        if stage != self.stage:
            self.stage = stage
            self.changed.emit(stage)
