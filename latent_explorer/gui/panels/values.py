"""What the visible fields are at a place, a line each."""

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget


class ValueLines(QWidget):
    """Lines of text that change with every hover; unlike a label's, they lay out the panel anew only by their count."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setToolTip("What the layers shown are at this place; point at their names to read what they say")
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
