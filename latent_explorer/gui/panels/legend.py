"""The legend: the classes, shown, hidden and isolated, and searched where there are many."""

from collections.abc import Iterator

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from latent_explorer.class_colours import Mark, mark_outline
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import hint, tool_button
from latent_explorer.gui.widgets.parts import Scrolling, filled
from latent_explorer.gui.widgets.plain import caption, tooltip
from latent_explorer.session import OpenBundle

_SEARCHED_FROM = 13  # classes
_AT_ONCE = 100  # rows created at a time, more while scrolling
_LONGEST = 80  # characters of a name in a tooltip
_REPEATED = "Colours repeat: see the marks"
_SELECTS = {
    "Select class {}": "instead",
    "Add class {} to the selection": "add",
    "Subtract class {} from the selection": "subtract",
}
_HOW = "Classes of the same colour differ by mark and shade here, and by shade on the map."


_SEEN = "Classes of draws: as the classifier sees them."


def _classless(bundle: OpenBundle | None) -> str:
    drawn = bundle is not None and bundle.latents.draws and bundle.config.dataset.class_names
    return "No classifier was taught, so draws have no class." if drawn else "This dataset has no classes."


def paint_mark(painter: QPainter, mark: Mark, colour: QColor, middle: QPointF, radius: float, filled: bool) -> None:
    """Draw the mark of a class at a position, or only its outline."""
    hollow = mark == "ring" or not filled
    painter.setPen(QPen(colour, 3.0 if mark == "ring" and filled else 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    corners = (middle + radius * QPointF(x, y) for x, y in mark_outline(mark))
    painter.drawPolygon(QPolygonF(list(corners)))


class ClassRow(QWidget):
    """A class with its mark, name and count. A click hides or shows it, a double click isolates it.

    toggled, isolated, select_wanted: with the class's label.
    """

    toggled = pyqtSignal(int)
    isolated = pyqtSignal(int)
    select_wanted = pyqtSignal(int, str)

    def __init__(
        self, label: int, name: str, count: int, colour: QColor, mark: Mark = "disc", points: str = "images"
    ) -> None:
        super().__init__()
        self._label, self._name, self._count, self._colour, self._mark = label, name, count, colour, mark
        self.shown = True
        self._second_click = False
        self.setMinimumHeight(self.sizeHint().height())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        how = "Click to hide or show, double-click to show it alone.\nShift adds it to the selection, Alt subtracts it"
        self.setToolTip(tooltip(f"Class {short}: {count:,} {points}\n{how}"))
        self.setAccessibleName(f"Class {name}")
        for text, choice in _SELECTS.items():
            action = QAction(caption(text.format(short)), self)
            action.setToolTip(tooltip(text.format(short)))
            action.triggered.connect(lambda _, choice=choice: self.select_wanted.emit(label, choice))
            self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def sizeHint(self) -> QSize:
        return QSize(150, self.fontMetrics().height() + 8)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif self._second_click:
            self._second_click = False
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.select_wanted.emit(self._label, "add")
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.select_wanted.emit(self._label, "subtract")
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.isolated.emit(self._label)
        else:
            self.toggled.emit(self._label)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self._second_click = True  # includes the release that follows
        self.toggled.emit(self._label)  # undoes the first click
        self.isolated.emit(self._label)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit(self._label)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.isolated.emit(self._label)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, self._mark, self._colour, QPointF(16, self.height() / 2), 6, self.shown)
        metrics, faint = self.fontMetrics(), self.palette().placeholderText().color()
        inner, line = QRectF(30, 0, self.width() - 40, self.height()), Qt.TextFlag.TextSingleLine
        count = f"{self._count:,}" if self.shown else "hidden"
        room = inner.width() - metrics.horizontalAdvance(count) - 8
        painter.setPen(self.palette().text().color() if self.shown else faint)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, int(room))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | line, name)
        painter.setPen(faint)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | line, count)
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class Legend(QWidget):
    """All classes of a bundle; if there are many, those whose names contain the search text.

    toggled, isolated, select_wanted: with a class's label. all_wanted: show all classes.
    """

    toggled = pyqtSignal(int)
    isolated = pyqtSignal(int)
    select_wanted = pyqtSignal(int, str)
    all_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._bundle: OpenBundle | None = None
        self._theme: Theme | None = None
        self._hidden: frozenset[int] = frozenset()
        self._coloured_by = ""
        self._rows: dict[int, ClassRow] = {}
        self._left: Iterator[int] = iter(())
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search classes")
        self.search.textChanged.connect(lambda _: self._list())
        self._scroll = Scrolling()
        bar = self._scroll.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(lambda value: self._add_rows() if value >= bar.maximum() - bar.pageStep() else None)
        self.note = hint("")
        self.note.setContentsMargins(8, 0, 4, 0)  # under the marks of the classes
        self._all = tool_button("Show all", "Show all classes again", self.all_wanted.emit)
        column = filled(QVBoxLayout(self), self.search, self._scroll, self.note, spacing=4, margins=(4, 4, 4, 4))
        column.setStretchFactor(self._scroll, 1)
        column.addWidget(self._all, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setMinimumWidth(170)

    @property
    def rows(self) -> list[ClassRow]:
        """The rows created so far."""
        return list(self._rows.values())

    def set_bundle(self, bundle: OpenBundle, theme: Theme, hidden: frozenset[int]) -> None:
        names = bundle.class_names
        if self._bundle is None or self._bundle.class_names != names:
            self.search.clear()
        self._bundle, self._theme, self._hidden = bundle, theme, hidden
        self.search.setVisible(len(names) >= _SEARCHED_FROM)
        self.search.setPlaceholderText(f"Search {len(names):,} classes")
        self._say()
        self._list()
        self.show_hidden(hidden)

    def show_colouring(self, title: str) -> None:
        """Show the colouring of points, if it is not their class."""
        self._coloured_by = title
        self._say()

    def _say(self) -> None:
        names = () if self._bundle is None else self._bundle.class_names
        repeats = self._theme is not None and len(names) > len(self._theme.classes)
        notes = [
            *([_classless(self._bundle)] if not names else []),
            *([_SEEN] if names and self._bundle is not None and self._bundle.latents.draws else []),
            *([_REPEATED] if repeats else []),
            *([f"Points show: {self._coloured_by}"] if names and self._coloured_by else []),
        ]
        self.note.setText("\n".join(notes))
        self.note.setToolTip(tooltip(_HOW) if repeats else "")
        self.note.setVisible(bool(notes))

    def show_hidden(self, hidden: frozenset[int]) -> None:
        self._hidden = hidden
        self._all.setVisible(bool(hidden))
        for label, row in self._rows.items():
            row.shown = label not in hidden
            row.update()

    def _list(self) -> None:
        """List the matching classes, the first rows now."""
        inside, wanted = QWidget(), self.search.text().strip().casefold()
        self._column = filled(QVBoxLayout(inside), spacing=0)
        self._column.addStretch(1)
        names = () if self._bundle is None else self._bundle.class_names
        self._rows, self._left = {}, (label for label, name in enumerate(names) if wanted in name.casefold())
        self._scroll.setWidget(inside)
        self._add_rows()
        if wanted and not self._rows:
            self._column.insertWidget(0, hint("No class matches."))

    def _add_rows(self) -> None:
        for _, label in zip(range(_AT_ONCE), self._left, strict=False):
            row = self._rows[label] = self._row(label)
            self._column.insertWidget(self._column.count() - 1, row)

    def _row(self, label: int) -> ClassRow:
        bundle, theme = self._bundle, self._theme
        assert bundle is not None
        assert theme is not None
        count, colour = int(bundle.class_counts[label]), theme.class_colour(label)
        row = ClassRow(label, bundle.class_names[label], count, colour, theme.mark_of(label), bundle.points)
        row.shown = label not in self._hidden
        row.toggled.connect(self.toggled)
        row.isolated.connect(self.isolated)
        row.select_wanted.connect(self.select_wanted)
        return row
