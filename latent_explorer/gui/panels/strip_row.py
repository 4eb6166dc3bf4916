"""One row of a filmstrip: pictures along a curve, with caption, figures and classes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QImage

from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.paths.captions import row_captions

_NONE = np.zeros((0, 1, 1, 1), np.uint8)


@dataclass(frozen=True)
class Tint:
    """The class at a frame: the colour of the band below it, and its tooltip."""

    colour: QColor
    words: str


@dataclass(frozen=True, eq=False)
class StripRow:
    """The contents of a row.

    curve, model: the source of its pictures. frames: uint8 (n, h, w, c), none while they are being decoded; images: the
    same for painting. figures: as one line of text; tip: their meaning. waits: what it waits for. band: the class at
    each frame, or none. line: the line style of the curve on the map, if there are several.
    """

    curve: str = ""
    model: str = ""
    frames: NDArray[np.uint8] = field(default_factory=lambda: _NONE)
    images: tuple[QImage, ...] = ()
    figures: str = ""
    tip: str = ""
    waits: str = ""
    band: tuple[Tint, ...] = ()
    line: Qt.PenStyle = Qt.PenStyle.NoPen

    def with_pictures(self, frames: NDArray[np.uint8]) -> "StripRow":
        """A copy with pictures (n, h, w, c)."""
        return replace(self, frames=frames, images=tuple(map(to_qimage, frames)))


def captions(rows: Iterable[StripRow], usual: str) -> list[str]:
    """Captions that distinguish rows. usual: the default curve, not named if it is alone."""
    return row_captions([(row.curve, row.model) for row in rows], usual)
