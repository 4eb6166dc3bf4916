"""The dialog for the film of a training run, with the form, destination and buttons of the export dialog."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.errors import UserError
from latent_explorer.export import Format, Provenance
from latent_explorer.gui.exports.choices import Choices, remember, remembered
from latent_explorer.gui.exports.footer import Destination, Footer
from latent_explorer.gui.exports.form import ChoiceForm
from latent_explorer.gui.exports.subjects import Subject
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.widgets.parts import filled, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.safe_text import safe_text


@dataclass(frozen=True)
class FilmSubject(Subject):
    """The film of a run; the trainer's process makes it."""

    name: str
    kind = "film"
    title = "Export film"
    default = Choices("gif")
    of_format = False

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ("width", "length")

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        raise NotImplementedError

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> Any:
        raise NotImplementedError

    def provenance(self, choices: Choices) -> Provenance:
        raise NotImplementedError


class FilmDialog(QDialog):
    """Asks for the choices and the file of a film. chosen: the file, which may be replaced, and the Choices.

    now: the current map. moments: the number of snapshots in the film.
    """

    chosen = pyqtSignal(Path, object)

    def __init__(self, parent: QWidget, name: str, settings: Settings, now: QImage, moments: int) -> None:
        super().__init__(parent.window())
        self._settings, subject = settings, FilmSubject(f"{name}-training")
        self.form = ChoiceForm(subject, remembered(settings, "film", subject.default))
        self.destination = Destination(settings, subject.name)
        self.footer = Footer(lambda: self._take(overwrite=False), lambda: self._take(overwrite=True), self.reject)
        self._lay_out(now, moments)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(subject.title)
        self.form.changed.connect(self._suggest)
        self.destination.edited.connect(self._suggest)
        self._suggest()

    def _lay_out(self, now: QImage, moments: int) -> None:
        picture, caption = PictureView(), words("faint")
        picture.smooth = True
        picture.show_image(now)
        caption.setText(f"The map as it is now. The film shows all {moments} snapshots of the run.")
        self.form.setMinimumWidth(290)
        left, right = filled(QVBoxLayout(), picture, caption), filled(QVBoxLayout(), self.form, 1)
        left.setStretchFactor(picture, 1)
        both = filled(QHBoxLayout(), left, right, spacing=24)
        both.setStretchFactor(left, 1)
        column = filled(QVBoxLayout(self), both, self.destination, self.footer, spacing=12, margins=(16, 16, 16, 14))
        column.setStretchFactor(both, 1)
        self.resize(760, 480)

    def _suggest(self) -> None:
        self.destination.suggest(self.form.known)
        self.footer.rest()

    def _take(self, *, overwrite: bool) -> None:
        try:
            path = self.destination.path(self.form.known)
        except UserError as error:
            self.footer.rest(str(error))
            return
        if path.exists() and not overwrite:
            self.footer.ask(f"{safe_text(path.name)} already exists. Overwrite it?")
            return
        remember(self._settings, "film", self.form.choices)
        self.destination.remember()
        self.chosen.emit(path, self.form.choices)
        self.accept()

    def reject(self) -> None:
        """Handle Escape and the Close button: keep the existing file, or close."""
        if self.footer.asking:
            self.footer.rest()
        else:
            super().reject()
