"""A cached image of many points around a view, valid while panning stays within it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.gui.widgets.images import borrowed_qimage

AROUND = 96
"""Pixels drawn around the view, so that most steps of a pan need no drawing."""


@dataclass(frozen=True, eq=False)
class Splatted:
    """pixels: uint32, of a view extended by `AROUND` on each side. ratio: device pixels per logical pixel."""

    view: View
    ratio: float
    pixels: NDArray[np.uint32]

    def serves(self, view: View, ratio: float) -> bool:
        same = (view.scale, view.width, view.height, ratio) == (
            self.view.scale, self.view.width, self.view.height, self.ratio,
        )  # fmt: skip
        return same and max(map(abs, self._moved(view))) <= AROUND

    def draw(self, painter: QPainter, view: View) -> None:
        """Draw the part for a view that it covers, aligned to device pixels."""
        image = borrowed_qimage(self.pixels)
        image.setDevicePixelRatio(self.ratio)
        right, down = self._moved(view)
        corner = (round(moved * self.ratio) / self.ratio - AROUND for moved in (right, down))
        painter.drawImage(QPointF(*corner), image)

    def _moved(self, view: View) -> tuple[float, float]:
        return (self.view.u - view.u) * view.scale, (view.v - self.view.v) * view.scale


def wide(view: View) -> View:
    """The extended view that is drawn for a view."""
    return view.resized(view.width + 2 * AROUND, view.height + 2 * AROUND)


def rgb(colour: QColor) -> int:
    """A colour for a splatter: never 0, which means hidden."""
    return max(1, colour.red() << 16 | colour.green() << 8 | colour.blue())
