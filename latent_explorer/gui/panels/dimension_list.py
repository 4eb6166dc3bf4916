"""A widget with a slider for every latent dimension, with the data's distribution behind it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip

from latent_explorer.gui.panels.distributions import BINS, Distributions
from latent_explorer.gui.panels.value_editor import ValueEditor
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.session.coordinates import LEAST, number_text

_ROWS = 4  # minimum number of visible rows
_STEP, _FINE_STEP = 1 / 100, 1 / 1000  # steps of the arrow keys, as shares of the range
_KNOB = 4.5
_WIDEST = 8  # maximum decimals beside a slider


class RowRects(NamedTuple):
    """The rectangles of a dimension: its row, name, slider and value."""

    whole: QRect
    name: QRect
    track: QRect
    value: QRect


class DimensionList(QAbstractScrollArea):
    """Rows of name, slider and value for the dimensions.

    Drags and arrow keys move a slider, a click on a value edits it, and a double click on a name or Delete resets it to
    the mean of the data.

    begun: a slider is about to move. moved: a latent float32 (d,) that differs in one coordinate from the one shown at
    `begun`. refused: why an entered text is not a number.
    """

    begun = pyqtSignal()
    moved = pyqtSignal(object)
    refused = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.data: Distributions | None = None
        self.latent = np.zeros(0, np.float32)
        self.order = np.zeros(0, np.int64)
        self.current, self.decimals = 0, LEAST
        self._dragged = False
        self._still: QPixmap | None = None  # the parts that do not change with hovers
        view, bar = self.viewport(), self.verticalScrollBar()
        assert view is not None
        assert bar is not None
        self._view, self._bar = view, bar
        self.editor = ValueEditor(self._view)
        self.editor.entered.connect(lambda value: self._set(self.dimension, value))
        self.editor.refused.connect(self.refused)
        self.editor.left.connect(self.setFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(_ROWS * self.row_height)
        self.setAccessibleName("Dimensions")

    # -- contents

    def show_data(self, data: Distributions | None, theme: Theme) -> None:
        """Show the dimensions of data in the colours of a theme. Sliders start at the mean."""
        self.theme, self._still = theme, None
        if data is not self.data:
            self.editor.hide()
            self.data, self.current, self.order = data, 0, np.zeros(0, np.int64)
            self.latent = np.zeros(0, np.float32) if data is None else data.mean.astype(np.float32)
            self.sort(by_spread=False)
            self._bar.setValue(0)
        self._view.update()

    def sort(self, *, by_spread: bool) -> None:
        """Sort by spread, the widest first, or by number; the current dimension stays current."""
        if self.data is None:
            return
        dimension = self.dimension
        self.order = self.data.by_spread if by_spread else np.arange(len(self.data))
        self.current = 0 if dimension is None else int(np.flatnonzero(self.order == dimension)[0])
        self._measure()
        self._renew()

    def show_latent(self, z: NDArray[np.floating], decimals: int = LEAST) -> None:
        if len(z) != len(self.latent) or (np.array_equal(z, self.latent) and decimals == self.decimals):
            return
        if decimals != self.decimals:
            self.decimals, self._still = decimals, None  # numbers have another width
        self.latent = z.astype(np.float32)
        self._view.update()

    @property
    def dimension(self) -> int | None:
        return int(self.order[self.current]) if len(self.order) else None

    @property
    def row_height(self) -> int:
        return self.fontMetrics().height() + 9

    def row(self, position: int) -> RowRects:
        """The rectangles of the row at a position, in pixels of the viewport."""
        top = position * self.row_height - self._bar.value()
        whole = QRect(0, top, self._view.width(), self.row_height)
        name = self.fontMetrics().horizontalAdvance("z000") + 10
        value = self.fontMetrics().horizontalAdvance("-00." + "0" * min(self.decimals, _WIDEST)) + 12
        track = whole.adjusted(name + 4, 2, -value - 6, -2)
        return RowRects(
            whole, QRect(0, top, name, whole.height()), track, whole.adjusted(whole.width() - value, 1, 0, -1)
        )

    def sizeHint(self) -> QSize:
        return QSize(240, 8 * self.row_height)

    # -- moving

    def _set(self, dimension: int | None, value: float) -> None:
        if dimension is None or self.latent[dimension] == np.float32(value):
            return
        self.latent = self.latent.copy()
        self.latent[dimension] = value
        self._say()
        self._view.update(self.row(self.current).whole)
        self.moved.emit(self.latent.copy())

    def _reset(self) -> None:
        if self.data is not None and self.dimension is not None:
            self._set(self.dimension, float(self.data.mean[self.dimension]))

    def _step(self, share: float) -> None:
        """Move the current slider by a share of its range, within the range."""
        if self.data is None or self.dimension is None:
            return
        low, high = self.data.low[self.dimension], self.data.high[self.dimension]
        value = float(self.latent[self.dimension])
        self._set(self.dimension, float(np.clip(value + share * (high - low), min(low, value), max(high, value))))

    def _slide(self, x: float) -> None:
        if self.data is None or self.dimension is None:
            return
        track, low, high = self.row(self.current).track, self.data.low[self.dimension], self.data.high[self.dimension]
        share = min(max((x - track.left()) / max(1, track.width()), 0.0), 1.0)
        self._set(self.dimension, float(low + share * (high - low)))

    def _go(self, position: int) -> None:
        """Make a row current and scroll to it."""
        if not len(self.order):
            return
        self.current = min(max(position, 0), len(self.order) - 1)
        row, bar = self.row(self.current).whole, self._bar
        bar.setValue(bar.value() + min(row.top(), 0) + max(row.bottom() + 1 - self._view.height(), 0))
        self._say()
        self._renew()

    def _edit(self) -> None:
        if self.dimension is not None:
            self.editor.begin(self.row(self.current).value, number_text(self.latent[self.dimension], self.decimals))

    def _say(self) -> None:
        if self.dimension is not None:
            self.setAccessibleDescription(
                f"z{self.dimension}: {number_text(self.latent[self.dimension], self.decimals)}"
            )

    # -- painting

    def _renew(self) -> None:
        self._still = None
        self._view.update()

    def _measure(self) -> None:
        height, bar = self._view.height(), self._bar
        bar.setRange(0, max(0, len(self.order) * self.row_height - height))
        bar.setSingleStep(self.row_height)
        bar.setPageStep(height)

    def _in_sight(self) -> range:
        first = self._bar.value() // self.row_height
        return range(first, min(len(self.order), first + self._view.height() // self.row_height + 2))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self._view)
        if self.data is not None:
            if self._still is None:
                self._still = self._painted_still(self.data)
            painter.drawPixmap(0, 0, self._still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for position in self._in_sight():
                self._paint_value(painter, self.data, position)
        painter.end()

    def _painted_still(self, data: Distributions) -> QPixmap:
        ratio = self.devicePixelRatioF()
        still = QPixmap(self._view.size() * ratio)
        still.setDevicePixelRatio(ratio)
        still.fill(QColor(self.theme.window))
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        nothing = data.carries_nothing
        for position in self._in_sight():
            row, dimension = self.row(position), int(self.order[position])
            if position == self.current and self.hasFocus():
                painter.setPen(QColor(self.theme.accent))
                painter.setBrush(QColor(self.theme.panel))
                painter.drawRoundedRect(QRectF(row.whole).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(self.theme.faint if nothing[dimension] else self.theme.text))
            painter.drawText(row.name.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f"z{dimension}")
            self._paint_distribution(painter, data, dimension, row.track)
        painter.end()
        return still

    def _paint_distribution(self, painter: QPainter, data: Distributions, dimension: int, track: QRect) -> None:
        base, width = track.bottom() - 1.5, track.width() / BINS
        corners = [QPointF(track.left(), base)]
        for bin_, height in enumerate(data.heights[dimension].tolist()):
            top = base - height * (track.height() - 5)
            corners += [QPointF(track.left() + bin_ * width, top), QPointF(track.left() + (bin_ + 1) * width, top)]
        corners.append(QPointF(track.left() + track.width(), base))
        colour = QColor(self.theme.faint)
        colour.setAlphaF(0.28 if data.carries_nothing[dimension] else 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF(corners))
        painter.fillRect(QRectF(track.left(), base, track.width(), 1), QColor(self.theme.faint))

    def _paint_value(self, painter: QPainter, data: Distributions, position: int) -> None:
        row, dimension = self.row(position), int(self.order[position])
        low, high, value = data.low[dimension], data.high[dimension], float(self.latent[dimension])
        inside = low - 1e-6 <= value <= high + 1e-6
        x = row.track.left() + min(max((value - low) / (high - low), 0.0), 1.0) * row.track.width()
        colour = QColor(self.theme.accent if inside else self.theme.poor)
        painter.fillRect(QRectF(x - 0.75, row.track.top() + 1, 1.5, row.track.height() - 2), colour)
        painter.setPen(QColor(self.theme.window))
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x, row.track.bottom() - 1.5 - _KNOB / 2), _KNOB, _KNOB)
        painter.setPen(QColor(self.theme.text) if inside else colour)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        text = number_text(value, self.decimals) if abs(value) < 100 else f"{value:.4g}"
        painter.drawText(row.value.adjusted(0, 0, -6, 0), flags, text)

    # -- events

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self.editor.hide()
        self._measure()
        self._renew()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.editor.hide()
        self._renew()

    def viewportEvent(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self.tip(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def tip(self, at: QPoint) -> str:
        """The tooltip of the row at a pixel of the viewport."""
        position = self._position(at)
        if position is None or self.data is None:
            return ""
        dimension, data = int(self.order[position]), self.data
        nothing = "It hardly varies between images.\n" if data.carries_nothing[dimension] else ""
        return (
            f"z{dimension}: mean {data.mean[dimension]:.3f}, standard deviation {data.spread[dimension]:.3f}, "
            f"from {data.low[dimension]:.3f} to {data.high[dimension]:.3f}\n{nothing}"
            "Drag to change it, click the number to type, double-click the name to reset it to the mean"
        )

    def _position(self, at: QPoint) -> int | None:
        position = (at.y() + self._bar.value()) // self.row_height
        return position if 0 <= position < len(self.order) else None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        position = self._position(event.pos())
        if position is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.begun.emit()
        self._go(position)
        row = self.row(position)
        if event.pos().x() >= row.value.left():
            self._edit()
        elif event.pos().x() > row.name.right():
            self._dragged = True
            self._slide(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._dragged:
            self._slide(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        self._dragged = False

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        position = self._position(event.pos())
        if position is not None and event.pos().x() <= self.row(position).name.right():
            self._go(position)
            self._reset()
        else:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        key = Qt.Key(event.key())
        page = max(1, self._view.height() // self.row_height - 1)
        goals = {
            Qt.Key.Key_Up: self.current - 1,
            Qt.Key.Key_Down: self.current + 1,
            Qt.Key.Key_PageUp: self.current - page,
            Qt.Key.Key_PageDown: self.current + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.order) - 1,
        }
        self.begun.emit()
        share = _FINE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        if key in goals:
            self._go(goals[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(-share if key == Qt.Key.Key_Left else share)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._reset()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._edit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        self._say()
        self._renew()

    def focusOutEvent(self, event: object) -> None:
        self._renew()
