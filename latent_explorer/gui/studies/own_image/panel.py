"""The panel of one's own image: pad, what becomes of it, its picture, how likely it is, what is near."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import QButtonGroup, QColorDialog, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from latent_explorer.engine.handlers.encode import ImageEncoded, ImageJudged, Preparation
from latent_explorer.gui.panels.neighbours import NeighbourStrip
from latent_explorer.gui.panels.readouts import ShareBars
from latent_explorer.gui.studies.own_image.gauge import Gauge
from latent_explorer.gui.studies.own_image.pad import Pad
from latent_explorer.gui.studies.own_image.sketch import Pen, Sketch, ink_for
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import combo_box, slider, tool_button
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import filled, heading, in_order, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.session import OpenBundle

_PICTURE = 92  # pixels
_PREPARED, _DECODED, _CLEANED = "As the model gets it", "Decoded", "Cleaned"
_TIP_CLEANED = "The model was trained on corrupted images, so what it decodes is cleaned of noise, holes and blur"
_TIP_DECODED = "What the model decodes at the image's place"
_CORRUPTIONS = {
    "Not corrupted": "",
    "Add noise": "added_noise",
    "Cut holes": "holes",
    "Blur": "blur",
    "Noise, holes, blur": "all",
}
_TIP_CORRUPT = (
    "Spoils the image before the model gets it, to see what it makes of that; a model trained on corrupted images "
    "cleans it"
)
_NO_PICTURE = "No picture: the model has no decoder"


class OwnImagePanel(QWidget):
    """All there is to see and press. sketch: the sheet of its pad.

    steps_changed: a step of preparation was switched. open_wanted, paste_wanted, pin_wanted, path_wanted, go_wanted,
    export_wanted: buttons.
    """

    steps_changed = pyqtSignal()
    open_wanted = pyqtSignal()
    paste_wanted = pyqtSignal()
    pin_wanted = pyqtSignal()
    path_wanted = pyqtSignal()
    go_wanted = pyqtSignal()
    export_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.sketch = Sketch()
        self.pad = Pad(self.sketch)
        self.prepared, self.decoded = PictureView(_PICTURE), PictureView(_PICTURE)
        for view, name in ((self.prepared, "Prepared image"), (self.decoded, "Decoded picture")):
            view.limit_height(_PICTURE)
            view.setAccessibleName(name)
        self._decoded_title = PlainLabel(_DECODED)
        self.error, self.note, self.aim = words("faint"), words("faint"), words("faint")
        self.likely, self.detail, self.gauge = words(lines=2), words("faint", lines=2), Gauge()
        self.shares, self.neighbours = ShareBars(), NeighbourStrip()
        self.steps: dict[str, QToolButton] = {}
        self._steps = QHBoxLayout()
        self.corrupting = combo_box(_CORRUPTIONS, _TIP_CORRUPT)
        self.corrupting.setAccessibleName("Corrupt")
        self.corrupting.currentIndexChanged.connect(lambda _: self.steps_changed.emit())
        self._make_tools()
        self._make_actions()
        self.search = QVBoxLayout()
        self._lay_out()
        self.show_nothing("")

    # -- what is there

    def _make_tools(self) -> None:
        self.pen = tool_button("Pen", "Draw with the left button", self._choose_tool)
        self.rubber = tool_button(
            "Rubber", "Erase with the left button; the right one always erases", self._choose_tool
        )
        group = QButtonGroup(self)
        for each in (self.pen, self.rubber):
            each.setCheckable(True)
            group.addButton(each)
        self.pen.setChecked(True)
        self.thickness = slider("Thickness", 1, 25, 8, "Thickness, in hundredths of the sheet's side")
        self.thickness.valueChanged.connect(self._choose_tool)
        self.colour = tool_button("", "Colour of the pen", self._ask_for_colour)
        self.colour.setAccessibleName("Colour of the pen")
        self.undo = tool_button("Undo", "Undo the last stroke (Ctrl+Z on the pad)", self.pad.undo)
        self.redo = tool_button("Redo", "Draw it again", self.pad.redo)
        self.clear = tool_button("Clear", "An empty sheet", self.pad.clear)

    def _make_actions(self) -> None:
        self.open = tool_button("Open…", "Open a picture from a file", self.open_wanted.emit, wide=True)
        self.paste = tool_button("Paste", "Use the picture on the clipboard", self.paste_wanted.emit, wide=True)
        self.pin = tool_button("Pin", "Pin the image's place", self.pin_wanted.emit, wide=True)
        tip = "Begin a path at the image's place; click where it is to end"
        self.path = tool_button("Path", tip, self.path_wanted.emit, wide=True)
        self.go = tool_button(
            "Go to", "Centre the map on it, and show it in the inspector", self.go_wanted.emit, wide=True
        )
        self.export = tool_button("Export", "Export the decoded picture", self.export_wanted.emit, wide=True)

    def _lay_out(self) -> None:
        tools = filled(QHBoxLayout(), self.pen, self.rubber, self.clear, self.colour, self.thickness, spacing=4)
        tools.setStretchFactor(self.thickness, 1)
        history = filled(QHBoxLayout(), self.undo, self.redo, self.open, self.paste, spacing=4)
        pictures = QGridLayout()
        pictures.setSpacing(3)
        for column, (title, view) in enumerate(
            ((PlainLabel(_PREPARED), self.prepared), (self._decoded_title, self.decoded))
        ):
            title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            pictures.addWidget(title, 0, column)
            pictures.addWidget(view, 1, column)
        self._verdict, self._place = _kept_room(), _kept_room()
        actions = filled(QHBoxLayout(), self.pin, self.path, self.go, self.export, spacing=4)
        self._classes, self._nearest = heading("Classes of the 50 nearest images"), heading("Nearest images")
        found = self._classes, self.shares, self._nearest, self.neighbours
        filled(QVBoxLayout(self._verdict), self.likely, self.gauge, self.detail, spacing=4)
        filled(QVBoxLayout(self._place), *found, spacing=5)
        whole = QVBoxLayout(self)
        corrupt = filled(QHBoxLayout(), PlainLabel("Corrupt:"), self.corrupting, 1, spacing=4)
        parts = tools, self.pad, history, self.note, self._steps, self.aim, corrupt, pictures, self.error, self._verdict
        filled(whole, *parts, actions, self.search, self._place, spacing=6, margins=(10, 8, 10, 8))
        whole.addStretch(1)
        row = (
            self.pen,
            self.rubber,
            self.clear,
            self.colour,
            self.thickness,
            self.pad,
            self.undo,
            self.redo,
            self.open,
        )
        in_order(*row, self.paste, self.corrupting, self.prepared, self.decoded, self.pin)

    # -- what is open

    def begin(self, bundle: OpenBundle, theme: Theme) -> None:
        """Another bundle is open."""
        self.dress(bundle, theme)
        self.say("")
        self.colour.setVisible(bundle.config.net.image_shape[2] == 3)
        self.show_nothing("")

    def dress(self, bundle: OpenBundle, theme: Theme) -> None:
        self.gauge.theme = theme
        self.shares.set_classes(bundle.class_names, theme)
        self.neighbours.set_bundle(bundle, theme)
        self.gauge.update()

    def prepare(self, told: Preparation, without: Sequence[str]) -> None:
        """Offer the steps of preparation that make sense for the images of what is open."""
        for each in self.steps.values():
            self._steps.removeWidget(each)
            each.deleteLater()
        self.steps = {}
        for name, title, sentence in told.steps:
            made = self.steps[name] = tool_button(title, sentence, self.steps_changed.emit, wide=True)
            made.setCheckable(True)
            made.setChecked(name not in without)
            self._steps.addWidget(made)
        in_order(self.paste, *self.steps.values(), self.corrupting)
        self.aim.setText(f"As the data: {told.aim}." if told.aim else "")
        self.aim.setVisible(bool(told.aim))
        self._decoded_title.setText(_CLEANED if told.cleans else _DECODED)
        self.decoded.setToolTip(tooltip(_TIP_CLEANED if told.cleans else _TIP_DECODED))
        self.decoded.hint = "" if told.decodes else _NO_PICTURE
        self._ink = ink_for(told.ground or 0) if told.ground is not None else "#000000"
        self._choose_tool()

    @property
    def without(self) -> tuple[str, ...]:
        """The steps that are switched off."""
        return tuple(name for name, each in self.steps.items() if not each.isChecked())

    @property
    def corruption(self) -> str:
        """How the image is spoiled before it is encoded; see `Encode`."""
        return _CORRUPTIONS[self.corrupting.currentText()]

    # -- what is known of the image

    def show_nothing(self, why: str) -> None:
        """There is no image, or it cannot be placed. why: in words."""
        self.prepared.show_image(None)
        self.decoded.show_image(None)
        self.error.setText(why)
        self.error.setVisible(bool(why))
        self._verdict.hide()
        self._place.hide()
        self._offer(False)
        self.show_history()

    def show_encoded(self, told: ImageEncoded) -> None:
        """Show what the model made of the image."""
        self.prepared.show_image(to_qimage(told.prepared))
        self.decoded.show_image(to_qimage(told.picture) if told.picture.size else None)
        error = f"Reconstruction error (MSE) {told.error:.4f}" if told.picture.size else told.lacking
        if self.error.text() != error:
            self.error.setText(error)
        self.error.setVisible(bool(error))
        self._offer(len(told.z) > 0)

    def show_judged(self, told: ImageJudged, labelled: bool) -> None:
        """Show how likely the image is to be of the data, and what is near it."""
        self.likely.setText(told.sentence)
        self.gauge.show_percentile(told.percentile)
        self.detail.setText(_percentiles(told))
        self._verdict.show()
        self.shares.show_shares(told.shares)
        self.neighbours.show_place(told)
        for each in (self._classes, self.shares):
            each.setVisible(labelled)
        self._place.show()

    def outdate(self) -> None:
        """The image has changed, and what is known of its place is of the one before."""
        self.shares.outdate()
        self.neighbours.outdate()

    def show_history(self) -> None:
        """Offer what can be undone."""
        for each, can in ((self.undo, self.sketch.can_undo), (self.redo, self.sketch.can_redo)):
            if each.isEnabled() != can:
                each.setEnabled(can)

    def say(self, note: str) -> None:
        """Say something of where the image comes from."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _offer(self, there: bool) -> None:
        if self.pin.isEnabled() != there:
            for each in (self.pin, self.path, self.go, self.export):
                each.setEnabled(there)

    # -- tools

    _ink = "#ffffff"

    def _choose_tool(self, *_: object) -> None:
        width = self.thickness.value()
        self.pad.pen = Pen(round(1.5 * width) if self.rubber.isChecked() else width, self._ink, self.rubber.isChecked())
        pixels = QPixmap(14, 14)
        pixels.fill(QColor(self._ink))
        self.colour.setIcon(QIcon(pixels))

    def _ask_for_colour(self) -> None:
        dialog = QColorDialog(QColor(self._ink), self.window())
        dialog.colorSelected.connect(self._take_colour)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take_colour(self, colour: QColor) -> None:
        self._ink = colour.name()
        self.pen.setChecked(True)
        self._choose_tool()


def _kept_room() -> QWidget:
    """A part of the panel that keeps its room while it is hidden: else the pad would move under the pen."""
    part = QWidget()
    policy = part.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    part.setSizePolicy(policy)
    return part


def _percentiles(told: ImageJudged) -> str:
    """What the sentence rests on, among held-out images."""
    known = {
        "reconstruction error": told.of_error,
        "distance to the nearest images": told.of_distance,
        f"likelihood by {told.likelihood_by.lower()}": told.of_likelihood,
    }
    named = ", ".join(f"{name} {value:.0f}" for name, value in known.items() if value is not None)
    return f"Percentiles: {named}."
