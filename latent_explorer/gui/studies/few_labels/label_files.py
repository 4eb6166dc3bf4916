"""Writing and reading label files, with a file chooser. Files number images as in the dataset."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtWidgets import QFileDialog, QWidget

from latent_explorer.bundles import Latents
from latent_explorer.engine.handlers.learn_labels import LabelsLearned
from latent_explorer.errors import UserError
from latent_explorer.export.labels_file import LABEL_SUFFIXES, LabelRow, read_labels, write_labels
from latent_explorer.gui.widgets.parts import ask_path, open_chooser
from latent_explorer.session.labels import Labels

_KINDS = f"Labels ({' '.join(f'*{suffix}' for suffix in LABEL_SUFFIXES)})"
Given = Callable[[], tuple[Labels, LabelsLearned | None, Latents]]


class LabelFiles:
    """Writes and reads labels.

    parent: of the choosers. given: returns the labels, the result of learning, and the latents. put: called with labels
    that were read. say: called with a message on the outcome.
    """

    def __init__(
        self, parent: QWidget, given: Given, put: Callable[[Labels], None], say: Callable[[str], None]
    ) -> None:
        self._parent, self._given, self._put, self._say = parent, given, put, say

    def ask_where(self) -> None:
        """Ask for a file to write to."""
        chooser = QFileDialog(self._parent, "Export labels", str(Path.home() / "labels.csv"), _KINDS)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        open_chooser(chooser, lambda chosen: self.write(Path(chosen), overwrite=True))

    def ask_for_labels(self) -> None:
        """Ask for a file to read."""
        ask_path(self._parent, "Import labels", str(Path.home()), lambda chosen: self.read(Path(chosen)), _KINDS)

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the labels given by hand, and the predicted class of each other image."""
        labels, learned, latents = self._given()
        classes = np.full(len(latents), -1) if learned is None else learned.classes.astype(np.int64)
        classes[: latents.draws] = -1  # draws have no image
        told = [*labels.of, *((number, int(classes[number])) for number in _rest(classes, labels).tolist())]
        images = latents.images(np.array([number for number, _ in told], np.int64)).tolist()
        by_hand = len(labels.of)
        rows = [
            LabelRow(image, labels.names[label], place < by_hand)
            for place, (image, (_, label)) in enumerate(zip(images, told, strict=True))
        ]
        self._try(lambda: self._write(path, rows, by_hand, overwrite=overwrite))

    def _write(self, path: Path, rows: list[LabelRow], by_hand: int, *, overwrite: bool) -> None:
        write_labels(path, rows, overwrite=overwrite)
        self._say(f"Wrote {by_hand:,} labels given by hand and {len(rows) - by_hand:,} learned ones.")

    def read(self, path: Path) -> None:
        """Add the labels in a file that were given by hand, and new classes."""
        self._try(lambda: self._read(path))

    def _read(self, path: Path) -> None:
        labels, _, latents = self._given()
        rows = [row for row in read_labels(path) if row.by_hand]
        numbers = _numbers(np.array([row.image for row in rows], np.int64), latents, path.name).tolist()
        for name in dict.fromkeys(row.name for row in rows):
            labels = labels if name in labels.names else labels.with_class(name)
        for label, name in enumerate(labels.names):
            labels = labels.put([number for number, row in zip(numbers, rows, strict=True) if row.name == name], label)
        self._put(labels)
        self._say(f"Read {len(rows):,} labels.")

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except UserError as error:
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}.")


def _rest(classes: NDArray[np.int64], labels: Labels) -> NDArray[np.int64]:
    """The numbers of images with a predicted class and no label."""
    has = classes >= 0
    has[[number for number, _ in labels.of]] = False
    return np.flatnonzero(has)


def _numbers(images: NDArray[np.int64], latents: Latents, name: str) -> NDArray[np.int64]:
    """The numbers on the map for image numbers in the dataset.

    Files of earlier versions have the numbers on the map: used if they fit and dataset numbers do not. Raises UserError
    if neither fits.
    """
    found = latents.numbers_of(images)
    if (found >= 0).all():
        return found
    if latents.index is not None and ((images >= latents.draws) & (images < len(latents))).all():
        return images
    raise UserError(f"{name}: there is no image {images[found < 0][0]:,} on this map; {_images_here(latents)}")


def _images_here(latents: Latents) -> str:
    if latents.index is None:
        return f"expected 0 to {len(latents) - 1:,}"
    here = latents.index[latents.draws :]
    return f"it shows {len(here):,} images, {here[0]:,} to {here[-1]:,}" if len(here) else "it shows draws alone"
