"""The preview of a file: a picture, an animation, or the first rows of a table."""

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHeaderView, QSizePolicy, QStackedWidget, QTableWidgetItem, QWidget

from latent_explorer.gui.exports.draft import Draft
from latent_explorer.gui.widgets.parts import read_only_table, timer

_MARGIN = 14


class Preview(QStackedWidget):
    """Shows a draft."""

    def __init__(self) -> None:
        super().__init__()
        self.film, self.table, head = _Film(), read_only_table(), QHeaderView(Qt.Orientation.Horizontal)
        self.table.setHorizontalHeader(head)
        self.table.setAccessibleName("Preview")
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.addWidget(self.film)
        self.addWidget(self.table)
        self.setMinimumSize(380, 320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_draft(self, draft: Draft) -> None:
        """Show a draft."""
        self.setCurrentWidget(self.table if draft.table else self.film)
        self.film.show_frames(draft.frames)
        if draft.table:
            self._show_rows(*draft.table)

    def _show_rows(self, head: tuple[str, ...], *rows: tuple[str, ...]) -> None:
        self.table.setColumnCount(len(head))
        self.table.setHorizontalHeaderLabels(head)
        self.table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                self.table.setItem(row, column, QTableWidgetItem(text))

    def stop(self) -> None:
        """Stop playback."""
        self.film.show_frames(())


class _Film(QWidget):
    """Plays frames, as large as they fit."""

    def __init__(self) -> None:
        super().__init__()
        self._frames: tuple[tuple[QImage, int], ...] = ()
        self._index = 0
        self._timer = timer(self, 0, self._advance, once=True)
        self.setAccessibleName("Preview")

    @property
    def images(self) -> list[QImage]:
        """The pictures shown, one after another."""
        return [image for image, _ in self._frames]

    def sizeHint(self) -> QSize:
        return QSize(460, 400)

    def show_frames(self, frames: tuple[tuple[QImage, int], ...]) -> None:
        self._frames, self._index = frames, 0
        self._schedule()
        self.update()

    def _schedule(self) -> None:
        self._timer.stop()
        if len(self._frames) > 1:
            self._timer.start(max(16, self._frames[self._index][1]))

    def _advance(self) -> None:
        self._index = (self._index + 1) % len(self._frames)
        self._schedule()
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        painter.setPen(self.palette().mid().color())
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if not self._frames:
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Preparing the preview…")
        else:
            self._paint(painter, self._frames[self._index][0])
        painter.end()

    def _paint(self, painter: QPainter, image: QImage) -> None:
        """Paint the picture with a rim, to distinguish white edges from the dialog."""
        where = self._target(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > where.width())
        painter.drawImage(where, image)
        painter.setPen(self.palette().mid().color())
        painter.drawRect(where.adjusted(-1, -1, 0, 0))

    def _target(self, image: QImage) -> QRect:
        room = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        size = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        where = QRect(0, 0, size.width(), size.height())
        where.moveCenter(room.center())
        return where
