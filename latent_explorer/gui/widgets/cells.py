"""Keys of widgets that paint cells of their own: where an arrow leads, and which keys press the cell that one is at."""

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QPainter, QPen
from PyQt6.QtWidgets import QWidget

PRESSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def stepped(key: int, at: int, count: int, columns: int | None = None) -> int | None:
    """The cell that a key leads to from another, of so many in rows of `columns`, or in one row; None for other keys.

    Left and Right go from cell to cell, Up and Down from row to row, Home and End to the first and the last; it stays
    where there is nothing further. None, too, where there are no cells.
    """
    columns = columns or max(1, count)
    steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
    ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: count - 1}
    if not count:
        return None
    if key in ends:
        return ends[Qt.Key(key)]
    if key not in steps or (columns >= count and key in (Qt.Key.Key_Up, Qt.Key.Key_Down)):
        return None
    wanted = at + steps[Qt.Key(key)]
    return wanted if 0 <= wanted < count else at


def paint_cell_focus(painter: QPainter, widget: QWidget, cell: QRect) -> None:
    """Frame the cell that the keys are at, while the widget has the keyboard: twice, so that it is seen on pictures."""
    if not widget.hasFocus():
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, inward in ((widget.palette().window().color(), 2), (widget.palette().highlight().color(), 0)):
        painter.setPen(QPen(colour, 2))
        painter.drawRect(cell.adjusted(1 + inward, 1 + inward, -1 - inward, -1 - inward))
