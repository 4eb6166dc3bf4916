"""Unfinished runs: asked about when the window closes, and offered at the next launch and on the setup page."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.banner import Banner, Offer
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import filled, wide_button, words
from latent_explorer.gui.widgets.plain import message_box
from latent_explorer.runs import Job, Unfinished, unfinished

_BOXES = 20  # maximum number of runs shown
_PATIENCE = 1.0  # seconds that closing waits for a disk
_MORE = (
    "What it has learned up to the end of its last epoch is kept; you can resume from there at the next launch. "
    "Training since then is lost."
)


def _left_in(folder: Path) -> list[Unfinished]:
    """The unfinished runs without a kept bundle, the latest first."""
    return [run for run in unfinished(folder) if not _kept_since(run.job)]


def _kept_since(job: Job) -> bool:
    try:
        return (job.folder / "config.json").stat().st_mtime_ns >= job.run.state.stat().st_mtime_ns
    except OSError:
        return False


def _sentence(run: Unfinished) -> str:
    return f"{run.job.folder.name} was stopped after epoch {run.epochs} of {run.job.recipe.epochs}."


class Leaving(QObject):
    """Asks before the window closes during a run, and offers to resume unfinished runs.

    unasked: whether the window closes without questions.
    """

    def __init__(self, window: QWidget, trainer: Trainer, banner: Banner, show_setup: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._trainer, self._banner, self._show_setup = window, trainer, banner, show_setup
        self.question: QMessageBox | None = None
        self._agreed = self.unasked = False
        self._offer = Offer("", {})
        self._reader = LatestTask("unfinished runs")
        self._reader.done.connect(self._offer_these)
        trainer.begun.connect(lambda _: self._banner.withdraw(self._offer))

    def may_close(self) -> bool:
        """Whether the window may close now; otherwise asks the user. Closing it again confirms."""
        if self._agreed or not self._trainer.busy or self.question is not None:
            return True
        self._ask()
        return False

    def close(self) -> None:
        """Close the window without a question, as the request does not come from its user."""
        self.unasked = True
        self._leave()

    def _leave(self) -> None:
        self._agreed = True
        self._window.close()

    def _ask(self) -> None:
        job = self._trainer.job
        assert job is not None
        box = message_box(self._window, "Close while training?", f"{job.folder.name} is still being trained.", _MORE)
        close = box.addButton("Keep its state and close", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        assert close is not None
        close.clicked.connect(self._leave)
        box.finished.connect(self._forget)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        self.question = box
        box.show()

    def _forget(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    def offer(self) -> None:
        """Search for unfinished runs and offer to resume them."""
        self._reader.begin(lambda _: _left_in(self._trainer.folder))

    def end(self) -> None:
        """Stop threads, as the window closes."""
        self._reader.close(_PATIENCE)

    def _offer_these(self, runs: list[Unfinished]) -> None:
        if not runs or self._trainer.busy:
            return
        if len(runs) == 1:
            go_on = {"Resume": lambda: self._resume(runs[0].job), "Other choices…": self._show_setup}
            self._offer = Offer(_sentence(runs[0]), go_on)
        else:
            self._offer = Offer(f"{len(runs)} runs were stopped early.", {"Show them": self._show_setup})
        self._banner.offer(self._offer)

    def _resume(self, job: Job) -> None:
        self._show_setup()
        if job.run.state.exists():
            self._trainer.begin(job)
        else:
            self._banner.say(f"{job.folder.name} cannot be resumed: its state was removed.")


class Offers(QWidget):
    """A box for each unfinished run."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self.boxes: list[OfferBox] = []
        self.more = words("faint")
        self._column = filled(QVBoxLayout(self), self.more)
        self._reader = LatestTask("unfinished runs")
        self._reader.done.connect(self._show)
        self.hide()

    def look(self) -> None:
        """Update the list of runs, the latest first."""
        self._reader.begin(lambda _: _left_in(self._trainer.folder))

    def end(self) -> None:
        """Stop threads, as the window closes."""
        self._reader.close(_PATIENCE)

    def _show(self, runs: list[Unfinished]) -> None:
        for box in self.boxes:
            box.hide()
            box.deleteLater()
        self.boxes = [OfferBox(self._trainer, run) for run in runs[:_BOXES]]
        for place, box in enumerate(self.boxes):
            self._column.insertWidget(place, box)
        self.more.setText(f"{len(runs) - _BOXES:,} more runs were stopped earlier.")
        self.more.setVisible(len(runs) > _BOXES)
        self.setVisible(bool(self.boxes))


class OfferBox(QFrame):
    """One unfinished run: resume it, keep its result, or discard it after confirmation."""

    def __init__(self, trainer: Trainer, run: Unfinished) -> None:
        super().__init__()
        self.run = run
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.sentence, job = words(), run.job
        self.resume = wide_button("Resume", "Continue from the end of that epoch", partial(trainer.begin, job))
        self.keep = wide_button(
            "Keep as it is", "Keep the model as it is, without more training", partial(trainer.keep, job)
        )
        self.discard = wide_button("Discard", "Delete all files of the run", partial(self._ask, True))
        self.really = wide_button("Discard it", "This cannot be undone", self._remove)
        self.back = wide_button("Keep it", "Delete nothing", partial(self._ask, False))
        row = filled(QHBoxLayout(), self.resume, self.keep, self.discard, self.really, self.back)
        filled(QVBoxLayout(self), self.sentence, row, margins=(9, 9, 9, 9))
        self._ask(False)

    def _ask(self, asking: bool) -> None:
        name = self.run.job.folder.name
        self.sentence.setText(f"Discard {name}? All that it has learned is lost." if asking else _sentence(self.run))
        for each in (self.resume, self.keep, self.discard):
            each.setHidden(asking)
        for each in (self.really, self.back):
            each.setVisible(asking)

    def _remove(self) -> None:
        shutil.rmtree(self.run.job.run.path, ignore_errors=True)
        self.hide()
