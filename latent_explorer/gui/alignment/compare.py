"""The Compare panel: a place decoded by both models, and the nearest image, side by side."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from latent_explorer.gui.alignment.translated_probe import Crossed
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import Elided, button, filled, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.session import OpenBundle

RANDOM = 300
"""The number of random anchors offered if there are none."""
_LEAST = 64  # pixels: the smallest side of a picture
_HINT = "Move over either map: what the other model makes of the place appears here."


class CaptionedPicture(QWidget):
    """A picture with a title above and a text below."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: NDArray[np.uint8] | None = None
        self.title, self.picture, self.note = Elided(), PictureView(_LEAST), Elided()
        self.note.setProperty("role", "faint")
        for line in (self.title, self.note):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = filled(QVBoxLayout(self), self.title, self.picture, self.note, spacing=3)
        column.setStretchFactor(self.picture, 1)

    def show_image(self, image: NDArray[np.uint8] | None, missing: str = "") -> None:
        """Show an image (h, w, c), or why there is none. The same image is not painted again."""
        if image is None or image is not self._shown or self.picture.outdated:
            self._shown, self.picture.hint = image, missing
            self.picture.show_image(None if image is None else to_qimage(image))

    def outdate(self) -> None:
        """Grey out the picture: it belongs to another place."""
        if not self.picture.outdated and self._shown is not None:
            self.picture.outdate()

    def say(self, title: str, note: str = "") -> None:
        if (title, note) != (self.title.text(), self.note.text()):
            self.title.setText(title)
            self.note.setText(note)


class ComparePanel(QWidget):
    """Three pictures: by the model under the pointer, by the other model, and the nearest image of that one.

    random_wanted: the button for random anchors was pressed.
    """

    random_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.here, self.there, self.nearest = CaptionedPicture(), CaptionedPicture(), CaptionedPicture()
        self.sentence = words("faint", 2)
        tip = "Pair images that both models have seen, chosen at random from each class"
        self.random = button(f"Use {RANDOM} random anchors", tip, self.random_wanted.emit)
        self._pictures = QWidget()
        row = filled(QHBoxLayout(self._pictures), self.here, self.there, self.nearest, spacing=8)
        for index in range(3):
            row.setStretch(index, 1)
        parts = self._pictures, self.sentence, self.random, 1
        column = filled(QVBoxLayout(self), *parts, spacing=6, margins=(10, 8, 10, 8))
        column.setStretchFactor(self._pictures, 4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.explain("")

    def sizeHint(self) -> QSize:
        return QSize(300, 240)

    def minimumSizeHint(self) -> QSize:
        """A minimum for the pictures or the text, as their height depends on the width."""
        lines = self.fontMetrics().lineSpacing()
        rest = 2 * lines + _LEAST if not self._pictures.isHidden() else 2 * lines
        return QSize(200, rest + 2 * lines + 44)

    def explain(self, sentence: str, *, random: bool = False) -> None:
        """Explain what is lacking and offer random anchors; an empty sentence shows the pictures."""
        if sentence or self._pictures.isHidden():
            self.sentence.setText(sentence or _HINT)
        self._pictures.setVisible(not sentence)
        self.random.setVisible(random)

    def clear(self) -> None:
        """Clear the pictures."""
        for part in (self.here, self.there, self.nearest):
            part.show_image(None)
            part.say("")
        if not self._pictures.isHidden():
            self.sentence.setText(_HINT)

    def show_place(self, place: Crossed, here: OpenBundle, there: OpenBundle) -> None:
        """Show what is known about a place; previous contents stay until new ones arrive."""
        if place.probe.picture is not None or not here.config.decodes:
            self.here.show_image(place.probe.picture, here.config.undecoded)
        if place.picture is not None or not there.config.decodes:
            self.there.show_image(place.picture, there.config.undecoded)
        self.here.say(here.name, "hovered")
        self.there.say(there.name, "translated")
        self._show_match(place, there)
        self.sentence.setText(place.refusal or self._compared(place))

    def _show_match(self, place: Crossed, there: OpenBundle) -> None:
        match = place.match
        if match is None:
            self.nearest.outdate()
            return
        self.nearest.show_image(match.image if match.image.size else None, match.missing)
        label, names = there.latents.label, there.class_names
        class_name = f"{names[int(label[match.index])]}, " if label is not None and names else ""
        self.nearest.say("Nearest image", f"{class_name}no. {match.index:,}")

    def _compared(self, place: Crossed) -> str:
        """The difference of the pictures as text, once the pointer rests, as text layout is slow."""
        one, other = place.probe.picture, place.picture
        if place.match is None:
            return ""
        near = f"The nearest image is {place.match.distance:.3g} away in latent space."
        return near if one is None or other is None else f"{_difference(one, other)} {near}"


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> str:
    if one.shape != other.shape:
        return f"Pictures of {_size(one)} and {_size(other)}: compared in latent space only."
    mse = float(np.square((one.astype(np.float64) - other) / 255).mean())
    return f"The two pictures differ by MSE {mse:.4f}."


def _size(image: NDArray[np.uint8]) -> str:
    height, width, channels = image.shape
    return f"{width}×{height} {'grey' if channels == 1 else 'colour'}"
