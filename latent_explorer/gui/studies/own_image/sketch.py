"""A sheet that is drawn on: strokes, undone one by one; or a picture from elsewhere, drawn over."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from latent_explorer.gui.widgets.images import to_array, to_qimage

SIDE = 160
"""Pixels of the longer side of an empty sheet: enough for smooth strokes, few enough to be encoded at each move."""
_MOST_UNDONE = 60


@dataclass(frozen=True)
class Pen:
    """What one draws with. width: in hundredths of the sheet's longer side. rubs: whether it takes away instead."""

    width: int = 8
    colour: str = "#ffffff"
    rubs: bool = False


class Sketch:
    """The sheet as it is now, in the levels of the model's images, and as it was before each stroke.

    empty: whether there is nothing on it. drawn: whether it began as an empty sheet. grey: whether colours have no
    meaning. ground: the level of an empty sheet.
    """

    def __init__(self) -> None:
        self.grey, self.ground, self._shape = True, 0, (SIDE, SIDE)
        self._before: list[tuple[QImage, bool, bool]] = []
        self._after: list[tuple[QImage, bool, bool]] = []
        self._stroke, self._sheet, self._last = QPainterPath(), QImage(), QPointF()
        self._clear()

    def begin(self, shape: tuple[int, int, int], ground: int) -> None:
        """An empty sheet of the proportions of images (h, w, c), on a ground; nothing before it can come back."""
        longest = max(shape[:2])
        self._shape = max(1, round(SIDE * shape[0] / longest)), max(1, round(SIDE * shape[1] / longest))
        self.grey, self.ground = shape[2] == 1, ground
        self._before, self._after = [], []
        self._clear()

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        return bool(self._after)

    def undo(self) -> None:
        if self._before:
            self._after.append(self._now)
            self._put(self._before.pop())

    def redo(self) -> None:
        if self._after:
            self._before.append(self._now)
            self._put(self._after.pop())

    def clear(self) -> None:
        """An empty sheet, which can be undone."""
        if not self.empty or not self.drawn:
            self._remember()
            self._clear()

    def load(self, image: NDArray[np.uint8]) -> None:
        """Put an image (h, w, 1 or 3) on the sheet, which can be undone."""
        self._remember()
        self.image = to_qimage(image).convertToFormat(QImage.Format.Format_RGB32)
        self.empty, self.drawn = False, False

    def restore(self, image: QImage, *, drawn: bool) -> None:
        """Begin with a sheet that was kept; nothing before it can come back. drawn: whether it was drawn here."""
        self.image = image.convertToFormat(QImage.Format.Format_RGB32)
        self.empty, self.drawn = False, drawn

    def press(self, at: QPointF, pen: Pen) -> QRectF:
        """Begin a stroke at a pixel of the sheet; the pixels that have changed."""
        self._remember()
        self._sheet, self._stroke = self.image.copy(), QPainterPath(at)
        return self._draw(at, pen)

    def move(self, at: QPointF, pen: Pen) -> QRectF:
        """Go on with the stroke; the pixels that have changed."""
        before = self._stroke.currentPosition()
        self._stroke.quadTo(self._last, (self._last + at) / 2)  # a curve through the middles, smooth at any speed
        return self._draw(at, pen, before)

    def pixels(self) -> NDArray[np.uint8]:
        """The sheet as an image uint8 (h, w, c): of grey levels where it was drawn on one for grey images."""
        colours = to_array(self.image)[..., :3]
        return np.ascontiguousarray(colours[..., :1] if self.grey and self.drawn else colours)

    def _draw(self, at: QPointF, pen: Pen, before: QPointF | None = None) -> QRectF:
        """Draw the stroke as it is now: as one, since edges that are drawn twice become harder."""
        width = max(1.0, pen.width / 100 * max(self.image.width(), self.image.height()))
        last = at if before is None else self._last
        changed = QRectF(before or at, at).normalized().united(QRectF(last, at).normalized())
        changed = changed.adjusted(-width, -width, width, width)
        painter = QPainter(self.image)
        painter.setClipRect(changed)
        painter.drawImage(0, 0, self._sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.ground, self.ground, self.ground) if pen.rubs else QColor(pen.colour)
        painter.setPen(QPen(colour, width, cap=Qt.PenCapStyle.RoundCap, join=Qt.PenJoinStyle.RoundJoin))
        stroke = QPainterPath(self._stroke)
        stroke.lineTo(at + (QPointF(0.01, 0) if before is None else QPointF()))  # a mere point is a dot
        painter.drawPath(stroke)
        painter.end()
        self._last = at
        self.empty = self.empty and pen.rubs
        return changed

    @property
    def _now(self) -> tuple[QImage, bool, bool]:
        return self.image.copy(), self.empty, self.drawn

    def _put(self, state: tuple[QImage, bool, bool]) -> None:
        self.image, self.empty, self.drawn = state

    def _remember(self) -> None:
        self._before = [*self._before[-_MOST_UNDONE:], self._now]
        self._after.clear()

    def _clear(self) -> None:
        height, width = self._shape
        self.image = QImage(width, height, QImage.Format.Format_RGB32)
        self.image.fill(QColor(self.ground, self.ground, self.ground))
        self.empty, self.drawn, self._last = True, True, QPointF()


def ink_for(ground: int) -> str:
    """The colour that shows best on a ground."""
    return "#ffffff" if ground < 128 else "#000000"


def rubber_of(pen: Pen) -> Pen:
    """A rubber as wide as a pen, and half again."""
    return replace(pen, rubs=True, width=round(1.5 * pen.width))
