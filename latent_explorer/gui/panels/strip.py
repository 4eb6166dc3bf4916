"""The frames of a path in a row."""

from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QContextMenuEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.plain import tooltip

_GAP = 2
_HINT = "Drag on the map from one place to another: the pictures in between appear here."


class Strip(QWidget):
    """As many frames as there is room for, scrolled so that the current one is among them.

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
        self._current = 0
        self._first = 0.0
        self._hint = _HINT
        self.setMinimumHeight(52)
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

    def show_current(self, index: int) -> None:
        self._current = index
        self._follow()

    def _follow(self) -> None:
        room = self._room()
        self._first = min(max(self._first, self._current - room + 1.5), max(0.0, self._current - 0.5))
        self._first = min(self._first, max(0.0, len(self._frames) - room))
        self.update()

    def _step(self) -> int:
        if not self._frames:
            return self.height()
        frame = self._frames[0]
        return round(self.height() * frame.width() / frame.height()) + _GAP

    def _room(self) -> float:
        return self.width() / self._step()

    def _cell(self, index: int) -> QRect:
        step = self._step()
        return QRect(round((index - self._first) * step), 0, step - _GAP, self.height())

    def _index(self, at: QPoint) -> int:
        return max(0, min(len(self._frames) - 1, int(at.x() / self._step() + self._first)))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        if not self._frames:
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._hint)
        for index in range(int(self._first), min(len(self._frames), int(self._first + self._room()) + 2)):
            painter.drawImage(self._cell(index), displayed(self._frames[index], light=is_light(self)))
        if self._frames:
            painter.setPen(QPen(QColor(self.palette().highlight().color()), 3))
            painter.drawRect(self._cell(self._current).adjusted(1, 1, -2, -2))
        painter.end()

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
