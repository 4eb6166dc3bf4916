"""A row of small pictures of one place decoded under each class."""

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.picture_view import veil
from latent_explorer.gui.widgets.plain import help_with

MOST = 20
"""The maximum number of classes; of more, the first ones are shown."""

_COLUMNS, _GAP, _LARGEST, _SMALLEST, _FRAME = 10, 3, 48, 20, 2


class ClassPictures(QWidget):
    """Pictures of one place under each class, the current class framed. chosen: a class was clicked.

    outdated: whether they are of another place and greyed out.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.images: list[QImage] = []
        self.present, self.outdated = 0, False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("This place under each class")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_classes(self, names: Sequence[str], present: int) -> None:
        """Set the classes, and the current class of the map."""
        shown = tuple(names[:MOST])
        if shown != self.names:
            self.names, self.images = shown, []
            self.updateGeometry()
        self.present = present
        self._describe()
        self.update()

    def show_images(self, images: Sequence[QImage]) -> None:
        """Show the pictures of a place, one for each class, or none."""
        self.images, self.outdated = list(images), False
        self.update()

    def outdate(self) -> None:
        """Grey out the pictures: they are of another place."""
        self.outdated = True
        self.update()

    # -- geometry

    @property
    def _rows(self) -> int:
        return max(1, -(-len(self.names) // _COLUMNS))

    def _side(self, width: int) -> int:
        columns = max(1, min(_COLUMNS, len(self.names)))
        return max(_SMALLEST, min(_LARGEST, (width - (columns - 1) * _GAP) // columns))

    def heightForWidth(self, width: int) -> int:
        return self._rows * (self._side(width) + self.fontMetrics().height() + _GAP + _FRAME)

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(_COLUMNS * (_SMALLEST + _GAP), self.heightForWidth(_COLUMNS * (_SMALLEST + _GAP)))

    def cell(self, label: int) -> QRect:
        """The rectangle of the picture of a class."""
        row, column = divmod(label, _COLUMNS)
        side = self._side(self.width())
        down = side + self.fontMetrics().height() + _GAP
        return QRect(column * (side + _GAP), _FRAME + row * (down + _FRAME), side, side)

    def _at(self, at: QPoint) -> int | None:
        letters = self.fontMetrics().height() + _GAP
        cells = ((label, self.cell(label).adjusted(0, 0, 0, letters)) for label in range(len(self.names)))
        return next((label for label, cell in cells if cell.contains(at)), None)

    # -- events

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, palette, light = QPainter(self), self.palette(), is_light(self)
        metrics = self.fontMetrics()
        for label, name in enumerate(self.names):
            cell = self.cell(label)
            if label < len(self.images):
                painter.drawImage(cell, displayed(self.images[label], light=light))
            if label == self.present:
                painter.setPen(QPen(QColor(palette.color(QPalette.ColorRole.Highlight)), _FRAME))
                painter.drawRect(cell.adjusted(0, 0, -1, -1))
            font = painter.font()
            font.setBold(label == self.present)
            painter.setFont(font)
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            room = QRect(cell.left(), cell.bottom() + 1, cell.width(), metrics.height() + 1)
            said = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, said)
        if self.outdated:
            painter.fillRect(self.rect(), veil(palette))
        painter.end()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            label = self._at(event.pos())
            words = "" if label is None else f"{self.names[label]}: this place under this class. Click to decode as it."
            return help_with(event, self, words)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        label = self._at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and label is not None:
            self.chosen.emit(label)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and 0 <= self.present + step < len(self.names):
            self.chosen.emit(self.present + step)
        elif not step:
            super().keyPressEvent(event)

    def _describe(self) -> None:
        present = self.names[self.present] if self.present < len(self.names) else ""
        self.setAccessibleDescription(f"Decoded as {present}; the arrow keys choose another class")
