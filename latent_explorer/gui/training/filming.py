"""Exporting the film of a run: where to, and how far it is."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog

from latent_explorer.runs.protocol import Filmed, Progress
from latent_explorer.service.codec import Refused

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow

_FORMATS = ("GIF (*.gif)", "WebP (*.webp)", "MP4 (*.mp4)")
_KEY = "export/folder"
_LATER = "A film can be made when the run has ended, or was stopped."


class Filming(QObject):
    """Asks for a file, and lets the trainer make the film; what comes of it is in the status bar.

    While it is made, the same button gives it up.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._under_way = False
        window.training.made.connect(self._meet)
        window.trainer.filmed.connect(self._tell)
        window.trainer.progressed.connect(self._progress)

    def choose(self) -> None:
        """Ask where the film of the run that is gone through is to go."""
        window = self._window
        run = window.voyage.run
        if self._under_way:
            window.trainer.stop_filming()
            return
        if run is None or window.trainer.busy:
            window.status.say(_LATER)
            return
        folder = window.settings.text(_KEY, str(Path.home()))
        chooser = QFileDialog(window, "Export the film", folder)
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
        run = self._window.voyage.run
        if run is None:
            return
        self._go(True)
        self._window.settings.set_text(_KEY, str(file.parent))
        self._window.status.say(f"Making {file.name}…")
        self._window.trainer.film(run.path, file, dark=self._window.theme.dark)

    def _meet(self) -> None:
        self._window.training.run.timeline.film_wanted.connect(self.choose)

    def _go(self, under_way: bool) -> None:
        """A film is under way by now, or no longer."""
        self._under_way = under_way
        self._window.training.run.timeline.show_filming(under_way)

    def _progress(self, progress: Progress) -> None:
        if self._under_way and not self._window.trainer.busy and progress.total:
            self._window.status.say(f"Film: {progress.doing}, {progress.done / progress.total:.0%}")

    def _tell(self, reply: Filmed | Refused) -> None:
        self._go(False)
        if isinstance(reply, Filmed):
            self._window.status.say("The film was given up" if reply.file is None else f"Exported to {reply.file}")
        else:
            self._window.banner.say(f"The film was not made: {reply.reason}")
