"""Keyboard navigation for widgets that paint their own cells: arrow keys, and keys that press the current cell."""

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QPainter, QPen
from PyQt6.QtWidgets import QWidget

PRESSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def stepped(key: int, at: int, count: int, columns: int | None = None) -> int | None:
    """The cell that a key leads to from cell `at`, of `count` in rows of `columns` or in one row; None for other keys.

    Left and Right move between cells, Up and Down between rows, Home and End to the first and last; stays at the edges.
    None if there are no cells.
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
    """Frame the current cell while the widget has focus, with a double line that is visible on pictures."""
    if not widget.hasFocus():
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, inward in ((widget.palette().window().color(), 2), (widget.palette().highlight().color(), 0)):
        painter.setPen(QPen(colour, 2))
        painter.drawRect(cell.adjusted(1 + inward, 1 + inward, -1 - inward, -1 - inward))
