"""The oddest images of a set as a grid, the oddest first."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QModelIndex, pyqtSignal
from PyQt6.QtGui import QColor

from latent_explorer.fields.field import number as written
from latent_explorer.gui.widgets.picture_list import PictureList

_SIDE, _GAP, _HEIGHT = 40, 5, 190
_PALE = 0.45


class OddestImages(PictureList):
    """A grid of images; its owner fetches the pictures. chosen: the number of an image that was clicked.

    labels: of all images by number, or None. names: of the classes. called: returns a description of an image.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__("Oddest images", _SIDE, _GAP)
        self.labels: NDArray[np.int64] | None = None
        self.names: tuple[str, ...] = ()
        self.called: Callable[[int], str] = "Image {}".format
        self._scores = np.zeros(0, np.float32)
        self._above, self._unit = np.inf, ""
        self.setMinimumHeight(_HEIGHT)
        self.clicked.connect(self._choose)

    def show_images(self, numbers: NDArray[np.int64], scores: NDArray[np.float32], unit: str) -> None:
        """Show images in order, with their scores."""
        self._scores, self._unit = scores, unit
        if not np.array_equal(numbers, self.images.numbers):
            self.images.put(numbers)
        self.repaint_images()

    def mark_above(self, threshold: float) -> None:
        """Make images below a score paler."""
        self._above = threshold
        self.repaint_images()

    def is_above(self, row: int) -> bool:
        """Whether an image is above the threshold."""
        return bool(self._scores[row] > self._above)

    def describe(self, row: int) -> str:
        number = int(self.images.numbers[row])
        lines = [f"{self.called(number)}: {written(float(self._scores[row]))} {self._unit}"]
        if self.labels is not None:
            lines.append(f"Class {self.names[self.labels[number]]}")
        return "\n".join([*lines, "Click to show its place on the map"])

    def colour(self, row: int) -> QColor:
        label = None if self.labels is None else int(self.labels[self.images.numbers[row]])
        return QColor(self.theme.line if label is None else self.theme.of_class(label))

    def shade(self, row: int) -> float:
        return 1.0 if self.is_above(row) else _PALE

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(int(self.images.numbers[index.row()]))
