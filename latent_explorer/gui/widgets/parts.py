"""Labels, buttons, layouts and choosers as all panels have them."""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QCursor, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QFileDialog,
    QFrame,
    QHeaderView,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from latent_explorer.gui.widgets.plain import PlainLabel, tooltip

_LEAST_ELIDED, _ANY = 40, 2**24 - 1  # pixels
_Box = TypeVar("_Box", bound=QBoxLayout)


def filled(
    layout: _Box, *parts: QWidget | QLayout | int, spacing: int = 5, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> _Box:
    """The layout with these parts one after another, in pixels; a number is room that stretches, by so much."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout


def in_order(*widgets: QWidget) -> None:
    """Have Tab lead from each of some widgets to the next, as one reads them."""
    for one, other in pairwise(widgets):
        QWidget.setTabOrder(one, other)


def button(text: str, tip: str, pressed: Callable[[], object]) -> QPushButton:
    """A button that Enter does not press."""
    made = QPushButton(text)
    made.setToolTip(tooltip(tip))
    made.setAutoDefault(False)
    made.clicked.connect(lambda: pressed())
    return made


def wide_button(text: str, tip: str, pressed: Callable[[], object]) -> QPushButton:
    """A button that shares the width of its row."""
    made = button(text, tip, pressed)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


class Sentence(PlainLabel):
    """Plain text in as many lines as it needs, which no word makes wider."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)


class Elided(PlainLabel):
    """Plain text on one line, cut where there is no room for it; its tip is then the whole of it."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(text)
        self._mode = mode

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().boundedTo(QSize(_LEAST_ELIDED, _ANY))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, shown)
        painter.end()

    def event(self, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.ToolTip and not self.toolTip():
            hidden = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
            QToolTip.showText(QCursor.pos(), tooltip(self.text()) if hidden else "", self)
            return True
        return super().event(event)


def scrolled(panel: QWidget) -> QWidget:
    """A panel that scrolls where it is given less room than it needs at least."""
    area, inside = Scrolling(), QWidget()
    filled(_Shrinking(inside), panel)
    area.setWidget(inside)
    return area


class ScrolledColumn(QWidget):
    """A panel in `scrolled` that is as high as its sentences need: one that scrolls is not asked how high they are."""

    def event(self, event: QEvent | None) -> bool:
        done = super().event(event)
        layout = self.layout()
        if event is not None and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and layout is not None:
            self.setMinimumHeight(max(layout.heightForWidth(self.width()), layout.minimumSize().height()))
        return done


class _Shrinking(QVBoxLayout):
    """Does not ask for the height that goes with a width: a picture in it shrinks before anything is scrolled."""

    def hasHeightForWidth(self) -> bool:
        return False


def words(role: str = "", lines: int = 0) -> QLabel:
    """A label for sentences. role: one of those of the style sheet. lines: what it has room for, also while empty."""
    label = Sentence()
    label.setProperty("role", role)
    if lines:
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.setMinimumHeight(lines * label.fontMetrics().lineSpacing())
    return label


def timer(parent: QObject, milliseconds: int, due: Callable[[], object], *, once: bool = False) -> QTimer:
    """A timer that is not started yet."""
    made = QTimer(parent)
    made.setInterval(milliseconds)
    made.setSingleShot(once)
    made.timeout.connect(due)
    return made


def heading(text: str) -> QLabel:
    """The name of a part of a panel."""
    label = Elided(text)
    label.setProperty("role", "heading")
    return label


def read_only_table(columns: int = 0) -> QTableWidget:
    """A table without names of rows, which is only looked at."""
    table, rows = QTableWidget(0, columns), QHeaderView(Qt.Orientation.Vertical)
    table.setVerticalHeader(rows)
    rows.hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return table


def ask_path(parent: QWidget, title: str, start: str, chosen: Callable[[str], object], files: str = "") -> None:
    """Ask for a folder, or for a file where `files` says of which kinds; it stops no other window."""
    chooser = QFileDialog(parent, title, start)
    if files:
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilter(files)
    else:
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    open_chooser(chooser, chosen)


def open_chooser(chooser: QFileDialog, chosen: Callable[[str], object]) -> None:
    """Open it, and let it go when it is closed."""
    chooser.fileSelected.connect(chosen)
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()


class Scrolling(QScrollArea):
    """Scrolls up and down only: as wide as its content, without a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click between the parts of a panel leaves the keys to the map
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        inner, bar = self.widget(), self.verticalScrollBar()
        width = inner.minimumSizeHint().width() if inner is not None else 0
        return QSize(width + (bar.sizeHint().width() if bar is not None else 0), 80)
