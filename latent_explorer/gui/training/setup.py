"""Before a run: runs to go on with, the form, what is to be expected, and the button."""

from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.training import words as say
from latent_explorer.gui.training.buttons import button, primary, words
from latent_explorer.gui.training.form import PlanForm
from latent_explorer.gui.training.offers import Offers
from latent_explorer.gui.training.scrolling import AsHighAsNeeded
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.runs.protocol import Estimated, Progress
from latent_explorer.runs.settings import find_setting
from latent_explorer.service.codec import Refused

_ASKING = "Estimating time and memory…"


class SetupPage(QWidget):
    """Chooses a plan and begins it. begun: the person has pressed Train."""

    begun = pyqtSignal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self._trainer = trainer
        self.offers, self.form = Offers(trainer), PlanForm(trainer.folder)
        self.help, self.expected, self.reason = words("faint"), words("faint"), words("error")
        self.train = primary(button("Train", "Begin to train, in a process of its own", self._begin))
        self._lay_out()
        self.form.changed.connect(self._weigh)
        self.form.helped.connect(self.help.setText)
        trainer.estimated.connect(self._expect)
        trainer.progressed.connect(self._prepare)
        self.help.setText(find_setting("source").sentence)

    def show_afresh(self) -> None:
        """Offer a free name, and say what is to be expected."""
        self.offers.look()
        self.form.offer_name()

    def drop(self, path: Path) -> None:
        """Choose a folder or file as the dataset."""
        self.form.choose(source=str(path))

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(10)
        column.addWidget(self.offers)
        column.addWidget(self.form)
        foot = QVBoxLayout()
        foot.setContentsMargins(10, 4, 10, 10)
        foot.setSpacing(6)
        self.expected.setMinimumHeight(3 * self.expected.fontMetrics().lineSpacing())  # the button stays where it is
        self.expected.setAlignment(Qt.AlignmentFlag.AlignTop)
        for widget in (self.expected, self.reason, self.train, self.help):
            foot.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(AsHighAsNeeded(inner))
        whole.addLayout(foot)
        whole.addStretch(1)

    def _weigh(self) -> None:
        """Something was chosen anew: can it be trained, and what would it take?"""
        wrong = self.form.problems()
        self.train.setEnabled(not wrong)
        self.reason.setVisible(bool(wrong))
        if wrong:
            labels = [find_setting(name).label for name in wrong]
            self.reason.setText(f"Mend first: {', '.join(labels)}.")
            self.expected.setText("")
            self._trainer.ask_nothing()
        else:
            self.expected.setText(_ASKING)
            self._trainer.ask(self.form.plan)

    def _expect(self, reply: Estimated | Refused) -> None:
        if isinstance(reply, Estimated):
            self.expected.setText(say.estimate(reply))
            return
        self.expected.setText("")
        self.reason.setText(say.capital(reply.reason))
        self.reason.show()
        self.train.setEnabled(False)

    def _prepare(self, progress: Progress) -> None:
        """A dataset is being fetched or read, before it can be said what it takes."""
        if self._trainer.asking:
            share = f" {progress.done / progress.total:.0%}" if progress.total else ""
            self.expected.setText(f"{say.capital(progress.doing)}{share}…")

    def _begin(self) -> None:
        if not self.form.problems():
            plan = self.form.plan
            self._trainer.keep_bytes = plan.moments * 2**20
            self._trainer.begin(plan.to_job(self._trainer.folder))
            self.begun.emit()
