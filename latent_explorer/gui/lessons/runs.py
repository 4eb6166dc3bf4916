"""How far the runs are that a lesson offers, and whether their models are there already."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.lessons.lesson import LessonRun
from latent_explorer.lessons.situation import RunSeen
from latent_explorer.places import trained_folder
from latent_explorer.runs.plan import Plan
from latent_explorer.runs.protocol import Ended, Failed, Reported


class RunWatch(QObject):
    """Follows the runs of one lesson. seen: each by its name. changed: one of them has ended, or is there already."""

    changed = pyqtSignal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self.seen: dict[str, RunSeen] = {}
        self._looking = LatestTask("lesson runs")
        self._looking.done.connect(self._take)
        trainer.reported.connect(self._report)
        trainer.ended.connect(self._end)

    def follow(self, runs: Mapping[str, LessonRun]) -> None:
        """Follow these, and no others; whether they are there is looked for in a thread."""
        self.seen = {name: RunSeen() for name in runs}
        if runs:
            self._looking.begin(partial(_there, tuple(runs)))

    def end(self) -> None:
        """Follow none."""
        self._looking.close(2.0)
        self._trainer.reported.disconnect(self._report)
        self._trainer.ended.disconnect(self._end)

    @property
    def under_way(self) -> str:
        """The name of what is being trained; empty where nothing is."""
        job = self._trainer.job
        return job.folder.name if job is not None and self._trainer.busy else ""

    def begin(self, run: LessonRun) -> None:
        """Train a run; its model goes where those trained in the window do, over what was left of an earlier try."""
        plan = Plan(
            source=run.dataset,
            family=run.family,
            trunk=run.trunk,
            latent_dim=run.latent_dim,
            settings=run.settings,
            epochs=run.epochs,
            batch_size=run.batch_size,
            seed=run.seed,
            name=run.name,
        )
        self._trainer.begin(replace(plan.to_job(self._trainer.folder), overwrite=True))

    def _report(self, reported: Reported) -> None:
        if (name := self.under_way) in self.seen:
            self.seen[name] = RunSeen(reported.report.epoch)

    def _end(self, reply: Ended | Failed) -> None:
        name = "" if reply.bundle is None else reply.bundle.name
        if name in self.seen:
            self.seen[name] = RunSeen(self.seen[name].epoch, whole=True)
        self.changed.emit()

    def _take(self, there: object) -> None:
        if isinstance(there, tuple):
            self.seen.update({name: RunSeen(whole=True) for name in there if name in self.seen})
            self.changed.emit()


def _there(names: tuple[str, ...], check: object) -> tuple[str, ...]:
    """Which of these models there are."""
    return tuple(name for name in names if (trained_folder() / name / "config.json").is_file())
