"""The lower part of the export dialog: the destination, progress, messages and buttons."""

import re
import time
from collections.abc import Callable
from itertools import chain, count
from pathlib import Path

from PyQt6.QtCore import QStandardPaths, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.errors import UserError
from latent_explorer.export import Format
from latent_explorer.gui.settings import Folders, Settings
from latent_explorer.gui.widgets.parts import ask_path, button, filled, timer, words
from latent_explorer.gui.widgets.plain import PlainLabel
from latent_explorer.targets import check_target, expanded, is_folder, is_there, shown

_FORBIDDEN = r'[\x00-\x1f<>:"/\\|?*]+'  # characters that are not allowed in file names on some system


class Destination(QWidget):
    """Line edits for folder and name. edited: one of them was changed."""

    edited = pyqtSignal()

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__()
        self._settings, self._suffix = settings, ""
        self._suggested = re.sub(_FORBIDDEN, "-", name).strip(". ") or "export"
        self.name, self.folder = QLineEdit(), QLineEdit(str(settings.get(Folders).exports or _usual_folder()))
        self.browse = button("Bro&wse…", "Choose the folder", self._browse)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for row, (text, line) in enumerate((("&Name", self.name), ("F&older", self.folder))):
            label = PlainLabel(text)
            label.setBuddy(line)
            line.setAccessibleName(text.replace("&", ""))
            line.textEdited.connect(self.edited)
            layout.addWidget(label, row, 0)
            layout.addWidget(line, row, 1, 1, 2 if row == 0 else 1)
        layout.addWidget(self.browse, 1, 2)

    def suggest(self, known: Format) -> None:
        """Suggest a free name for a format; for a name entered by the user, change only the suffix."""
        if not self.name.isModified():
            self.name.setText(_free(Path(self.folder.text()), self._suggested, known.suffix))
        elif known.suffix != self._suffix:
            self.name.setText(self.name.text().removesuffix(self._suffix) + known.suffix)
            self.name.setModified(True)
        self._suffix = known.suffix

    def path(self, known: Format) -> Path:
        """The destination file. Raises UserError if it cannot be written, or has no name."""
        name, folder = self.name.text().strip(), expanded(self.folder.text().strip())
        if not name:
            raise UserError("Enter a file name.")
        if Path(name).name != name:
            raise UserError(
                f"“{shown(name)}” is not a file name. Enter the name without its folder, which has a field of its own."
            )
        if not is_folder(folder):
            raise UserError(f"There is no folder {shown(folder)}. Choose another, or create it first.")
        return check_target(known.named(folder.absolute() / name), folder=not known.suffix)

    def remember(self) -> None:
        """Save the folder for the next export."""
        self._settings.change(Folders, exports=Path(self.folder.text().strip()))

    def _browse(self) -> None:
        ask_path(self, "Choose a folder", self.folder.text(), self._choose)

    def _choose(self, folder: str) -> None:
        self.folder.setText(folder)
        self.edited.emit()


def _usual_folder() -> Path:
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(pictures) if pictures and Path(pictures).is_dir() else Path.home()


def _free(folder: Path, name: str, suffix: str) -> str:
    """The name, with a number if it is taken."""
    numbered = (f"{name} ({number}){suffix}" for number in count(2))
    return next(each for each in chain([name + suffix], numbered) if not is_there(folder / each))


class Footer(QWidget):
    """A message, a progress bar and buttons. polled: emitted periodically to update the progress.

    export, overwrite, close: the buttons; the last one is also labelled Cancel or Keep it.
    """

    polled = pyqtSignal()

    def __init__(
        self, export: Callable[[], object], overwrite: Callable[[], object], close: Callable[[], object]
    ) -> None:
        super().__init__()
        self.words, self.progress = words("error"), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.export = button("E&xport", "", export)
        self.export.setDefault(True)
        self.overwrite, self.close_button = button("O&verwrite", "", overwrite), button("Close", "", close)
        self._started = 0.0
        self._timer = timer(self, 100, self.polled.emit)
        buttons = filled(QHBoxLayout(), 1, self.close_button, self.overwrite, self.export)
        filled(QVBoxLayout(self), self.words, self.progress, buttons)
        self.rest()

    def rest(self, words: str = "") -> None:
        """Show that nothing is in progress, with an optional message."""
        self._timer.stop()
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.progress.hide()
        self.overwrite.hide()
        self.export.show()
        self.close_button.setText("Close")

    def ask(self, question: str) -> None:
        """Ask whether to overwrite."""
        self.rest(question)
        self.export.hide()  # so that Enter cannot overwrite a file by accident
        self.overwrite.show()
        self.close_button.setText("&Keep it")

    @property
    def asking(self) -> bool:
        return not self.overwrite.isHidden()

    @property
    def busy(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        """Show that work is in progress."""
        self.rest(" ")
        self.export.hide()
        self.close_button.setText("Cancel")
        self._started = time.monotonic()
        self._timer.start()
        self.progress.show()

    def show_progress(self, what: str, fraction: float) -> None:
        """Show progress in [0, 1]; 0 for unknown."""
        self.progress.setRange(0, 100 if fraction else 0)
        self.progress.setValue(round(100 * fraction))
        self.words.setText(f"{what}… {self._remaining(fraction)}")

    def _remaining(self, fraction: float) -> str:
        elapsed = time.monotonic() - self._started
        if elapsed < 1 or not 0.02 < fraction < 1:
            return ""
        seconds = elapsed * (1 - fraction) / fraction
        return f"about {seconds:.0f} seconds left" if seconds < 90 else f"about {seconds / 60:.0f} minutes left"
