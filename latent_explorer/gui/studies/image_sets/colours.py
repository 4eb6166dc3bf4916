"""The colours of a set's images on the map, and their meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.class_colours import Mark
from latent_explorer.gui.layers.colours import ramp
from latent_explorer.gui.panels.legend import paint_mark
from latent_explorer.gui.theme import Theme
from latent_explorer.safe_text import safe_text

_OWN = ("#ff4d8d", "#ffc53d", "#2dd4bf", "#60a5fa", "#c084fc", "#fb923c")  # colours of sets, in order
_SCORES = 7  # colours of scores, from 0 to twice the edge of the data
_MOST_NAMED = 12


@dataclass(frozen=True, eq=False)
class Colouring:
    """colours: of a set. number: int64 (n,), the colour of each image. words: the meaning of each colour; "" for none.

    marks: of each colour; diamonds if empty.
    """

    colours: tuple[QColor, ...]
    number: NDArray[np.int64]
    words: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


def colouring_of(
    kind: str, place: int, groups: Sequence[str], score: NDArray[np.floating], classes: Sequence[str], theme: Theme
) -> Colouring:
    """The colouring of a set. kind: as in `OwnSet.colouring`. place: the index of the set.

    A group with the name of a class of the dataset has that class's colour, and its shape if classes have shapes.
    """
    if kind == "group" and any(groups):
        return _by_group(groups, classes, theme)
    if kind == "score":
        return _by_score(score)
    own = QColor(_OWN[place % len(_OWN)])
    colour = own if theme.dark else own.darker(125)
    return Colouring((colour,), np.zeros(len(score), np.int64), (f"{len(score):,} images",))


def _by_group(groups: Sequence[str], classes: Sequence[str], theme: Theme) -> Colouring:
    names = sorted(set(groups))
    number = {name: place for place, name in enumerate(names)}
    known = {name: label for label, name in enumerate(classes)}
    free = len(classes)
    labels = [known.get(name, free + place) for place, name in enumerate(names)]
    which = np.array([number[group] for group in groups], np.int64)
    counts = np.bincount(which, minlength=len(names))
    words = [f"{safe_text(name, most=30) or 'no folder'} {count:,}" for name, count in zip(names, counts, strict=True)]
    marks = tuple(map(theme.mark_of, labels)) if theme.shapes else ()
    return Colouring(tuple(map(theme.class_colour, labels)), which, tuple(words), marks)


def _by_score(score: NDArray[np.floating]) -> Colouring:
    shares = np.linspace(0, 1, _SCORES)
    colours = tuple(QColor.fromRgbF(*rgb) for rgb in ramp(shares).tolist())
    number = np.rint(np.clip(score / 2, 0, 1) * (_SCORES - 1)).astype(np.int64)
    words = {0: "score 0", _SCORES // 2: "1 (edge)", _SCORES - 1: "2 or more"}
    return Colouring(colours, number, tuple(words.get(place, "") for place in range(_SCORES)))


class ColourKey(QWidget):
    """The legend: a mark and text for each colour, on as many lines as needed."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[QColor, Mark, str]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Legend of the set")

    def show_colours(self, colouring: Colouring) -> None:
        """Show the meaning of a set's colours; the first ones if there are many."""
        marks = colouring.marks or tuple[Mark, ...]("diamond" for _ in colouring.colours)
        rows: list[tuple[QColor, Mark, str]] = list(zip(colouring.colours, marks, colouring.words, strict=True))
        self._shown = rows[:_MOST_NAMED]
        if (more := len(rows) - _MOST_NAMED) > 0:
            self._shown.append((QColor(Qt.GlobalColor.transparent), "diamond", f"and {more} more"))
        self.setAccessibleDescription("; ".join(words for *_, words in self._shown if words))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = self._laid_out(width)
        return round(lines[-1][0].bottom()) + 1 if lines else 0

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 120)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 0)

    def _laid_out(self, width: int) -> list[tuple[QRectF, QColor, Mark, str]]:
        metrics, x, y = self.fontMetrics(), 0.0, 0.0
        made: list[tuple[QRectF, QColor, Mark, str]] = []
        high = metrics.height() + 3
        for colour, mark, words in self._shown:
            wide = 14 + (metrics.horizontalAdvance(words) + 10 if words else 0)
            if x and x + wide > width:
                x, y = 0.0, y + high
            made.append((QRectF(x, y, min(wide, width), high), colour, mark, words))
            x += wide
        return made

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, colour, mark, words in self._laid_out(self.width()):
            painter.save()
            paint_mark(painter, mark, colour, QPointF(place.left() + 6, place.center().y()), 6, True)
            painter.restore()
            room = place.adjusted(15, 0, 0, 0)
            painter.setPen(self.palette().windowText().color())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()
