"""During and after a run: how it goes, its curves, its digits, its moments, and what came of it."""

from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.curves import Curves
from latent_explorer.gui.training.digits import DigitStrip
from latent_explorer.gui.training.results import ResultView
from latent_explorer.gui.training.running import RunningView
from latent_explorer.gui.training.scrolling import Scrolling
from latent_explorer.gui.training.timeline import Timeline
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.runs import RunFolder
from latent_explorer.runs.protocol import Ended, Failed, Reported
from latent_explorer.runs.report import read_log


class RunPage(Scrolling):
    """Follows the run of a trainer. discarded: it has ended and nothing of it is left."""

    discarded = pyqtSignal()

    def __init__(self, trainer: Trainer, theme: Theme) -> None:
        super().__init__()
        self._trainer = trainer
        self.running, self.results, self.curves = RunningView(trainer), ResultView(theme), Curves(theme)
        self.digits, self.timeline = DigitStrip(), Timeline()
        self.digits.invert = not theme.dark
        self._lay_out()
        trainer.changed.connect(self._change)
        trainer.begun.connect(self._begin)
        trainer.reported.connect(self._take)
        trainer.ended.connect(self._end)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.digits.invert = not theme.dark
        self.digits.update()
        self.curves.dress(theme)
        self.results.dress(theme)

    def show_past(self, run: RunFolder) -> None:
        """Show a run that has ended."""
        self.curves.start(1, 1)
        self.digits.clear()
        self.running.hide()
        self.results.show_bundle(run.bundle, self._trainer.folder, complete=True)
        self.results.show()
        self._show_log(run)

    def _show_log(self, run: RunFolder) -> None:
        """Show what was reported before now."""
        reports = read_log(run)
        ends = [report for report in reports if report.test_losses is not None]
        if ends:
            self.curves.start(ends[-1].step // ends[-1].epoch, ends[-1].epoch)
        for report in reports:
            self.curves.take(report)

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(12)
        for widget in (self.running, self.results, self.timeline, self.digits, self.curves):
            column.addWidget(widget)
        column.addStretch(1)
        self.results.hide()
        self.setWidget(inner)

    def _change(self, stage: str) -> None:
        if stage == "starting":
            self.running.start()
            self.running.show()
            self.results.hide()
            self.timeline.set_moments([])
            self.digits.clear()
            self.curves.start(1, 1)

    def _begin(self, run: RunFolder) -> None:
        begun, job = self._trainer.begun_with, self._trainer.job
        if begun is not None and job is not None:
            self.curves.start(begun.per_epoch, job.recipe.epochs)
            for report in read_log(run) if job.resume else ():
                self.curves.take(report)

    def _take(self, reported: Reported) -> None:
        self.curves.take(reported.report)

    def _end(self, reply: Ended | Failed) -> None:
        match reply:
            case Failed():
                self.running.fail(reply)
            case Ended(bundle=None):
                self.discarded.emit()
            case Ended(bundle=bundle, complete=complete):
                assert isinstance(bundle, Path)
                self.running.hide()
                self.results.show_bundle(bundle, self._trainer.folder, complete=complete)
                self.results.show()
