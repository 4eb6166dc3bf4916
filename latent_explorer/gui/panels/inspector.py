"""The inspector: everything known about one place."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from latent_explorer.engine.handlers.describe import Place
from latent_explorer.gui.panels.class_row import ClassPictures
from latent_explorer.gui.panels.dimensions import DimensionPanel
from latent_explorer.gui.panels.neighbours import NeighbourStrip
from latent_explorer.gui.panels.readouts import ShareBars, ValueLines
from latent_explorer.gui.panels.value_editor import FARTHEST
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import REFUSED, tool_button
from latent_explorer.gui.widgets.parts import filled, heading, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.gui.widgets.plain import ColouredLabel, tooltip
from latent_explorer.session import OpenBundle
from latent_explorer.session.coordinates import coordinates_text

_CONSEQUENCES = {
    "inside the data": "The model has seen images like this.",
    "at the edge": "the picture is a guess.",
    "outside the data": "the model is inventing.",
}
_REASONS = {
    "far": "Few images are near",
    "central": "Closer to the middle of the data than images are",
    "astray": "The encoder maps this picture elsewhere",
}

_HINT = "Move over the map: the picture that the model decodes there appears here."
_NO_PICTURE = "There is no picture of a place: this model has no decoder. Its nearest images are below."
_LOCK = "Keep the inspector at this place while you move over the map, click and play (I)"
_TALLEST = 190  # pixels: the maximum height of the picture above unfolded dimensions

_ATTACH = "Choose the folder or file of the images that this model was trained on"
_NEAREST, _THUMBNAILS = "Nearest images and reconstructions", "Nearest images, as thumbnails"
_CLASSES, _CLASSES_OF_POINTS = "Classes of the 50 nearest images", "Classes of the 50 nearest points"
_AND_DRAWS, _DRAWS = "Nearest images, and nearest draws", "Nearest draws from the prior"
_SEEN = "Of images as the dataset has them, of draws from the prior as the classifier sees them."
_COORDINATES = "The coordinates in latent space, dimension 0 first. Edit them and press Enter to go to another place."


class Inspector(QWidget):
    """Shows the decoded picture, the coordinates, the nearest images, the classes, and the distance to the data.

    typed: coordinates were entered, float64 (d,). pin_wanted, picture_wanted, export_wanted, lock_wanted: a button was
    pressed. Values of another place than the current one are greyed out, from `outdate` until new ones arrive.
    """

    typed = pyqtSignal(object)
    pin_wanted = pyqtSignal()
    picture_wanted = pyqtSignal()
    export_wanted = pyqtSignal()
    lock_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.picture = PictureView(200)
        self.picture.hint = _HINT
        self.picture.setAccessibleName("Decoded picture")
        self.picture.opened.connect(self.picture_wanted)
        self.classes = ClassPictures()
        self.coordinates = QLineEdit()
        self.coordinates.setPlaceholderText("x, y")
        self.coordinates.setToolTip(tooltip(_COORDINATES))
        self.coordinates.setAccessibleName("Coordinates")
        self.coordinates.returnPressed.connect(self._read_coordinates)
        self.coordinates.editingFinished.connect(self._leave_coordinates)
        self._word = ColouredLabel()
        self._word.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 4)
        self._word.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.values = ValueLines()
        self._shares = ShareBars()
        self.neighbours = NeighbourStrip()
        self.dimensions = DimensionPanel()
        self.dimensions.list.refused.connect(self._word.say)
        self.dimensions.folded.connect(lambda folded: self.picture.limit_height(None if folded else _TALLEST))
        self.lock_button = tool_button("Lock", _LOCK, self.lock_wanted.emit, wide=True)
        self.lock_button.setCheckable(True)
        self._theme: Theme | None = None
        self._bundle: OpenBundle | None = None
        self._place: Place | None = None
        self._shown = ""
        self._last: tuple[Place, bool] | None = None  # the last description, and whether it is outdated
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        self._of_picture: list[QToolButton] = []
        for text, tip, signal in (
            ("Pin", "Pin this place (Enter on the map, or a click)", self.pin_wanted),
            ("Open", "Open this picture in a window of its own (or double-click it)", self.picture_wanted),
            ("Export", "Export this picture", self.export_wanted),
        ):
            made = tool_button(text, tip, signal.emit, wide=True)
            buttons.addWidget(made, 1)
            self._of_picture += [made] if text != "Pin" else []
        buttons.addWidget(self.lock_button, 1)
        self._classes = heading(_CLASSES)
        classes = self._classes, self._shares
        self._nearest = heading(_NEAREST)
        nearest = self._nearest, self.neighbours
        self.attach = AttachRow()
        self._found = (*classes, *nearest)
        self._show_found(False)
        above = self.picture, self.classes, self.coordinates, buttons, self._word, self.values
        column = QVBoxLayout(self)
        filled(column, *above, *classes, *nearest, self.attach, self.dimensions, spacing=7, margins=(10, 8, 10, 8))
        column.setStretchFactor(self.dimensions, 1)

    def _show_found(self, there: bool) -> None:
        """Show or hide the description of a place with its headings; classes only if there are any."""
        labelled = self._bundle is not None and bool(self._bundle.class_names)
        for number, part in enumerate(self._found):
            part.setVisible(there and (labelled or number > 1))
        if not there:
            self.attach.hide()

    def set_bundle(self, bundle: OpenBundle, theme: Theme) -> None:
        if self._bundle is None or not bundle.continues(self._bundle):
            self.picture.show_image(None)
            self.coordinates.clear()
            self._shown, self._place, self._last = "", None, None
            self._show_found(False)
            self._word.say(" ")
            self.neighbours.show_place(None)
            self._shares.show_shares(np.zeros(0))
        self._bundle, self._theme = bundle, theme
        if self._last is not None:  # the theme may have changed
            self._say_word(*self._last)
        self._explain(decodes=bundle.config.decodes)
        self.coordinates.setToolTip(tooltip(_COORDINATES + axes_words(bundle)))
        self._shares.set_classes(bundle.class_names, theme)
        self.neighbours.set_bundle(bundle, theme)
        self.dimensions.set_bundle(bundle, theme)
        if self._last is not None:
            self._say_word(*self._last)  # in the theme's colours

    def _explain(self, *, decodes: bool) -> None:
        """Explain in place of the picture that the model has no decoder, if so."""
        self.picture.hint = _HINT if decodes else _NO_PICTURE
        self._nearest.setText(self._usual_nearest if decodes else "Nearest images")
        draws = self._bundle is not None and self._bundle.latents.draws
        self._classes.setText(_CLASSES_OF_POINTS if draws else _CLASSES)
        self._classes.setToolTip(tooltip(_SEEN if draws else ""))
        for each in self._of_picture:
            each.setEnabled(decodes)

    @property
    def _usual_nearest(self) -> str:
        """The heading of the nearest images if they are originals."""
        points = "images" if self._bundle is None else self._bundle.points
        return {"points": _AND_DRAWS, "draws": _DRAWS}.get(points, _NEAREST)

    @property
    def said(self) -> str:
        """The verdict on the place, or the error in the entered text."""
        return self._word.text()

    def show_coordinates(self, z: NDArray[np.floating], decimals: int) -> None:
        """Show the coordinates of the place, rounded to `decimals`, unless coordinates are being edited."""
        self.dimensions.show_latent(z, decimals)
        self._shown = coordinates_text(z, decimals)
        if not (self.coordinates.hasFocus() and self.coordinates.isModified()):
            self._renew_coordinates()

    def _renew_coordinates(self) -> None:
        if self.coordinates.text() != self._shown:
            self.coordinates.setText(self._shown)
            self.coordinates.setCursorPosition(0)

    def show_locked(self, locked: bool) -> None:
        """Show whether the inspector is locked."""
        self.lock_button.setChecked(locked)
        self.lock_button.setText("Locked" if locked else "Lock")

    def show_waiting(self, words: str) -> None:
        """Show what it waits for, in place of the description."""
        if self._last is None and not self.coordinates.property(REFUSED):
            self._word.say(words and f"{words}…")

    def outdate(self) -> None:
        """Grey out the description: it belongs to another place."""
        if self._place is not None:
            self._say_word(self._place, True)
            self._place = None
            self._shares.outdate()
            self.neighbours.outdate()

    def _say_word(self, place: Place, outdated: bool = False) -> None:
        assert self._theme is not None
        theme = self._theme
        colour = dict(zip(_CONSEQUENCES, (theme.good, theme.fair, theme.poor), strict=True))[place.word]
        first, rest = (theme.faint, theme.faint) if outdated else (colour, theme.text)
        self._last = place, outdated
        reason = f"{_REASONS[place.reason]}: " if place.reason else ""
        if not self.coordinates.property(REFUSED):  # an error stays visible
            self._word.say(reason + _CONSEQUENCES[place.word], f"● {place.word.capitalize()}.", first, rest)

    def show_place(self, place: Place) -> None:
        self._place = place
        self._show_found(True)
        self._say_word(place)
        self._word.setToolTip(tooltip(_measures(place)))
        self._shares.show_shares(place.shares)
        self.neighbours.show_place(place)
        can = self._bundle is not None and not self._bundle.config.imageless
        self.attach.explain(place.missing or place.note, place.lacking, can=can)
        if self._nearest.text() in (self._usual_nearest, _THUMBNAILS):
            self._nearest.setText(_THUMBNAILS if place.lacking else self._usual_nearest)

    def _leave_coordinates(self) -> None:
        """Discard text that was edited but not entered."""
        if self.coordinates.hasFocus():
            return  # Enter: the text stays if it is refused
        self._renew_coordinates()
        if self.coordinates.property(REFUSED):
            self.coordinates.setProperty(REFUSED, False)
            self._word.say(" ")
            if self._last is not None:
                self._say_word(*self._last)

    def _read_coordinates(self) -> None:
        self.coordinates.setProperty(REFUSED, False)
        if self._bundle is None or not self.coordinates.isModified():  # the text has fewer digits than the place
            return
        dimensions = self._bundle.config.net.latent_dim
        try:
            values = [float(part) for part in self.coordinates.text().replace(",", " ").split()]
        except ValueError:
            values = []
        if len(values) != dimensions or not all(abs(value) <= FARTHEST for value in values):
            self.coordinates.setProperty(REFUSED, True)
            example = ", ".join(["0.5", "-1.25", "0"][:dimensions]) + (", …" if dimensions > 3 else "")
            self._word.say(f"Enter {dimensions} numbers of at most ±1,000,000, separated by commas, such as {example}.")
            return
        self.coordinates.setModified(False)
        self.typed.emit(np.array(values))


def _measures(place: Place) -> str:
    """The measurements behind the verdict, one per line."""
    low, high = place.usual_radius
    lines = [
        "Compared with test images, 95 % of which are inside the data:",
        f"the 10th nearest image is {place.reach:.2f} times the limit within which 95 % of them have theirs;",
        f"it is {place.radius:.1f} standard deviations from the middle, 95 % of them {low:.1f} to {high:.1f};",
    ]
    if place.astray is not None:
        lines.append(
            f"the encoder maps the picture {place.astray:.2f} times the distance within which 95 % of them return."
        )
    return "\n".join([*lines, "The veil fades the pictures of places that are not inside."])


def axes_words(bundle: OpenBundle) -> str:
    """The axes of the map, as further lines of a tooltip."""
    ways = ("from left to right", "from bottom to top")
    return "".join(f"\nThe map, {way}: {name}" for way, name in zip(ways, bundle.chart.axis_names, strict=True) if name)


class AttachRow(QWidget):
    """Explains why the original images are missing, or what is shown instead, with a button to attach them."""

    def __init__(self) -> None:
        super().__init__()
        self.reason, self.button, self._ways = words("faint"), tool_button("Attach images", _ATTACH), QMenu(self)
        self.button.setMenu(self._ways)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        filled(QHBoxLayout(self), self.reason, self.button).setStretchFactor(self.reason, 1)
        self.hide()

    def add(self, text: str, run: Callable[[], object]) -> None:
        """Add a way to attach images to the button's menu."""
        action = self._ways.addAction(text)
        assert action is not None
        action.triggered.connect(lambda: run())

    def explain(self, words: str, more: str = "", *, can: bool) -> None:
        """Explain why images are missing, or what is shown instead. more: for the tooltip.

        can: whether images can be attached.
        """
        if self.reason.text() != words:
            self.reason.setText(words[:1].upper() + words[1:])
        self.reason.setToolTip(tooltip(more[:1].upper() + more[1:]))
        self.button.setVisible(can)
        self.setVisible(bool(words))
