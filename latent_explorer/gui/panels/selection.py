"""The panel of the selection: count, classes, mean image and spread."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from latent_explorer.gui.panels.readouts import ShareBars
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import hint, tool_button
from latent_explorer.gui.widgets.parts import filled, heading, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.session import OpenBundle, Selection

_HINT = (
    "Nothing is selected. Choose the Select tool (S) and drag around points; press S again for a lasso. "
    "Right-click a class to select all of it."
)
_MEAN = "Mean of the images"
_AVERAGING = "Averaging…"
_DECODED = "Decoded from the mean of the latents"


class SelectionPanel(QWidget):
    """Shows the selection.

    mean: float32 (d,), the mean of the selected latents; None without a selection. note: what the images are, if not
    the originals.
    """

    invert_wanted = pyqtSignal()
    grow_wanted = pyqtSignal()
    clear_wanted = pyqtSignal()
    export_wanted = pyqtSignal()
    sheet_wanted = pyqtSignal()
    gallery_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.mean: NDArray[np.float32] | None = None
        self.note = ""
        self.count, self.spread = PlainLabel(), words("faint", 2)
        self.picture = PictureView(140)
        self.picture.hint = _AVERAGING
        self.heading = heading(_MEAN)
        self._hint = hint(_HINT)
        self._shares = ShareBars()
        self._lay_out()

    def set_classes(self, bundle: OpenBundle, theme: Theme) -> None:
        self._shares.set_classes(bundle.class_names, theme)

    def show_selection(self, bundle: OpenBundle, selection: Selection | None) -> None:
        """Show a selection of a bundle, or that there is none."""
        self.mean = None
        self._hint.setVisible(selection is None)
        self._found.setVisible(selection is not None)
        if selection is None:
            return
        latents = np.compress(selection.chosen, bundle.latents.mean, axis=0).astype(np.float64)
        mean = latents.mean(0)
        self.mean = mean.astype(np.float32)
        share = selection.count / len(selection.chosen)
        percent = f"{share:.1%}" if share >= 0.001 else "under 0.1%"
        spread = np.sqrt(np.square(latents - mean).sum() / len(latents))
        self.count.setText(f"{selection.count:,} {bundle.points}, {percent} of all")
        self.spread.setText(f"Spread {spread:.3g}: the typical distance from their mean, in latent space")
        self.picture.hint = _AVERAGING
        self.picture.show_image(None)
        label = bundle.latents.label
        chosen = np.zeros(0, np.int64) if label is None else np.compress(selection.chosen, label)
        self._shares.show_shares(np.bincount(chosen, minlength=len(bundle.class_names)) / selection.count)

    def show_no_mean(self, reason: str) -> None:
        """Show why there is neither a mean image nor a decoded one."""
        self.heading.setText(_MEAN)
        self.picture.hint = f"{reason[:1].upper()}{reason[1:]}."
        self.picture.show_image(None)

    def show_mean(self, picture: QImage, reason: str = "") -> None:
        """Show the mean image, or with a reason, the picture decoded from `mean` instead."""
        self.heading.setText(_DECODED if reason else _MEAN)
        self.heading.setToolTip(tooltip(reason or self.note))
        self.picture.show_image(picture)

    def _lay_out(self) -> None:
        self._found = QWidget()
        self.count.setWordWrap(True)
        shown = (self.count, self._shares, self.heading, self.picture, self.spread)
        filled(QVBoxLayout(self._found), *shown, self._buttons(), spacing=6)
        filled(QVBoxLayout(self), self._hint, self._found, 1, spacing=6, margins=(9, 9, 9, 9))

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        buttons = (
            ("Grow", "Add the 10 images nearest to each selected one, in latent space", self.grow_wanted),
            (
                "Export selected latents…",
                "Export the latents of the selected images as a table or as arrays",
                self.export_wanted,
            ),
            ("Invert", "Select the other points that are shown", self.invert_wanted),
            ("Export contact sheet…", "Export the selected images as a contact sheet", self.sheet_wanted),
            ("Gallery…", "Show the selected images in a separate window", self.gallery_wanted),
            ("Clear", "Select nothing (Esc)", self.clear_wanted),
        )
        for place, (text, tip, signal) in enumerate(buttons):
            button = tool_button(text, tip, signal.emit, wide=True)
            grid.addWidget(button, place // 2, place % 2)
        return grid
