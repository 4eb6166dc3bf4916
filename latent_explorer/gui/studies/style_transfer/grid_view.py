"""A widget with a grid of content by style: pictures, with images and class names at the edges."""

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSizePolicy, QWidget

from latent_explorer.export import StyleGrid
from latent_explorer.gui.widgets.cells import PRESSES, paint_cell_focus, stepped
from latent_explorer.gui.widgets.images import displayed, is_light, to_qimage
from latent_explorer.gui.widgets.picture_view import veil
from latent_explorer.gui.widgets.plain import tooltip

_GAP, _EDGE, _LARGEST, _SMALLEST, _NAMED = 1, 4, 48, 14, 44
_TIP = "Each row a class, each column the style of the image above it; click a picture to go there"


@dataclass(frozen=True, eq=False)
class _ShownGrid:
    """The pictures of a grid and the images at its edges, by row and column; -1 for an edge.

    names: of the rows.
    """

    grid: StyleGrid
    cells: dict[tuple[int, int], QImage]
    names: tuple[str, ...]


class StyleGridView(QWidget):
    """chosen: row and column of a clicked picture. Arrow keys move between pictures, and Enter chooses one."""

    chosen = pyqtSignal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._shown: _ShownGrid | None = None
        self.outdated = False
        self.current = 0  # the picture of the keyboard, row by row
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(tooltip(_TIP))
        self.setAccessibleName("Grid of content by style")
        self.setMinimumHeight(60)

    @property
    def grid(self) -> StyleGrid | None:
        """The current grid."""
        return None if self._shown is None else self._shown.grid

    def show_grid(self, grid: StyleGrid | None, classes: Sequence[str] = ()) -> None:
        """Show a grid, or none. classes: all class names; images of rows are shown beside them."""
        names = () if grid is None else tuple(classes[label] for label in grid.labels.tolist())
        self._shown = None if grid is None else _ShownGrid(grid, dict(_cells(grid)), names)
        self.outdated, self.current = False, 0
        self.updateGeometry()
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def outdate(self) -> None:
        """Grey out the grid: it is outdated."""
        self.outdated = True
        self.update()

    def sizeHint(self) -> QSize:
        if self._shown is None:
            return QSize(260, 60)
        rows = len(self._shown.grid.labels) + (self._shown.grid.style is not None)
        return QSize(260, rows * (self._side + _GAP) + _EDGE + 2)

    @property
    def _side(self) -> int:
        if self._shown is None:
            return _LARGEST
        grid = self._shown.grid
        columns = len(grid.latents) + (grid.content is not None)
        return max(_SMALLEST, min(_LARGEST, (self.width() - self._named - _EDGE) // max(columns, 1) - _GAP))

    @property
    def _named(self) -> int:
        """The width of the names."""
        assert self._shown is not None
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(name) for name in self._shown.names)
        return int(min(_NAMED, widest)) + 6

    def cell(self, row: int, column: int) -> QRect:
        """The rectangle of a picture; row or column -1 for images at the edges."""
        assert self._shown is not None
        grid, step = self._shown.grid, self._side + _GAP
        left = self._named + (step + _EDGE if grid.content is not None else 0)
        top = step + _EDGE if grid.style is not None else 0
        x = left + column * step if column >= 0 else self._named
        y = top + row * step if row >= 0 else 0
        return QRect(x, y, self._side, self._side)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._shown is None:
            return
        painter, light = QPainter(self), is_light(self)
        for (row, column), image in self._shown.cells.items():
            painter.drawImage(self.cell(row, column), displayed(image, light=light))
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        for row, name in enumerate(self._shown.names):
            cell = self.cell(row, 0)
            room = QRect(0, cell.top(), self._named - 4, cell.height())
            said = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, said)
        if self.outdated:
            painter.fillRect(self.rect(), veil(self.palette()))
        paint_cell_focus(painter, self, self.cell(*divmod(self.current, len(self._shown.grid.latents))))
        painter.end()

    def resizeEvent(self, event: object) -> None:
        self.setFixedHeight(self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        grid = self.grid
        if grid is None:
            super().keyPressEvent(event)
            return
        columns = len(grid.latents)
        step = stepped(event.key(), self.current, columns * len(grid.labels), columns)
        if step is not None:
            self.current = step
            self.update()
        elif event.key() in PRESSES:
            self.chosen.emit(*divmod(self.current, columns))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        at = self._at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and at is not None:
            self.chosen.emit(*at)

    def _at(self, at: QPoint) -> tuple[int, int] | None:
        if self._shown is None:
            return None
        inside = (place for place in self._shown.cells if min(place) >= 0 and self.cell(*place).contains(at))
        return next(inside, None)


def _cells(grid: StyleGrid) -> list[tuple[tuple[int, int], QImage]]:
    rows, columns = grid.pictures.shape[:2]
    found = [((row, column), to_qimage(grid.pictures[row, column])) for row in range(rows) for column in range(columns)]
    if grid.style is not None:
        found += [((-1, column), to_qimage(image)) for column, image in enumerate(grid.style)]
    if grid.content is not None:
        found += [((row, -1), to_qimage(image)) for row, image in enumerate(grid.content)]
    return found
