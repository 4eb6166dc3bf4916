"""The pad: the sheet as large as it fits, drawn on with the mouse; takes what is dropped on it."""

from pathlib import Path

from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.gui.drops import local_paths
from latent_explorer.gui.studies.own_image.sketch import Pen, Sketch, rubber_of
from latent_explorer.gui.widgets.images import inverted as exchanged
from latent_explorer.gui.widgets.images import is_light
from latent_explorer.gui.widgets.plain import tooltip

_LEAST, _TALLEST = 130, 260  # pixels
_HINT = "Draw here with the mouse, or drop a picture"
_KEYS = (
    "Arrows move the pen, with Shift in small steps. Space puts it on the sheet and lifts it; R does so with the "
    "rubber. Esc lifts it, Ctrl+Z takes a stroke back."
)
_FAR, _NEAR = 1 / 28, 1 / 112  # of the sheet's side that an arrow moves the pen
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class Pad(QWidget):
    """Shows a Sketch. pen: what the left button draws with; the right one, and the other end of a stylus, rub.

    changed: at each move of a stroke, and when the sheet is another. ended: a stroke has ended. dropped: files.
    given: a picture of another program, a QImage. In the light theme what is drawn in grey is ink on paper.
    """

    changed = pyqtSignal()
    ended = pyqtSignal()
    dropped = pyqtSignal(list)
    given = pyqtSignal(QImage)

    def __init__(self, sketch: Sketch) -> None:
        super().__init__()
        self._sketch, self.pen = sketch, Pen()
        self._held: Pen | None = None
        self._under: QPointF | None = None
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.setAccessibleName("Pad to draw on")
        self.setAccessibleDescription(_KEYS)
        self.setToolTip(tooltip(_KEYS))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(_LEAST, _LEAST)

    def sizeHint(self) -> QSize:
        return QSize(240, 240)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(width, _TALLEST)

    @property
    def drawing(self) -> bool:
        """Whether a stroke is being drawn."""
        return self._held is not None

    def show_sheet(self) -> None:
        """The sheet is another: paint it, and tell."""
        self.update()
        self.changed.emit()
        self.ended.emit()

    def undo(self) -> None:
        self._sketch.undo()
        self.show_sheet()

    def redo(self) -> None:
        self._sketch.redo()
        self.show_sheet()

    def clear(self) -> None:
        self._sketch.clear()
        self.show_sheet()

    # -- painting

    @property
    def _sheet(self) -> QRectF:
        """Where the sheet lies on the pad."""
        size = self._sketch.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        return QRectF(left, top, size.width(), size.height())

    def _to_sheet(self, at: QPointF) -> QPointF:
        sheet, image = self._sheet, self._sketch.image
        scale = image.width() / max(1.0, sheet.width())
        return (at - sheet.topLeft()) * scale

    @property
    def _on_paper(self) -> bool:
        """Whether light and dark are exchanged on the screen, as in all grey pictures of the light theme."""
        return self._sketch.grey and self._sketch.drawn and is_light(self)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        assert event is not None
        painter, sheet = QPainter(self), self._sheet
        if sheet.toAlignedRect() != self.rect():
            painter.fillRect(event.rect(), self.palette().window())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        image = self._sketch.image
        painter.drawImage(sheet, exchanged(image) if self._on_paper else image)
        painter.setPen(QPen(self.palette().mid().color()))
        painter.drawRect(sheet.adjusted(0, 0, -1, -1))
        if self._sketch.empty and self._under is None:
            painter.setPen(QColor(128, 128, 128))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(sheet.adjusted(16, 16, -16, -16), flags, _HINT)
        self._paint_tip(painter)
        painter.end()

    def _paint_tip(self, painter: QPainter) -> None:
        """Draw a ring as wide as what one draws with."""
        if self._under is None:
            return
        sheet, pen = self._sheet, self._held or self.pen
        radius = max(2.0, pen.width / 200 * max(sheet.width(), sheet.height()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in (("#000000", 2.6), ("#ffffff", 1.2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(self._under, radius, radius)

    def _repaint(self, changed: QRectF) -> None:
        """Paint pixels of the sheet now: the pen must not lag behind the hand."""
        sheet = self._sheet
        scale = sheet.width() / max(1, self._sketch.image.width())
        shown = QRectF(changed.topLeft() * scale + sheet.topLeft(), changed.size() * scale)
        self.repaint(shown.toAlignedRect().adjusted(-4, -4, 4, 4))

    # -- the mouse

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) or self._held is not None:
            return
        self._held = rubber_of(self.pen) if event.button() == Qt.MouseButton.RightButton else self.pen
        self._draw(event.position(), begins=True)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._held is not None:
            self._draw(event.position())
        else:
            self._move_tip(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if self._held is not None:
            self._lift()

    def _draw(self, at: QPointF, *, begins: bool = False) -> None:
        assert self._held is not None
        before, self._under = self._under, at
        act = self._sketch.press if begins else self._sketch.move
        changed = act(self._to_sheet(at), self._held)
        if before is None or begins:
            self.repaint()
        else:
            self._repaint(changed)
        self.changed.emit()

    def _move_tip(self, at: QPointF | None) -> None:
        self._under = at
        self.update()

    def enterEvent(self, event: QEnterEvent | None) -> None:
        self._move_tip(None if event is None else event.position())

    def leaveEvent(self, event: object) -> None:
        self._move_tip(None)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        elif event.key() in _ARROWS:
            right, down = _ARROWS[Qt.Key(event.key())]
            near = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move_pen(right, down, _NEAR if near else _FAR)
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_R) and not event.isAutoRepeat():
            self._put_down(rubbing=event.key() == Qt.Key.Key_R)
        elif event.key() == Qt.Key.Key_Escape and self._held is not None:
            self._lift()
        else:
            super().keyPressEvent(event)

    @property
    def _tip(self) -> QPointF:
        """Where the pen is; in the middle of the sheet, before anything has moved it."""
        return self._sheet.center() if self._under is None else self._under

    def _move_pen(self, right: int, down: int, share: float) -> None:
        sheet = self._sheet
        step = share * max(sheet.width(), sheet.height())
        at = self._tip + QPointF(right * step, down * step)
        at = QPointF(min(max(at.x(), sheet.left()), sheet.right()), min(max(at.y(), sheet.top()), sheet.bottom()))
        if self._held is not None:
            self._draw(at)
        else:
            self._move_tip(at)

    def _put_down(self, *, rubbing: bool) -> None:
        """Put the pen on the sheet, or lift it."""
        if self._held is not None:
            self._lift()
            return
        self._held = rubber_of(self.pen) if rubbing else self.pen
        self._draw(self._tip, begins=True)

    def _lift(self) -> None:
        self._held = None
        self.ended.emit()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        super().focusInEvent(event)
        if event is not None and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._move_tip(self._tip)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        if self._held is not None:
            self._lift()

    # -- what is dropped

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        mime = None if event is None else event.mimeData()
        if event is not None and mime is not None and (local_paths(mime) or mime.hasImage()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent | None) -> None:
        mime = None if event is None else event.mimeData()
        if event is None or mime is None:
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        paths: list[Path] = local_paths(mime)
        if paths:
            self.dropped.emit(paths)
        elif isinstance(image := mime.imageData(), QImage):
            self.given.emit(image)


def on_sheet(pad: Pad, x: float, y: float) -> QPoint:
    """The pixel of the pad at a place on the sheet, each from 0 to 1."""
    sheet = pad._sheet
    return QPointF(sheet.left() + x * sheet.width(), sheet.top() + y * sheet.height()).toPoint()
