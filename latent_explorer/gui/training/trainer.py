"""The client of the trainer process, with the current run."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.runs import Job, protocol
from latent_explorer.runs.plan import Plan
from latent_explorer.service.child import Client, Lost
from latent_explorer.service.codec import Refused

_ASK_MS = 300
_STAGES: dict[type, str] = {
    protocol.Begun: "training",
    protocol.Continued: "training",
    protocol.Paused: "paused",
    protocol.Ended: "idle",
    protocol.Failed: "idle",
}
StartTrainer = Callable[[Callable[[Any], None]], Client[protocol.Request, protocol.Reply]]


def start_trainer(on_reply: Callable[[Any], None]) -> Client[protocol.Request, protocol.Reply]:
    """A client whose process is started on first use."""
    return Client(protocol.MODULE, protocol.TRAINER, on_reply)


class Trainer(QObject):
    """One run at a time.

    folder: for bundles. keep_bytes: the disk space for snapshots of a run. job: of the current or last run. stage:
    "idle", "starting", "training", "paused", "ending"; changed: the stage has changed. begun: a Begun. reported: a
    Reported. ended: an Ended or a Failed, also if the process was lost. progressed: a Progress. estimated: an Estimated
    or a Refused for the latest plan. filmed: a Filmed or a Refused for the latest film.
    """

    changed = pyqtSignal(str)
    begun = pyqtSignal(object)
    reported = pyqtSignal(object)
    ended = pyqtSignal(object)
    progressed = pyqtSignal(object)
    estimated = pyqtSignal(object)
    filmed = pyqtSignal(object)
    _arrived = pyqtSignal(object)

    def __init__(self, parent: QObject, folder: Path, start: StartTrainer = start_trainer) -> None:
        super().__init__(parent)
        self.folder, self.stage = folder, "idle"
        self.job: Job | None = None
        self.keep_bytes = 512 * 2**20
        self._client = start(self._arrived.emit)
        self._numbers = count(1)
        self._asked: int | None = None
        self._film: int | None = None
        self._share: float | None = None  # of the current run
        self._question: Job | None = None
        self._asked_again = False  # after the process was lost
        self._keeping = False  # whether to end the run as soon as it resumes
        self._pause = timer(self, _ASK_MS, self._ask, once=True)
        self._arrived.connect(self._take)

    @property
    def busy(self) -> bool:
        """Whether a run is in progress."""
        return self.stage != "idle"

    @property
    def work(self) -> tuple[Work, ...]:
        """The current run as work in progress."""
        if not self.busy or self.job is None:
            return ()
        what = {"paused": "Training of {} is paused", "ending": "Ending the training of {}"}.get(
            self.stage, "Training {}"
        )
        return (Work(what.format(self.job.folder.name), self._share),)

    @property
    def asking(self) -> bool:
        """Whether an estimate is in progress."""
        return self._asked is not None and not self.busy

    # -- requests

    def warm(self) -> None:
        """Start the process in advance."""
        self._client.warm()

    def ask(self, plan: Plan) -> None:
        """Request an estimate of a plan, after a short delay without changes."""
        self._asked, self._question, self._asked_again = None, plan.to_job(self.folder), False
        self._pause.start()

    def ask_nothing(self) -> None:
        """Withdraw the request for an estimate."""
        self._asked = self._question = None
        self._pause.stop()

    def begin(self, job: Job) -> None:
        """Start training."""
        self.ask_nothing()
        self.job, self._keeping, self._share = job, False, None
        self._go("starting")
        self._client.send(protocol.Begin(job=job, keep_bytes=self.keep_bytes))

    def keep(self, job: Job) -> None:
        """Make a bundle from a stopped run. job: the job that would resume it."""
        self.begin(job)
        self._keeping = True

    def pause_or_resume(self) -> None:
        """Pause or resume the run."""
        self._client.send(protocol.Continue() if self.stage == "paused" else protocol.Pause())

    def stop(self, *, keep: bool) -> None:
        """Stop the run, with or without keeping its bundle."""
        self._go("ending")
        self._client.send(protocol.Stop(keep=keep))

    def film(self, run: Path, file: Path, **look: Any) -> None:
        """Make a film of the snapshots of a run; replaces an existing file, as confirmed by the user.

        look: other fields of MakeFilm.
        """
        self._film = next(self._numbers)
        self._client.send(protocol.MakeFilm(self._film, run, file, overwrite=True, **look))

    def stop_filming(self) -> None:
        """Cancel the film in progress."""
        self._client.send(protocol.Stop(keep=False))

    def close(self) -> None:
        """Stop the process; a run in progress can be resumed from its last epoch."""
        self._pause.stop()
        self._client.close()
        self._arrived.disconnect()

    # -- replies

    def _ask(self) -> None:
        if self._question is not None and not self.busy:
            self._asked = next(self._numbers)
            self._client.send(protocol.Ask(number=self._asked, job=self._question))

    def _take(self, reply: object) -> None:
        """Emit a reply in the window's thread; drops outdated ones."""
        self._go(_STAGES.get(type(reply), self.stage))
        match reply:
            case protocol.Estimated(number=number) | Refused(number=number) if number == self._asked:
                self._asked = None
                self.estimated.emit(reply)
            case protocol.Filmed(number=number) | Refused(number=number) if number == self._film:
                self._film = None
                self.filmed.emit(reply)
            case Refused(number=0, reason=reason):
                self._take(protocol.Failed(reason=reason))
            case protocol.Begun():
                self.begun.emit(reply)
                if self._keeping:
                    self.stop(keep=True)
            case protocol.Progress():
                self.progressed.emit(reply)
            case protocol.Reported():
                self._share = reply.report.step / max(1, reply.report.steps)
                self.reported.emit(reply)
            case protocol.Ended() | protocol.Failed():
                self.ended.emit(reply)
            case Lost():
                self._lose()

    def _lose(self) -> None:
        """Handle the loss of the process: the run can be resumed, and the estimate is requested again."""
        if self._film is not None:
            self._take(Refused(number=self._film, reason="the trainer stopped unexpectedly; try again"))
        if self.busy:
            reason = "The trainer stopped unexpectedly. The run can be resumed from the end of its last epoch."
            self._take(protocol.Failed(reason=reason))
        elif self.asking and not self._asked_again:
            self._asked_again = True
            self._pause.start()
        elif self.asking:
            self._asked = None
            self.estimated.emit(Refused(number=0, reason="the trainer stops each time it checks these settings"))

    def _go(self, stage: str) -> None:
        if stage != self.stage:
            self.stage = stage
            self.changed.emit(stage)
