"""How the run goes: how far it is, how quick, and the buttons that stop it; what became of it afterwards."""

from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.gui.training.figures import capital, duration
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.parts import filled, words
from latent_explorer.gui.widgets.parts import wide_button as button
from latent_explorer.runs.protocol import Failed, Progress, Reported
from latent_explorer.runs.report import Report

_STAGES = {"starting": "Starting…", "paused": "Paused", "ending": "Ending…"}
_PAUSE_TIP = "Stand still after the step under way"


class RunningView(QWidget):
    """Shows the run of a trainer. retry_wanted: with batches of so many images. back_wanted: to the settings."""

    retry_wanted = pyqtSignal(int)
    back_wanted = pyqtSignal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self._report: Report | None = None
        self._batch = 0
        self.title, self.state, self.speed, self.reason = words(), words(), words("faint"), words("error")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self._make_buttons()
        self.title.setStyleSheet("font-weight: 600;")
        row = filled(QHBoxLayout(), *self.buttons)
        filled(QVBoxLayout(self), self.title, self.bar, self.state, self.speed, self.reason, row, spacing=6)
        trainer.changed.connect(self._show_stage)
        trainer.progressed.connect(self._progress)
        trainer.begun.connect(self._begin)
        trainer.reported.connect(self._take)
        self.start()

    def start(self) -> None:
        """Show a run of which nothing is known yet."""
        self._report = None
        job = self._trainer.job
        self.title.setText("" if job is None else job.folder.name)
        self.bar.setRange(0, 0)
        self.speed.setText(" ")
        self.reason.hide()
        self._show_stage(self._trainer.stage)

    def fail(self, failed: Failed) -> None:
        """Say why the run has failed, and offer what may help."""
        self._batch = failed.batch_size or 0
        kept = ". What it had learned is kept." if failed.bundle is not None else ""
        self.reason.setText(f"{capital(failed.reason)}{kept}")
        self.reason.show()
        self.retry.setText(f"Train with batches of {self._batch}")
        self._offer(self.back, *([self.retry] if self._batch else []))
        self.state.setText("Failed")
        self.bar.hide()
        self.speed.hide()

    def _make_buttons(self) -> None:
        trainer = self._trainer
        self.pause = button("Pause", _PAUSE_TIP, trainer.pause_or_resume)
        self.keep = button("Stop and keep", "End now and keep the best so far", partial(trainer.stop, keep=True))
        self.discard = button("Stop and discard", "End now and remove all of this run", self._ask)
        self.really = button("Discard the run", "It cannot be brought back", partial(trainer.stop, keep=False))
        self.go_on = button("Go on training", "Discard nothing", self._show)
        self.retry = button("", "The same with less memory", lambda: self.retry_wanted.emit(self._batch))
        self.back = button("Back to the settings", "Choose something else", self.back_wanted.emit)
        self.buttons = (self.pause, self.keep, self.discard, self.really, self.go_on, self.back, self.retry)

    def _offer(self, *offered: QWidget) -> None:
        for each in self.buttons:
            each.setVisible(each in offered)

    def _ask(self) -> None:
        self.state.setText("Discard this run, with all it has learned?")
        self._offer(self.go_on, self.really)

    def _show_stage(self, stage: str) -> None:
        if stage == "starting":
            self.bar.show()
            self.speed.show()
        self.pause.setText("Resume" if stage == "paused" else "Pause")
        self.pause.setToolTip("Go on" if stage == "paused" else _PAUSE_TIP)
        for each in (self.keep, self.pause):
            each.setEnabled(stage in ("training", "paused"))
        self.discard.setEnabled(stage in ("starting", "training", "paused"))
        self._show()

    def _show(self) -> None:
        self._offer(self.pause, self.keep, self.discard)
        stage, job, report = self._trainer.stage, self._trainer.job, self._report
        if report is None or job is None or stage in ("starting", "ending"):
            self.state.setText(_STAGES.get(stage, "Training…"))
            return
        doing = "paused" if stage == "paused" else _left(report)
        self.state.setText(f"Epoch {report.epoch} of {job.recipe.epochs} · {doing}")
        self.speed.setText(f"{report.images_per_second:,.0f} images a second")

    def _begin(self) -> None:
        begun = self._trainer.begun_with
        if begun is not None:
            self._show_share(0, begun.steps)

    def _show_share(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _take(self, reported: Reported) -> None:
        self._report = reported.report
        self._show_share(reported.report.step, reported.report.steps)
        if not self.really.isVisible():
            self._show()

    def _progress(self, progress: Progress) -> None:
        """What takes long before and after training."""
        if not self._trainer.busy:
            return
        self.state.setText(f"{capital(progress.doing)}…")
        if progress.total and self._trainer.stage != "training":
            self._show_share(round(1000 * progress.done / progress.total), 1000)


def _left(report: Report) -> str:
    return f"{duration(report.seconds_left)} left" if report.step < report.steps else "writing the bundle"
