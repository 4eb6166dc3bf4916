"""Closing the window while a run is under way, and finding it again at the next launch."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QMessageBox

from latent_explorer.gui.training.offers import Stopped, stopped_runs

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow

_QUESTION = "{name} is still being trained."
_MORE = (
    "What it has learned up to the end of its last epoch is kept, and the next launch offers to go on from there. "
    "What came after is trained again."
)


class Leaving(QObject):
    """Asks once before a run is left, and offers to go on with those that were."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.question: QMessageBox | None = None
        self._agreed = False

    def may_close(self) -> bool:
        """Whether the window may close now; if not, the person is asked. Who closes it again means it."""
        if self._agreed or not self._window.trainer.busy or self.question is not None:
            return True
        self._ask()
        return False

    def close(self) -> None:
        """Close the window without a question: whoever wants it cannot be asked."""
        self._agreed = True
        self._window.close()

    def _ask(self) -> None:
        job, buttons = self._window.trainer.job, QMessageBox.StandardButton
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
        runs = stopped_runs(self._window.trainer.folder)
        if not runs or self._window.trainer.busy:
            return
        if len(runs) == 1:
            go_on = {"Resume": lambda: self._resume(runs[0]), "Other choices…": self._show}
            self._window.banner.say(runs[0].sentence, go_on)
        else:
            self._window.banner.say(f"{len(runs)} runs were stopped before their end.", {"Show them": self._show})

    def _resume(self, run: Stopped) -> None:
        self._show()
        self._window.trainer.begin(run.job)

    def _show(self) -> None:
        self._window.docks.bring("Training")
        self._window.training.show_setup()
