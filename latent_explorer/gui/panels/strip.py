"""The frames of a path in a row."""

from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QContextMenuEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.plain import tooltip

_GAP = 2
_LOW, _LOW_ROW = 52, 44  # pixels: the least height of one row, and of each of two
_CAPTIONS = 0.2  # of the width, at most, for what the rows are of
_HINT = "Drag on the map from one place to another: the pictures in between appear here."


class Strip(QWidget):
    """As many frames as there is room for, scrolled so that the current one is among them.

    Of two rows, the second has a picture for each frame of the first, and captions at the left say what they are of.
    chosen: a frame was clicked or scrubbed to. open_wanted, export_wanted: of a frame. menu_wanted: for a
    frame, at a place in global pixels.
    """

    chosen = pyqtSignal(int)
    open_wanted = pyqtSignal(int)
    export_wanted = pyqtSignal(int)
    menu_wanted = pyqtSignal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self._frames: list[QImage] = []
        self._second: list[QImage] = []
        self._captions: tuple[str, str] = ("", "")
        self._current = 0
        self._first = 0.0
        self._hint = _HINT
        self.setMinimumHeight(_LOW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(tooltip("Click or drag to scrub; double-click opens a frame; right-click for more"))

    def sizeHint(self) -> QSize:
        return QSize(400, 78)

    def explain(self, lacking: str) -> None:
        """Say why there never are frames; an empty reason where a path has some."""
        self._hint = f"{lacking[:1].upper()}{lacking[1:]}, and so none of a path." if lacking else _HINT
        self.update()

    def show_frames(self, frames: list[QImage]) -> None:
        self._frames, self._first = frames, 0.0
        self._current = min(self._current, max(0, len(frames) - 1))
        self._follow()

    def show_second(self, frames: list[QImage], captions: tuple[str, str] = ("", "")) -> None:
        """Show a second row below, or none; captions: of the first and the second."""
        self._second, self._captions = frames, captions
        self.setMinimumHeight(2 * _LOW_ROW + _GAP if frames else _LOW)
        self._follow()

    def show_current(self, index: int) -> None:
        self._current = index
        self._follow()

    def _follow(self) -> None:
        room = self._room()
        self._first = min(max(self._first, self._current - room + 1.5), max(0.0, self._current - 0.5))
        self._first = min(self._first, max(0.0, len(self._frames) - room))
        self.update()

    @property
    def _rows(self) -> list[list[QImage]]:
        return [self._frames, self._second] if len(self._second) == len(self._frames) else [self._frames]

    @property
    def _row_height(self) -> int:
        rows = len(self._rows)
        return (self.height() - (rows - 1) * _GAP) // rows

    @property
    def _left(self) -> int:
        """Where the frames begin: beside the captions, if there are two rows."""
        if len(self._rows) == 1:
            return 0
        widest = max(self.fontMetrics().horizontalAdvance(caption) for caption in self._captions)
        return min(widest, round(_CAPTIONS * self.width())) + 8

    def _step(self) -> int:
        if not self._frames:
            return self.height()
        frame = self._frames[0]
        return max(1, round(self._row_height * frame.width() / frame.height())) + _GAP

    def _room(self) -> float:
        return (self.width() - self._left) / self._step()

    def _cell(self, index: int, row: int = 0) -> QRect:
        step, high = self._step(), self._row_height
        return QRect(self._left + round((index - self._first) * step), row * (high + _GAP), step - _GAP, high)

    def _index(self, at: QPoint) -> int:
        return max(0, min(len(self._frames) - 1, int((at.x() - self._left) / self._step() + self._first)))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        if not self._frames:
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._hint)
        else:
            self._paint_captions(painter)
            self._paint_frames(painter)
        painter.end()

    def _paint_captions(self, painter: QPainter) -> None:
        """What the rows are of, as much of it as there is room for."""
        if not (left := self._left):
            return
        painter.setPen(self.palette().placeholderText().color())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        for row, caption in enumerate(self._captions):
            where = QRect(0, self._cell(0, row).top(), left - 8, self._row_height)
            shown = self.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideLeft, where.width())
            painter.drawText(where, flags, shown)
        painter.setClipRect(self.rect().adjusted(left, 0, 0, 0))

    def _paint_frames(self, painter: QPainter) -> None:
        light, last = is_light(self), min(len(self._frames), int(self._first + self._room()) + 2)
        for row, frames in enumerate(self._rows):
            for index in range(int(self._first), last):
                painter.drawImage(_within(self._cell(index, row), frames[index]), displayed(frames[index], light=light))
        painter.setPen(QPen(QColor(self.palette().highlight().color()), 3))
        current = self._cell(self._current)
        painter.drawRect(current.united(self._cell(self._current, len(self._rows) - 1)).adjusted(1, 1, -2, -2))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.buttons() & Qt.MouseButton.LeftButton and self._frames:
            self.chosen.emit(self._index(event.pos()))

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if self._frames:
            self.open_wanted.emit(self._current)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        if self._frames:
            step = -1 if event.angleDelta().y() + event.angleDelta().x() > 0 else 1
            self.chosen.emit(max(0, min(len(self._frames) - 1, self._current + step)))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        assert event is not None
        if self._frames:
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            self.menu_wanted.emit(self._current if by_key else self._index(event.pos()), event.globalPos())


def _within(cell: QRect, image: QImage) -> QRect:
    """Where an image goes in a cell: all of it, in its own proportions."""
    size = image.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(cell.topLeft(), size)
    place.moveCenter(cell.center())
    return place
