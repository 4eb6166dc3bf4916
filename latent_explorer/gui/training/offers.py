"""Runs that were stopped, or whose window was killed: go on, keep what there is, or throw it away."""

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.gui.training.buttons import button, words
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.runs import Job


@dataclass(frozen=True)
class Stopped:
    """A run to go on with. epochs: trained so far."""

    job: Job
    epochs: int

    @property
    def sentence(self) -> str:
        """What became of it."""
        return f"{self.job.folder.name} was stopped after epoch {self.epochs} of {self.job.recipe.epochs}."


def stopped_runs(folder: Path) -> list[Stopped]:
    """Those in `folder` of which nothing was kept, the latest first: what was stopped and kept is not asked about."""
    from latent_explorer.runs.resume import unfinished

    found = (Stopped(each.job, each.epochs) for each in unfinished(folder))
    return [each for each in found if not _kept_since(each.job)]


def _kept_since(job: Job) -> bool:
    config = job.folder / "config.json"
    return config.exists() and config.stat().st_mtime_ns >= job.run.state.stat().st_mtime_ns


class Offers(QWidget):
    """A box for each run that was stopped."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self.boxes: list[OfferBox] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def look(self) -> None:
        """Show the runs that there are now."""
        for box in self.boxes:
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = [OfferBox(self._trainer, run) for run in stopped_runs(self._trainer.folder)]
        for box in self.boxes:
            self._column.addWidget(box)
            box.show()
        self.setVisible(bool(self.boxes))


class OfferBox(QFrame):
    """One run, with three buttons; throwing it away is asked about once."""

    def __init__(self, trainer: Trainer, run: Stopped) -> None:
        super().__init__()
        self.run, self._trainer = run, trainer
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.sentence = words()
        self.resume = button("Resume", "Go on from the end of that epoch", partial(trainer.begin, run.job))
        self.keep = button("Keep as it is", "Make a bundle of what it has learned", partial(trainer.keep, run.job))
        self.discard = button("Discard", "Remove all that it has written", partial(self._ask, True))
        self.really = button("Discard it", "It cannot be brought back", self._remove)
        self.back = button("Leave it", "Remove nothing", partial(self._ask, False))
        column, row = QVBoxLayout(self), QHBoxLayout()
        row.setSpacing(5)
        column.addWidget(self.sentence)
        for each in (self.resume, self.keep, self.discard, self.really, self.back):
            row.addWidget(each)
        column.addLayout(row)
        self._ask(False)

    def _ask(self, asking: bool) -> None:
        name = self.run.job.folder.name
        self.sentence.setText(f"Discard {name}? Its epochs are lost." if asking else self.run.sentence)
        for each in (self.resume, self.keep, self.discard):
            each.setVisible(not asking)
        for each in (self.really, self.back):
            each.setVisible(asking)

    def _remove(self) -> None:
        shutil.rmtree(self.run.job.run.path, ignore_errors=True)
        self.hide()
