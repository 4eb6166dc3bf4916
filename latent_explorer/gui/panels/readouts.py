"""Painted values that change with every hover: field values, one per line, and class shares as bars."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.picture_view import veil
from latent_explorer.gui.widgets.plain import tooltip

_ROWS = 3  # rows of bars


class ValueLines(QWidget):
    """Lines of text that change with every hover; only a change of their number updates the layout."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setToolTip(tooltip("Values of the visible layers at this place; point at a name to see what it means"))
        self.setFixedHeight(0)

    def show_lines(self, lines: list[str]) -> None:
        if lines == self.lines:
            return
        if len(lines) != len(self.lines):
            self.setFixedHeight(len(lines) * self._line_height)
        self.lines = lines
        self.setAccessibleName("; ".join(lines))
        self.update()

    @property
    def _line_height(self) -> int:
        return self.fontMetrics().lineSpacing() + 1

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, height = QPainter(self), self._line_height
        painter.setPen(self.palette().placeholderText().color())
        for row, line in enumerate(self.lines):
            text = self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRect(0, row * height, self.width(), height), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class ShareBars(QWidget):
    """The largest class shares of a place as bars. outdated: whether they are of another place and greyed out."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._theme: Theme | None = None
        self._shares: NDArray[np.float64] = np.zeros(0)
        self.outdated = False
        self.setFixedHeight(_ROWS * (self.fontMetrics().height() + 5))

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def set_classes(self, names: tuple[str, ...], theme: Theme) -> None:
        if len(names) != len(self._names):
            self._shares = np.zeros(0)  # shares of the previous classes
        self._names, self._theme = names, theme
        self.update()

    def show_shares(self, shares: NDArray[np.float64]) -> None:
        """Show shares (classes,) that add up to 1; empty if the data have no classes."""
        known = len(shares) == len(self._names)  # otherwise they are of a previous bundle
        self._shares, self.outdated = shares if known else np.zeros(0), False
        words = (f"{self._names[label]} {shares[label]:.0%}" for label in self._largest())
        self.setAccessibleDescription(", ".join(words))
        self.update()

    def outdate(self) -> None:
        """Grey out the shares: they are of another place."""
        self.outdated = True
        self.update()

    def _largest(self) -> list[int]:
        order = np.argsort(-self._shares, kind="stable")[:_ROWS]
        return [int(label) for label in order if self._shares[label] > 0]

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        largest = self._largest()
        longest = max((self.fontMetrics().horizontalAdvance(self._names[label]) for label in largest), default=0)
        names = min(max(74.0, longest + 8.0), 0.5 * self.width())
        for row, label in enumerate(largest):
            self._paint_row(painter, self._theme, row, label, names)
        if self.outdated:
            painter.fillRect(self.rect(), veil(self.palette()))
        painter.end()

    def _paint_row(self, painter: QPainter, theme: Theme, row: int, label: int, names: float) -> None:
        height = self.height() / _ROWS
        top, percent = row * height, 44.0
        room = self.width() - names - percent
        painter.setPen(self.palette().text().color())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(self._names[label], Qt.TextElideMode.ElideMiddle, int(names) - 6)
        painter.drawText(QRectF(0, top, names, height), left, name)
        painter.drawText(QRectF(names + room, top, percent, height), right, f"{self._shares[label]:.0%}")
        bar = QRectF(names, top + height * 0.25, max(2.0, room * float(self._shares[label])), height * 0.5)
        painter.fillRect(bar, theme.class_colour(label))
