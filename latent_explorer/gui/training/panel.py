"""The dock "Training": the form before a run, then the run; created on first use."""

import re
from dataclasses import replace
from pathlib import Path

import msgspec
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QStackedLayout, QWidget

from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.runs import RunFolder


class TrainingPanel(QWidget):
    """Setup and run as two pages. made: both pages were created. open_wanted: the folder of a bundle to open."""

    made = pyqtSignal()
    open_wanted = pyqtSignal(object)

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer, self._theme = trainer, DARK
        self._pages = QStackedLayout(self)
        self.is_made = False
        trainer.changed.connect(self._change)

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self._theme = theme
        if self.is_made:
            self.run.dress(theme)

    def make(self) -> None:
        """Create the pages, if necessary."""
        if self.is_made:
            return
        from latent_explorer.gui.training.pages import RunPage, SetupPage

        self.setup, self.run = SetupPage(self._trainer), RunPage(self._trainer, self._theme)
        for page in (self.setup, self.run):
            self._pages.addWidget(page)
        self.is_made = True
        self.run.running.retry_wanted.connect(self._retry)
        for back in (self.run.discarded, self.run.running.back_wanted, self.run.results.again_wanted):
            back.connect(self.show_setup)
        self.run.results.open_wanted.connect(self.open_wanted)
        self.made.emit()

    def show_setup(self) -> None:
        """Show the setup page."""
        self.make()
        self._pages.setCurrentWidget(self.setup)
        self.setup.show_afresh()

    def train_on(self, dataset: Path) -> bool:
        """Show the setup page with a dataset filled in; returns False during a run."""
        if self._trainer.busy:
            return False
        self.show_setup()
        self.setup.form.choose(source=str(dataset))
        return True

    def show_run(self, run: RunFolder) -> None:
        """Show a run that has ended, unless another one is in progress."""
        self.make()
        if not self._trainer.busy:
            self.run.show_past(run)
        self._pages.setCurrentWidget(self.run)

    def end(self) -> None:
        """Stop threads and timers, as the window closes."""
        if self.is_made:
            self.setup.offers.end()
            self.run.end()

    def _change(self, stage: str) -> None:
        if stage == "starting":
            self.make()
            self._pages.setCurrentWidget(self.run)

    def _retry(self, batch_size: int) -> None:
        """Train the last job again with smaller batches."""
        job = self._trainer.job
        if job is not None:
            recipe = msgspec.structs.replace(job.recipe, batch_size=batch_size)
            command = re.sub(r"--batch-size=\d+", f"--batch-size={batch_size}", job.command)
            self._trainer.begin(replace(job, recipe=recipe, command=command, overwrite=True, resume=False))

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if not self.is_made:
            self.show_setup()
            self._trainer.warm()
