"""The Image sets panel: the sets, their placement and colours, and their images."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from latent_explorer.gui.studies.image_sets.colours import ColourKey
from latent_explorer.gui.studies.image_sets.placing import MOST, PlacedSet
from latent_explorer.gui.studies.image_sets.table import ImageTable
from latent_explorer.gui.widgets.controls import combo_box, hint
from latent_explorer.gui.widgets.parts import ask_path, button, filled, open_chooser, wide_button, words
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs.plan import DATASETS
from latent_explorer.safe_text import safe_text
from latent_explorer.session.own_sets import OwnSet

_HINT = (
    "Drop image files or a folder of images on the map and choose to place them, or choose them here; at most "
    f"{MOST:,} images a set. Each becomes a diamond where the model puts it."
)
PREPARE = {"others": "Prepare images of another size", "all": "Prepare all images", "none": "Only stretch to the size"}
_PREPARE = (
    "To prepare an image is to invert, crop, scale and centre it as the images of the dataset were. Those that have "
    "the dataset's size are usually prepared already."
)
_SEARCH = (
    "Look for the place of each image whose decoded picture is nearest to it, rather than take the encoder's: a lower "
    "error, some hundredths of a second for each image"
)
COLOURINGS = {"one": "One colour", "group": "Colour by folder or class", "score": "Colour by score"}
_NAMED_SET = "Add dataset…"
_NAMED = 3  # rejected images that are named


class SetPanel(QWidget):
    """Shows one of several sets at a time.

    place_wanted: paths to place as a new set. dataset_wanted: the name of a dataset to place. chosen: the index of a
    set to show. changed: the name of a field of `OwnSet` and its new value. removed, retried, cancelled, export_wanted:
    for the current set.
    """

    place_wanted = pyqtSignal(list)
    dataset_wanted = pyqtSignal(str)
    chosen = pyqtSignal(int)
    changed = pyqtSignal(str, object)
    removed, retried, cancelled, export_wanted = pyqtSignal(), pyqtSignal(), pyqtSignal(), pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._hint, self.sets = hint(_HINT), combo_box((), "Set of images")
        self.prepare = combo_box(PREPARE.values(), _PREPARE)
        self.colouring = combo_box(COLOURINGS.values(), "Colour of the set's images on the map")
        self.search, self.shown = QCheckBox("Search for places"), QCheckBox("Shown on the map")
        self.search.setToolTip(tooltip(_SEARCH))
        self.progress, self.summary = QProgressBar(), words("")
        self.progress.setTextVisible(False)
        self.key, self.table = ColourKey(), ImageTable()
        self._lay_out()
        self._connect()
        self.show_sets((), ())

    def _lay_out(self) -> None:
        self.files = wide_button("Add files…", "Place image files as a new set", self._ask_files)
        self.folder = wide_button("Add folder…", "Place the images of a folder as a new set", self._ask_folder)
        self.rename = button("Rename…", "Give the set another name", self._ask_name)
        self.remove = button("Remove", "Remove the set from the map; Ctrl+Z restores it", self.removed.emit)
        self.cancel = button("Cancel", "Stop placing images of this set", self.cancelled.emit)
        self.retry = button("Try again", "Read the images again", self.retried.emit)
        self.export = wide_button(
            "Export latents and scores…", "Write names, latents, errors and scores as NPZ, safetensors or CSV",
            self.export_wanted.emit,
        )  # fmt: skip
        self.named = combo_box((_NAMED_SET, *DATASETS), f"Place the images of a dataset as a new set, {MOST:,} at most")
        self.named.setAccessibleName("Add dataset")
        self.named.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.named.setMinimumContentsLength(8)
        add = filled(QHBoxLayout(), self.files, self.folder)
        name = filled(QHBoxLayout(), self.sets, self.rename, self.remove)
        name.setStretchFactor(self.sets, 1)
        ticks = filled(QHBoxLayout(), self.shown, self.search, 1, spacing=12)
        run = filled(QHBoxLayout(), self.progress, self.cancel, self.retry)
        run.setStretchFactor(self.progress, 1)
        self._one = QWidget()
        rows = name, ticks, self.prepare, self.colouring, self.key, run, self.summary, self.table, self.export
        filled(QVBoxLayout(self._one), *rows, spacing=6).setStretchFactor(self.table, 1)
        self.table.setMinimumHeight(120)
        column = filled(QVBoxLayout(self), self._hint, add, self.named, self._one, spacing=6, margins=(9, 9, 9, 9))
        column.addStretch(0)
        column.setStretchFactor(self._one, 1)

    def _connect(self) -> None:
        def chosen(field: str, values: Sequence[str], index: int) -> None:
            self.changed.emit(field, values[index])

        self.sets.activated.connect(self.chosen)
        self.named.activated.connect(self._choose_dataset)
        self.prepare.activated.connect(partial(chosen, "prepare", list(PREPARE)))
        self.colouring.activated.connect(partial(chosen, "colouring", list(COLOURINGS)))
        self.search.clicked.connect(partial(self.changed.emit, "search"))
        self.shown.clicked.connect(partial(self.changed.emit, "shown"))

    def show_sets(self, names: Sequence[str], sets: Sequence[OwnSet], current: int = 0) -> None:
        """List the sets, and show the settings of one of them."""
        self._hint.setVisible(not sets)
        self._one.setVisible(bool(sets))
        self.sets.clear()
        self.sets.addItems([safe_text(name, most=60) for name in names])
        if not sets:
            return
        self.sets.setCurrentIndex(current)
        own = sets[current]
        self.prepare.setCurrentIndex(list(PREPARE).index(own.prepare))
        self.colouring.setCurrentIndex(list(COLOURINGS).index(own.colouring))
        self.search.setChecked(own.search)
        self.shown.setChecked(own.shown)

    def show_found(self, found: PlacedSet, *, encodes: bool, light: bool) -> None:
        """Show the current state of the set."""
        under_way = not (found.done or found.refused or found.cancelled)
        self.progress.setVisible(under_way)
        self.progress.setRange(0, 100 if found.share else 0)
        self.progress.setValue(round(100 * found.share))
        self.cancel.setVisible(under_way)
        self.retry.setVisible(bool(found.refused or found.cancelled))
        self.search.setEnabled(encodes or bool(found.refused))
        self.summary.setText(summary_of(found))
        self.export.setEnabled(bool(found.parts) and bool(found.names))
        self.table.put(found, light=light)

    # -- questions

    def _choose_dataset(self, row: int) -> None:
        self.named.setCurrentIndex(0)
        if row:
            self.dataset_wanted.emit(DATASETS[row - 1])

    def _ask_files(self) -> None:
        chooser = QFileDialog(self.window() or self, "Add files as a set of images")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.filesSelected.connect(lambda files: self.place_wanted.emit([Path(file) for file in files]))
        open_chooser(chooser, lambda _: None)

    def _ask_folder(self) -> None:
        def chosen(folder: str) -> None:
            self.place_wanted.emit([Path(folder)])

        ask_path(self.window() or self, "Add a folder as a set of images", "", chosen)

    def _ask_name(self) -> None:
        dialog = QInputDialog(self.window() or self)
        dialog.setWindowTitle("Rename the set")
        dialog.setLabelText("Name of the set:")
        dialog.setTextValue(self.sets.currentText())
        dialog.textValueSelected.connect(lambda name: self.changed.emit("name", name.strip()[:200]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def summary_of(found: PlacedSet) -> str:
    """A summary of a set in sentences."""
    if found.refused:
        return f"The images could not be placed: {found.refused}."
    parts, error, score = [], found.joined("error"), found.joined("score")
    count = f"{len(score):,} images" if len(score) != 1 else "1 image"
    if found.cancelled:
        parts.append(f"Cancelled: {count} of {found.total:,} are placed.")
    elif not found.done:
        parts.append(f"{len(score):,} of {found.total:,} images so far." if found.total else "Reading the images…")
    if len(score) and (found.done or found.cancelled):
        outside = int((score > 1).sum())
        figures = "" if np.isnan(error).any() else f"median MSE {np.median(error):.4f}, "
        parts.append(f"{count}: {figures}{outside:,} outside the data (score above 1).")
    if found.rejected:
        pairs = found.rejected[:_NAMED]
        some = "; ".join(f"{safe_text(name, most=60)}: {safe_text(why, most=160)}" for name, why in pairs)
        more = f"; and {len(found.rejected) - _NAMED:,} more" if len(found.rejected) > _NAMED else ""
        parts.append(f"Not placed: {some}{more}.")
    parts += [f"{safe_text(note, most=200)}." for note in found.notes[:_NAMED]]
    return "\n".join(parts)
