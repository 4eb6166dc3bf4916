"""The frames of a path in a row, or of several curves in rows below each other."""

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from latent_explorer.gui.panels.strip_row import StripRow
from latent_explorer.gui.widgets.cells import stepped
from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.plain import tooltip

_GAP, _BETWEEN = 2, 5  # pixels between frames, and between rows
_LOW, _LOW_ROW, _LOWEST_ROW = 60, 40, 30  # pixels: the minimum height of a single row, of each of two, of each of more
_SAMPLE = 20  # pixels of a curve's line before its name
_BAND = 6  # pixels: the height of the band of classes
_HINT = "Drag on the map from one place to another: the pictures in between appear here."
_TIP = (
    "Click or drag to scrub (Left and Right keys); double-click opens a frame (Enter); right-click for more (Menu key)"
)


class Strip(QWidget):
    """Shows as many frames as fit, scrolled to the current one.

    Each row has a line of text above it, if needed, with its caption and figures, and a band below it in the colours of
    the classes along the path. chosen: a frame was clicked or scrubbed to. open_wanted, export_wanted: for a frame.
    menu_wanted: for a frame, at a global position.
    """

    chosen = pyqtSignal(int)
    open_wanted = pyqtSignal(int)
    export_wanted = pyqtSignal(int)
    menu_wanted = pyqtSignal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[StripRow] = []
        self.captions: list[str] = []
        self._current = 0
        self._first = 0.0
        self._hint = _HINT
        self.setMinimumHeight(_LOW)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the map
        self.setAccessibleName("Frames of the path")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(400, max(78, self.minimumHeight()))

    def explain(self, lacking: str) -> None:
        """Explain why there are no frames; empty if there are."""
        self._hint = f"{lacking[:1].upper()}{lacking[1:]}, and so none of a path." if lacking else _HINT
        self.update()

    def show_rows(self, rows: Sequence[StripRow], captions: Sequence[str]) -> None:
        """Show rows from the top, with captions."""
        self.rows, self.captions = list(rows), list(captions)
        self._current = min(self._current, max(0, self.count - 1))
        each = (_LOW_ROW if len(rows) < 3 else _LOWEST_ROW) + self._line + self._below
        several = len(rows) > 1  # a single row has a fixed height, so that the map does not shrink when a path is drawn
        self.setMinimumHeight(len(rows) * (each + _BETWEEN) - _BETWEEN if several else _LOW)
        self._follow()

    def show_current(self, index: int) -> None:
        self._current = index
        self._follow()

    @property
    def count(self) -> int:
        """The number of frames."""
        return len(self.rows[0].images) if self.rows else 0

    def _follow(self) -> None:
        room = self._room()
        self._first = min(max(self._first, self._current - room + 1.5), max(0.0, self._current - 0.5))
        self._first = min(self._first, max(0.0, self.count - room))
        self.setAccessibleDescription(self._described())
        self.update()

    def _described(self) -> str:
        """A description of the current frame and its class."""
        if not self.count:
            return self._hint
        bands = (row.band[self._current].words for row in self.rows if self._current < len(row.band))
        return ", ".join((f"Frame {self._current + 1} of {self.count}", *bands))

    # -- geometry

    @property
    def _line(self) -> int:
        """The height of the line above each row; 0 if no row has text."""
        told = any(self.captions) or any(row.figures or row.waits for row in self.rows)
        return self.fontMetrics().height() + 1 if told else 0

    @property
    def _below(self) -> int:
        """The height of the band below each row."""
        return _BAND + 1 if any(row.band for row in self.rows) else 0

    def _row_height(self) -> int:
        rows = max(1, len(self.rows))
        return max(1, (self.height() - (rows - 1) * _BETWEEN) // rows)

    def _top(self, row: int) -> int:
        return row * (self._row_height() + _BETWEEN)

    def _picture_height(self) -> int:
        return max(1, self._row_height() - self._line - self._below)

    def _step(self) -> int:
        if not self.count:
            return max(1, self.height())
        frame = self.rows[0].images[0]
        return max(1, round(self._picture_height() * frame.width() / frame.height())) + _GAP

    def _room(self) -> float:
        return self.width() / self._step()

    def _cell(self, index: int, row: int = 0) -> QRect:
        step = self._step()
        left, top = round((index - self._first) * step), self._top(row) + self._line
        return QRect(left, top, step - _GAP, self._picture_height())

    def _index(self, at: QPoint) -> int:
        return max(0, min(self.count - 1, int(at.x() / self._step() + self._first)))

    # -- painting

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        if not self.count:
            self._paint_without_frames(painter)
        else:
            for row in range(len(self.rows)):
                self._paint_line(painter, row)
                self._paint_frames(painter, row)
            self._paint_current(painter)
        painter.end()

    def _paint_without_frames(self, painter: QPainter) -> None:
        """Paint the reason why there are no pictures, with figures and classes."""
        for number, row in enumerate(self.rows):
            self._paint_line(painter, number)
            for index, tint in enumerate(row.band):
                left, right = (round(place * self.width() / len(row.band)) for place in (index, index + 1))
                top = self._top(number) + self._line + self._picture_height() + 1
                painter.fillRect(QRect(left, top, right - left, _BAND), tint.colour)
        painter.setPen(self.palette().placeholderText().color())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        waits = next((row.waits for row in self.rows if row.waits), "")
        whole = self.rect().adjusted(0, self._line, 0, -self._below)
        painter.drawText(whole, flags, waits or self._hint)

    def _paint_line(self, painter: QPainter, number: int) -> None:
        """Paint the caption and figures of a row, elided if necessary."""
        if not self._line:
            return
        row, where = self.rows[number], QRect(0, self._top(number), self.width(), self._line)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        if row.line != Qt.PenStyle.NoPen:
            self._paint_sample(painter, where, row.line)
            where.setLeft(_SAMPLE + 6)
        bold, usual = QFont(self.font()), self.font()
        bold.setWeight(QFont.Weight.DemiBold)
        for text, font, ink in (
            (self.captions[number], bold, self.palette().text().color()),
            (
                row.figures if not self.count else row.waits or row.figures,
                usual,
                self.palette().placeholderText().color(),
            ),
        ):
            if not text:
                continue
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(ink)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, where.width()))
            painter.drawText(where, flags, shown)
            where.setLeft(where.left() + metrics.horizontalAdvance(shown) + 12)
        painter.setFont(usual)

    def _paint_sample(self, painter: QPainter, where: QRect, line: Qt.PenStyle) -> None:
        """Paint the line style of the row's curve on the map."""
        pen = QPen(self.palette().highlight().color(), 2.5 if line == Qt.PenStyle.SolidLine else 1.5, line)
        if line == Qt.PenStyle.DashLine:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.drawLine(0, where.center().y() + 1, _SAMPLE, where.center().y() + 1)

    def _paint_frames(self, painter: QPainter, number: int) -> None:
        light, row = is_light(self), self.rows[number]
        last = min(self.count, int(self._first + self._room()) + 2)
        for index in range(int(self._first), last):
            cell = self._cell(index, number)
            if index < len(row.images):
                painter.drawImage(_within(cell, row.images[index]), displayed(row.images[index], light=light))
            else:
                painter.fillRect(cell, self.palette().window())
            if index < len(row.band):
                band = QRect(cell.left(), cell.bottom() + 2, cell.width() + _GAP, _BAND)
                painter.fillRect(band, row.band[index].colour)

    def _paint_current(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self.palette().highlight().color()), 3))
        for row in range(len(self.rows)):
            painter.drawRect(self._cell(self._current, row).adjusted(1, 1, -2, -2))

    # -- events

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self.words_at(event.pos())), self)
            return True
        return super().event(event)

    def words_at(self, at: QPoint) -> str:
        """The tooltip at a position: a class, the meaning of figures, or possible actions."""
        number = min(at.y() // (self._row_height() + _BETWEEN), len(self.rows) - 1)
        if number < 0:
            return _TIP
        row, down = self.rows[number], at.y() - self._top(number)
        if down < self._line and row.tip:
            return f"{row.figures}\n\n{row.tip}"  # the full figures, if they are elided
        if down >= self._line + self._picture_height() and row.band:
            index = self._index(at) if self.count else at.x() * len(row.band) // max(1, self.width())
            return row.band[max(0, min(index, len(row.band) - 1))].words
        return _TIP if self.count else self._hint

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if (index := stepped(event.key(), self._current, self.count)) is not None:
            self.chosen.emit(index)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.count:
            self.open_wanted.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.buttons() & Qt.MouseButton.LeftButton and self.count:
            self.chosen.emit(self._index(event.pos()))

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if self.count:
            self.open_wanted.emit(self._current)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        if self.count:
            step = -1 if event.angleDelta().y() + event.angleDelta().x() > 0 else 1
            self.chosen.emit(max(0, min(self.count - 1, self._current + step)))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        assert event is not None
        if self.count:
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            where = self.mapToGlobal(self._cell(self._current).center()) if by_key else event.globalPos()
            self.menu_wanted.emit(self._current if by_key else self._index(event.pos()), where)


def _within(cell: QRect, image: QImage) -> QRect:
    """The rectangle of an image in a cell, with its aspect ratio kept."""
    size = image.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(cell.topLeft(), size)
    place.moveCenter(cell.center())
    return place
