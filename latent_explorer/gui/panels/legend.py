"""The legend: the classes, shown, hidden and isolated."""

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import hint, tool_button
from latent_explorer.gui.widgets.parts import Scrolling, filled
from latent_explorer.gui.widgets.plain import caption, tooltip
from latent_explorer.session import OpenBundle


class ClassRow(QWidget):
    """One class: its colour, its name, how many. A click hides or shows it, a double click isolates it."""

    def __init__(self, label: int, name: str, count: int, colour: QColor, legend: "Legend") -> None:
        super().__init__()
        self._label, self._name, self._count, self._colour, self._legend = label, name, count, colour, legend
        self.shown = True
        self._second_click = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        how = "Click to hide or show, double-click to see it alone, right-click to select"
        self.setToolTip(tooltip(f"Class {name}: {count:,} images\n{how}"))
        self.setAccessibleName(f"Class {name}")
        select = QAction(caption(f"Select class {name}"), self)
        select.setToolTip(tooltip(f"Select class {name}"))
        select.triggered.connect(lambda: legend.select_wanted.emit(label))
        self.addAction(select)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def sizeHint(self) -> QSize:
        return QSize(150, self.fontMetrics().height() + 8)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif self._second_click:
            self._second_click = False
        elif event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier):
            self._legend.isolated.emit(self._label)
        else:
            self._legend.toggled.emit(self._label)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self._second_click = True  # the release that follows is part of it
        self._legend.toggled.emit(self._label)  # takes back what the first click did
        self._legend.isolated.emit(self._label)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space:
            self._legend.toggled.emit(self._label)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._legend.isolated.emit(self._label)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(self._colour)
        painter.setBrush(self._colour if self.shown else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(10, middle - 6, 12, 12))
        faint = self.palette().placeholderText().color()
        painter.setPen(self.palette().text().color() if self.shown else faint)
        inner = QRectF(30, 0, self.width() - 40, self.height())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._name)
        painter.setPen(faint)
        count = f"{self._count:,}" if self.shown else "hidden"
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class Legend(Scrolling):
    """All classes of a bundle.

    toggled, isolated, select_wanted: with a class's label. all_wanted: show all again.
    """

    toggled = pyqtSignal(int)
    isolated = pyqtSignal(int)
    select_wanted = pyqtSignal(int)
    all_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ClassRow] = []
        self.setMinimumWidth(170)

    def set_bundle(self, bundle: OpenBundle, theme: Theme, hidden: frozenset[int]) -> None:
        self._rows = [
            ClassRow(label, name, int(bundle.class_counts[label]), theme.class_colour(label), self)
            for label, name in enumerate(bundle.class_names)
        ]
        inside = QWidget()
        layout = filled(QVBoxLayout(inside), *self._rows, spacing=0, margins=(2, 4, 2, 4))
        if self._rows:
            all_again = tool_button("Show all", "Show all classes again", self.all_wanted.emit)
            layout.addWidget(all_again, 0, Qt.AlignmentFlag.AlignHCenter)
        else:
            layout.addWidget(hint("These data have no classes."))
        layout.addStretch(1)
        self.setWidget(inside)
        self.show_hidden(hidden)

    def show_hidden(self, hidden: frozenset[int]) -> None:
        for label, row in enumerate(self._rows):
            row.shown = label not in hidden
            row.update()
