"""Closing the window while a run is under way, and finding it again at the next launch."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QMessageBox, QWidget

from latent_explorer.gui.training.offers import Stopped, stopped_runs
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.banner import Banner

_QUESTION = "{name} is still being trained."
_MORE = (
    "What it has learned up to the end of its last epoch is kept, and the next launch offers to go on from there. "
    "What came after is trained again."
)


class Leaving(QObject):
    """Asks once before a run is left, and offers to go on with those that were."""

    def __init__(self, window: QWidget, trainer: Trainer, banner: Banner, show_setup: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._trainer, self._banner, self._show_setup = window, trainer, banner, show_setup
        self.question: QMessageBox | None = None
        self._agreed = False

    def may_close(self) -> bool:
        """Whether the window may close now; if not, the person is asked. Who closes it again means it."""
        if self._agreed or not self._trainer.busy or self.question is not None:
            return True
        self._ask()
        return False

    def close(self) -> None:
        """Close the window without a question: whoever wants it cannot be asked."""
        self._agreed = True
        self._window.close()

    def _ask(self) -> None:
        job, buttons = self._trainer.job, QMessageBox.StandardButton
        assert job is not None
        box = QMessageBox(self._window)
        box.setWindowTitle("Close while training?")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(_QUESTION.format(name=job.folder.name))
        box.setInformativeText(_MORE)
        close = box.addButton("Keep its state and close", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(buttons.Cancel))
        assert close is not None
        close.clicked.connect(self.close)
        box.finished.connect(self._forget)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        self.question = box
        box.show()

    def _forget(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    # -- at the next launch

    def offer(self) -> None:
        """Say which runs were left, and offer to go on."""
        runs = stopped_runs(self._trainer.folder)
        if not runs or self._trainer.busy:
            return
        if len(runs) == 1:
            go_on = {"Resume": lambda: self._resume(runs[0]), "Other choices…": self._show_setup}
            self._banner.say(runs[0].sentence, go_on)
        else:
            self._banner.say(f"{len(runs)} runs were stopped before their end.", {"Show them": self._show_setup})

    def _resume(self, run: Stopped) -> None:
        self._show_setup()
        self._trainer.begin(run.job)
