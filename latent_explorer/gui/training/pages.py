"""The two pages of the panel: setup with estimate; run with progress and results."""

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QSize, pyqtSignal
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from latent_explorer.bundles import Moment, read_config
from latent_explorer.errors import UserError
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.curves import Curves
from latent_explorer.gui.training.figures import capital, estimate
from latent_explorer.gui.training.form import PlanForm
from latent_explorer.gui.training.running import ResultView, RunningView
from latent_explorer.gui.training.samples import SamplesView
from latent_explorer.gui.training.timeline import Timeline
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.training.unfinished import Offers
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import Scrolling, filled, wide_button, words
from latent_explorer.runs import RunFolder, kept_job
from latent_explorer.runs.plan import DATASETS
from latent_explorer.runs.protocol import Begun, Ended, Estimated, Failed, Progress, Reported
from latent_explorer.runs.report import UNLABELLED, Report, read_log
from latent_explorer.runs.settings import competes, find_setting
from latent_explorer.service.codec import Refused

_PATIENCE = 1.0  # seconds that closing waits for a disk
_HERE = {
    "@pages": "In this form: More settings, Pages.",
    "to stretch all to one size": "In this form: Image size.",
}
"""Where in the form to find an option that an error message names as in a terminal."""
_PRIMARY = (
    "QPushButton#primary:enabled { background: palette(highlight); color: palette(highlighted-text); "
    "font-weight: 600; }"
)


class AsHighAsNeeded(Scrolling):
    """A scroll area as high as its content, if there is room, so that the next widget follows directly."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setWidget(inner)
        inner.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        inner, seen = self.widget(), self.viewport()
        if inner is None or seen is None:
            return super().sizeHint()
        width, layout = max(inner.minimumSizeHint().width(), seen.width()), inner.layout()
        height = layout.totalHeightForWidth(width) if layout is not None and layout.hasHeightForWidth() else -1
        return QSize(width, height if height > 0 else inner.sizeHint().height())

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the height of the content."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return False


class SetupPage(QWidget):
    """The setup page: unfinished runs, and the form that starts a run."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self.offers, self.form = Offers(trainer), PlanForm(trainer.folder)
        self.help, self.reason = words("faint"), words("error")
        self.expected = words("faint", 3)  # so that the button does not move
        self.read = words("faint")
        self._agreed = ""  # the dataset whose download the button announces
        self.train = wide_button("Train", "Start training in a separate process", self._begin)
        self._lay_out()
        self.form.changed.connect(self._weigh)
        self.form.helped.connect(self.help.setText)
        trainer.estimated.connect(self._expect)
        trainer.progressed.connect(self._prepare)
        self.help.setText(find_setting("source").sentence)

    def show_afresh(self) -> None:
        """Offer a free name and update the estimate."""
        self.offers.look()
        self.form.offer_name()

    def _lay_out(self) -> None:
        self.train.setObjectName("primary")
        self.train.setFixedHeight(32)
        self.train.setStyleSheet(_PRIMARY)
        inner = QWidget()
        filled(QVBoxLayout(inner), self.offers, self.form, self.read, spacing=10, margins=(10, 8, 10, 8))
        foot = filled(
            QVBoxLayout(), self.expected, self.reason, self.train, self.help, spacing=6, margins=(10, 4, 10, 10)
        )
        filled(QVBoxLayout(self), AsHighAsNeeded(inner), foot, 1, spacing=0)

    def _weigh(self) -> None:
        """Validate the changed plan and request an estimate."""
        wrong = self.form.problems()
        self.train.setEnabled(not wrong)
        self._show_read()
        self.reason.setVisible(bool(wrong))
        if wrong:
            labels = [find_setting(name).label for name in wrong]
            self.reason.setText(f"Correct these settings first: {', '.join(labels)}.")
            self.expected.setText("")
            self._trainer.ask_nothing()
        else:
            self.expected.setText("Estimating time and memory…")
            self._trainer.ask(self.form.plan)
            if self.form.plan.source in DATASETS[1:]:  # may need a download; only the answer tells
                self.train.setEnabled(False)

    def _expect(self, reply: Estimated | Refused) -> None:
        if isinstance(reply, Estimated):
            self.expected.setText(estimate(reply))
            self._show_read(reply)
            self.train.setEnabled(True)
            return
        self.expected.setText("")
        here = [sentence for words, sentence in _HERE.items() if words in reply.reason]
        self.reason.setText(
            " ".join([capital(reply.reason).rstrip(".") + ".", *here] if here else [capital(reply.reason)])
        )
        self.reason.show()
        self.train.setEnabled(False)

    def _show_read(self, known: Estimated | None = None) -> None:
        """Show what was read of the dataset; announce a download on the button, whose press is the consent."""
        self.read.setText("\n".join(known.read) if known is not None else "")
        self.read.setVisible(bool(self.read.text()))
        download = known is not None and bool(known.download)
        self._agreed = self.form.plan.dataset if download else ""
        self.train.setText("Download and train" if download else "Train")

    def _prepare(self, progress: Progress) -> None:
        """Show the progress of downloading or reading a dataset for the estimate."""
        if self._trainer.asking:
            share = f" {progress.done / progress.total:.0%}" if progress.total else ""
            self.expected.setText(f"{capital(progress.doing)}{share}…")

    def _begin(self) -> None:
        if not self.form.problems():
            plan = self.form.plan
            self._trainer.keep_bytes = plan.moments * 2**20
            job = plan.to_job(self._trainer.folder)
            self._trainer.begin(replace(job, download=self._agreed == job.source))


class RunPage(Scrolling):
    """The run page of a trainer. discarded: the run has ended without a result."""

    discarded = pyqtSignal()

    def __init__(self, trainer: Trainer, theme: Theme) -> None:
        super().__init__()
        self._trainer = trainer
        self.running, self.results, self.curves = RunningView(trainer), ResultView(theme), Curves(theme)
        self.samples, self.timeline = SamplesView(theme), Timeline()
        self._past = False  # whether the run shown has ended
        self._reader = LatestTask("run log")
        self._reader.done.connect(self._show_log)
        inner, parts = QWidget(), (self.running, self.results, self.timeline, self.samples, self.curves)
        filled(QVBoxLayout(inner), *parts, 1, spacing=12, margins=(10, 8, 10, 10))
        self.setWidget(inner)
        self.results.hide()
        trainer.changed.connect(self._change)
        trainer.begun.connect(self._begin)
        trainer.reported.connect(self._take)
        trainer.ended.connect(self._end)

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self.samples.dress(theme)
        self.curves.dress(theme)
        self.results.dress(theme)

    def end(self) -> None:
        """Stop threads and timers, as the window closes."""
        self.curves.end()
        self.results.end()
        self.samples.end()
        self._reader.close(_PATIENCE)

    def show_moment(self, moment: Moment | None) -> None:
        """Show the run at a snapshot; None for the newest."""
        self.curves.show_moment(None if moment is None else moment.step)
        self.samples.show_moment(moment)

    def show_past(self, run: RunFolder) -> None:
        """Show a run that has ended."""
        self.samples.begin(run.path)
        self._show_results(run.bundle, complete=True)
        self.curves.start(1, 1)
        self._past = True
        self._reader.begin(lambda _: (_kind_of(run), read_log(run)))

    def _show_log(self, read: tuple[tuple[str, str], list[Report]]) -> None:
        """Show the earlier reports of a run. read: its family, and all reports."""
        (family, uncovered), reports = read
        self.curves.say_family(family)
        if self._past:
            self.samples.say_uncovered(uncovered)
        ends = [report for report in reports if report.test_losses is not None]
        if self._past and ends:
            self.curves.start(ends[-1].step // ends[-1].epoch, ends[-1].epoch)
        self.curves.take_before(reports)

    def _show_results(self, bundle: Path, *, complete: bool) -> None:
        self.running.hide()
        self.results.show_bundle(bundle, self._trainer.folder, complete=complete)
        self.results.show()

    def _change(self, stage: str) -> None:
        if stage == "starting":
            self.running.start()
            self.running.show()
            self.results.hide()
            self.timeline.set_moments([])
            self.samples.begin(None)
            self._reader.drop()
            self.curves.start(1, 1)

    def _begin(self, begun: Begun) -> None:
        job = self._trainer.job
        self.samples.begin(begun.run, begun.uncovered)
        self.curves.start(begun.per_epoch, begun.steps // begun.per_epoch)
        self.curves.say_family("" if job is None else job.family)
        if job is not None and job.resume:
            self._past = False
            self._reader.begin(lambda _: ((job.family, ""), read_log(job.run)))

    def _take(self, reported: Reported) -> None:
        self.curves.take(reported.report)
        self.samples.take(reported.report)

    def _end(self, reply: Ended | Failed) -> None:
        if isinstance(reply, Failed):
            self.running.fail(reply)
        elif reply.bundle is None:
            self.discarded.emit()
        else:
            self._show_results(reply.bundle, complete=reply.complete)


def _kind_of(run: RunFolder) -> tuple[str, str]:
    """The family of a run's network, and why it has no class shares of samples; empty if unknown."""
    try:
        family = kept_job(run).family
        unlabelled = competes(family) and not read_config(run.bundle).dataset.class_names
    except UserError:
        return "", ""
    return family, UNLABELLED if unlabelled else ""
