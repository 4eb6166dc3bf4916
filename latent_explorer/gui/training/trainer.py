"""The run under way, if there is one: speaks with the trainer's process, and tells panel and window."""

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
    """A client with a process of its own, which is started when it is first needed."""
    return Client(protocol.MODULE, protocol.TRAINER, on_reply)


class Trainer(QObject):
    """One run at a time.

    folder: where the bundles go. keep_bytes: what the snapshots of a run may take on disk. job: of the run under way,
    or of the last one. stage: "idle", "starting", "training", "paused", "ending"; changed: it is another.
    begun: a Begun. reported: a Reported. ended: an Ended or a Failed, also where the trainer's process
    was lost. progressed: a Progress. estimated: an Estimated or a Refused, of the plan that was asked about last.
    filmed: a Filmed or a Refused, of the film asked for last.
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
        self._share: float | None = None  # of the run under way
        self._question: Job | None = None
        self._asked_again = False  # after the process was lost
        self._keeping = False  # whether the run is to end as soon as it goes on
        self._pause = timer(self, _ASK_MS, self._ask, once=True)
        self._arrived.connect(self._take)

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self.stage != "idle"

    @property
    def work(self) -> tuple[Work, ...]:
        """The run under way, in words."""
        if not self.busy or self.job is None:
            return ()
        what = {"paused": "Training of {} is paused", "ending": "Ending the training of {}"}.get(
            self.stage, "Training {}"
        )
        return (Work(what.format(self.job.folder.name), self._share),)

    @property
    def asking(self) -> bool:
        """Whether an estimate is under way."""
        return self._asked is not None and not self.busy

    # -- what a person wants

    def warm(self) -> None:
        """Let the process start, so that it is there when it is needed."""
        self._client.warm()

    def ask(self, plan: Plan) -> None:
        """Ask, when nothing more is changed for a moment, what a plan would take."""
        self._asked, self._question, self._asked_again = None, plan.to_job(self.folder), False
        self._pause.start()

    def ask_nothing(self) -> None:
        """What was asked about is no longer of interest."""
        self._asked = self._question = None
        self._pause.stop()

    def begin(self, job: Job) -> None:
        """Train."""
        self.ask_nothing()
        self.job, self._keeping, self._share = job, False, None
        self._go("starting")
        self._client.send(protocol.Begin(job=job, keep_bytes=self.keep_bytes))

    def keep(self, job: Job) -> None:
        """Make a bundle of what a run that was stopped has learned. job: to resume it."""
        self.begin(job)
        self._keeping = True

    def pause_or_resume(self) -> None:
        """Let the run stand still, or go on where it does."""
        self._client.send(protocol.Continue() if self.stage == "paused" else protocol.Pause())

    def stop(self, *, keep: bool) -> None:
        """End the run now, with a bundle or without."""
        self._go("ending")
        self._client.send(protocol.Stop(keep=keep))

    def film(self, run: Path, file: Path, **look: Any) -> None:
        """Make a film of the snapshots of a run; the file may be there already, as the person has been asked.

        look: other fields of MakeFilm.
        """
        self._film = next(self._numbers)
        self._client.send(protocol.MakeFilm(self._film, run, file, overwrite=True, **look))

    def stop_filming(self) -> None:
        """Give up the film under way."""
        self._client.send(protocol.Stop(keep=False))

    def close(self) -> None:
        """End the process; a run under way can be resumed from the end of its last epoch."""
        self._pause.stop()
        self._client.close()
        self._arrived.disconnect()

    # -- what the process says

    def _ask(self) -> None:
        if self._question is not None and not self.busy:
            self._asked = next(self._numbers)
            self._client.send(protocol.Ask(number=self._asked, job=self._question))

    def _take(self, reply: object) -> None:
        """Hand on what has come, in the thread of the window; what is no longer of interest is dropped."""
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
        """The process is gone; a run under way can be resumed, and what was asked about is asked once more."""
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
