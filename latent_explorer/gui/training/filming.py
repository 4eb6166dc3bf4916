"""Exporting the film of a run: where to, and how far it is."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog, QWidget

from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.training.panel import TrainingPanel
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.runs import RunFolder
from latent_explorer.runs.protocol import Filmed, Progress
from latent_explorer.service.codec import Refused

_FORMATS = ("GIF (*.gif)", "WebP (*.webp)", "MP4 (*.mp4)")
_KEY = "export/folder"
_LATER = "A film can be made when the run has ended, or was stopped."


class Filming(QObject):
    """Asks for a file, and lets the trainer make the film; what comes of it is in the status bar.

    While it is made, the same button gives it up. run: the one that is gone through, if any.
    dark: whether the theme is.
    """

    def __init__(
        self,
        parent: QWidget,
        trainer: Trainer,
        panel: TrainingPanel,
        shared: Shared,
        run: Callable[[], RunFolder | None],
        dark: Callable[[], bool],
    ) -> None:
        super().__init__(parent)
        self._parent, self._trainer, self._panel, self._shared = parent, trainer, panel, shared
        self._run, self._dark = run, dark
        self._under_way = False
        panel.made.connect(self._meet)
        trainer.filmed.connect(self._tell)
        trainer.progressed.connect(self._progress)

    def choose(self) -> None:
        """Ask where the film of the run that is gone through is to go."""
        run = self._run()
        if self._under_way:
            self._trainer.stop_filming()
            return
        if run is None or self._trainer.busy:
            self._shared.say(_LATER)
            return
        folder = self._shared.settings.text(_KEY, str(Path.home()))
        chooser = QFileDialog(self._parent, "Export the film", folder)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters(_FORMATS)
        chooser.setDefaultSuffix("gif")
        chooser.filterSelected.connect(lambda chosen: chooser.setDefaultSuffix(chosen.partition("*.")[2].rstrip(")")))
        chooser.selectFile(f"{run.bundle.name}-training")
        chooser.fileSelected.connect(lambda file: self.make(Path(file)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def make(self, file: Path) -> None:
        """Make the film into a file, which the person has agreed to replace where it is there."""
        run = self._run()
        if run is None:
            return
        self._go(True)
        self._shared.settings.set_text(_KEY, str(file.parent))
        self._shared.say(f"Making {file.name}…")
        self._trainer.film(run.path, file, dark=self._dark())

    def _meet(self) -> None:
        self._panel.run.timeline.film_wanted.connect(self.choose)

    def _go(self, under_way: bool) -> None:
        """A film is under way by now, or no longer."""
        self._under_way = under_way
        self._panel.run.timeline.show_filming(under_way)

    def _progress(self, progress: Progress) -> None:
        if self._under_way and not self._trainer.busy and progress.total:
            self._shared.say(f"Film: {progress.doing}, {progress.done / progress.total:.0%}")

    def _tell(self, reply: Filmed | Refused) -> None:
        self._go(False)
        if isinstance(reply, Filmed):
            self._shared.say("The film was given up" if reply.file is None else f"Exported to {reply.file}")
        else:
            self._shared.banner.say(f"The film was not made: {reply.reason}")
