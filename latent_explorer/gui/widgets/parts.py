"""Labels, buttons, layouts and file choosers for all panels."""

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
    """Fill a layout with parts in order; a number adds a stretch with that factor. spacing, margins: in pixels."""
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
    """Set the tab order of widgets."""
    for one, other in pairwise(widgets):
        QWidget.setTabOrder(one, other)


def button(text: str, tip: str, pressed: Callable[[], object]) -> QPushButton:
    """A push button that is not the default button."""
    made = QPushButton(text)
    made.setToolTip(tooltip(tip))
    made.setAutoDefault(False)
    made.clicked.connect(lambda: pressed())
    return made


def wide_button(text: str, tip: str, pressed: Callable[[], object]) -> QPushButton:
    """A button that expands to share the width of its row."""
    made = button(text, tip, pressed)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


class Sentence(PlainLabel):
    """Wrapped plain text; long words do not widen it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)


class Elided(PlainLabel):
    """Plain text on one line, elided if too long, with the full text as tooltip."""

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
    """A scroll area with a panel that scrolls if there is less room than its minimum size."""
    area, inside = Scrolling(), QWidget()
    filled(_Shrinking(inside), panel)
    area.setWidget(inside)
    return area


class ScrolledColumn(QWidget):
    """A panel for `scrolled` whose height fits its wrapped texts, as scroll areas ignore height-for-width."""

    def event(self, event: QEvent | None) -> bool:
        done = super().event(event)
        layout = self.layout()
        if event is not None and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and layout is not None:
            self.setMinimumHeight(max(layout.heightForWidth(self.width()), layout.minimumSize().height()))
        return done


class _Shrinking(QVBoxLayout):
    """A layout without height-for-width, so that a picture in it shrinks before the panel scrolls."""

    def hasHeightForWidth(self) -> bool:
        return False


def words(role: str = "", lines: int = 0) -> QLabel:
    """A label for sentences. role: from the style sheet. lines: reserved height in lines, even while empty."""
    label = Sentence()
    label.setProperty("role", role)
    if lines:
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.setMinimumHeight(lines * label.fontMetrics().lineSpacing())
    return label


def timer(parent: QObject, milliseconds: int, due: Callable[[], object], *, once: bool = False) -> QTimer:
    """A timer that is not started."""
    made = QTimer(parent)
    made.setInterval(milliseconds)
    made.setSingleShot(once)
    made.timeout.connect(due)
    return made


def heading(text: str) -> QLabel:
    """The heading of a part of a panel."""
    label = Elided(text)
    label.setProperty("role", "heading")
    return label


def read_only_table(columns: int = 0) -> QTableWidget:
    """A read-only table without row headers."""
    table, rows = QTableWidget(0, columns), QHeaderView(Qt.Orientation.Vertical)
    table.setVerticalHeader(rows)
    rows.hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return table


def ask_path(parent: QWidget, title: str, start: str, chosen: Callable[[str], object], files: str = "") -> None:
    """Ask for a folder, or for a file of the kinds `files`, without blocking other windows."""
    chooser = QFileDialog(parent, title, start)
    if files:
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilter(files)
    else:
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    open_chooser(chooser, chosen)


def open_chooser(chooser: QFileDialog, chosen: Callable[[str], object]) -> None:
    """Open a file dialog, and delete it when it is closed."""
    chooser.fileSelected.connect(chosen)
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()


class Scrolling(QScrollArea):
    """A vertical scroll area as wide as its content, without a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click between the parts of a panel leaves the focus on the map
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        inner, bar = self.widget(), self.verticalScrollBar()
        width = inner.minimumSizeHint().width() if inner is not None else 0
        return QSize(width + (bar.sizeHint().width() if bar is not None else 0), 80)
