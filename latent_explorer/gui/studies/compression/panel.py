"""The Compression panel: the image and its compressed form, the slider, the curve."""

import numpy as np
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.engine.handlers.compress import CompressionMeasured, ImageRounded, ToldCurve
from latent_explorer.gui.studies.compression.plot import RatePlot
from latent_explorer.gui.widgets.controls import hint, slider, tool_button
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import Elided, filled, heading, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.gui.widgets.plain import PlainLabel

_HINT = (
    "How few bytes hold an image? Its latent is rounded to a few bits a dimension, and the model decodes what is left. "
    "Move the slider."
)
_NOTHING = "Point at the map: the image nearest to that place is shown."
_MEASURE, _CANCEL = "Measure", "Cancel"
_SIDE = 120  # pixels: the side of a picture
_LEAST, _MOST, _FIRST = 1, 8, 5
_TOLD = "pca_best", "jpeg_sheet", "webp_sheet", "webp_files"


class CompressionPanel(QWidget):
    """The widgets of the panel. chosen: the number of bits. pressed: start or stop measuring the curve."""

    chosen = pyqtSignal(int)
    pressed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.original, self.picture = PictureView(60), PictureView(60)
        self._names = Elided("Image"), Elided("Decoded")
        self.bits = slider("Bits a dimension", _LEAST, _MOST, _FIRST, "Bits of each dimension of the latent")
        self._bits = PlainLabel()
        self.said, self.state, self.wins = words("", 2), words("faint", 2), words("faint")
        self.plot = RatePlot()
        self.button = tool_button(
            _MEASURE, "Measure the model's test images at 1 to 8 bits, beside PCA, JPEG and WebP", self.pressed.emit
        )
        self._lay_out()
        self.bits.valueChanged.connect(self._choose)
        self._bits.setText(str(_FIRST))
        self._rounded: ImageRounded | None = None
        self._curve: ToldCurve | None = None
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show that there is no place."""
        self._rounded = None
        for view in (self.original, self.picture):
            view.show_image(None)
        self.said.setText(_NOTHING)

    def show_rounded(self, found: ImageRounded) -> None:
        """Show an image and its compressed form."""
        self._rounded = found
        has_original = found.original.size > 0
        first = found.original if has_original else found.whole
        self.original.show_image(to_qimage(np.ascontiguousarray(first)))
        self.picture.show_image(to_qimage(np.ascontiguousarray(found.picture)))
        self._names[0].setText(f"Image {found.index:,}" if has_original else f"Decoded exactly ({found.index:,})")
        self._names[1].setText(f"At {found.bits} bit{'' if found.bits == 1 else 's'}")
        plain = f"{found.picture.size:,} bytes as pixels"
        exact = f"; unrounded {found.psnr_whole:.1f} dB" if has_original else ", against the exact picture"
        self.said.setText(f"{found.bytes:.1f} bytes ({plain}), PSNR {found.psnr:.1f} dB{exact}.")
        self._mark()

    def say(self, problem: str) -> None:
        """Show why there is no image."""
        self.show_nothing()
        self.said.setText(problem)

    def show_measured(self, found: CompressionMeasured) -> None:
        """Show the curves so far."""
        self.plot.show_curves(found.curves)
        self._curve = next((each for each in found.curves if each.name == "latents"), None)
        self._mark()
        if found.more:
            self.show_state(f"Measuring {found.doing} on {found.images:,} test images…", busy=True)
            return
        note = f" {found.note}" if found.note else ""
        said = f"Measured on {found.images:,} test images; the model itself is not counted.{note}"
        self.show_state(" ".join([said, *found.lacking]), busy=False)
        labels = [each.label for each in found.curves if each.name in _TOLD]
        told = (line for line in found.said if any(line.startswith(f"{label}: ") for label in labels))
        self.wins.setText("\n".join(f"• {line}" for line in told))

    def show_state(self, text: str, *, busy: bool) -> None:
        """Show work in progress, or its outcome."""
        self.state.setText(text)
        self.button.setText(_CANCEL if busy else _MEASURE)

    def forget_curves(self) -> None:
        """Clear the curves."""
        self.plot.show_curves(())
        self._curve = None
        self._mark()
        self.wins.setText("")
        self.show_state("Not measured yet.", busy=False)

    def _choose(self, bits: int) -> None:
        self._bits.setText(str(bits))
        self._mark()
        self.chosen.emit(bits)

    def _mark(self) -> None:
        """Mark the chosen bits on the curve; before it is measured, the current image."""
        setting = f"{self.bits.value()} bits"
        if self._curve is not None and setting in self._curve.settings:
            place = self._curve.settings.index(setting)
            self.plot.mark((self._curve.bytes[place], self._curve.psnr[place]))
        else:
            self.plot.mark(None if self._rounded is None else (self._rounded.bytes, self._rounded.psnr))

    def _lay_out(self) -> None:
        pair = QHBoxLayout()
        for view, name in zip((self.original, self.picture), self._names, strict=True):
            view.limit_height(_SIDE)
            name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            filled(column := QVBoxLayout(), view, name, spacing=2)
            pair.addLayout(column, 1)
        row = filled(QHBoxLayout(), PlainLabel("Bits a dimension"), self.bits, self._bits)
        curve = filled(QHBoxLayout(), heading("Curve"), 1, self.button)
        filled(
            QVBoxLayout(self), hint(_HINT), pair, row, self.said, curve, self.plot, self.state, self.wins, 1,
            spacing=6, margins=(8, 6, 8, 6),
        )  # fmt: skip
