"""A frame around the widget with focus, the same for all widgets: Qt's styles hardly show it on some."""

from collections.abc import Iterator

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget

WIDTH = 2  # pixels
_MOVED = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)
_WINDOWS = (Qt.WindowType.Window, Qt.WindowType.Dialog)

OWN_FOCUS = "shows its focus"
"""The property of a widget that paints its own frame, such as the map."""


class FocusRing(QWidget):
    """An overlay around the widget with focus; transparent for the mouse."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._home = window
        self._around: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)

    def _follow(self, _: QWidget | None, now: QWidget | None) -> None:
        for widget in self._watched:
            if not sip.isdeleted(widget):
                widget.removeEventFilter(self)
        self._watched, self._around = [], now if now is not None and self._is_framed(now) else None
        if sip.isdeleted(self) or sip.isdeleted(self._home):
            return  # the program is ending
        if self._around is None:
            self.hide()
            if self.parentWidget() is not self._home:
                self.setParent(self._home)  # so that it is not deleted with a window that closes
            return
        window = self._around.window()
        if window is not None and self.parentWidget() is not window:
            self.setParent(window)
        self._watched = list(_up(self._around))
        for each in self._watched:
            each.installEventFilter(self)
        self._place()

    def _is_framed(self, widget: QWidget) -> bool:
        window = widget.window()
        ours = window is not None and self._home in _parents(window)
        plain = window is not None and window.windowType() in _WINDOWS and window is not widget
        return ours and plain and not widget.property(OWN_FOCUS) and not isinstance(widget, QMenuBar | QMenu)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in _MOVED:
            self._place()
        elif event is not None and event.type() == QEvent.Type.Close and watched is not self._home:
            self._follow(None, None)
        return False

    def _place(self) -> None:
        """Surround the visible part of the widget; inside it if there is no room around it."""
        widget, window = self._around, self.parentWidget()
        if widget is None or window is None or sip.isdeleted(widget) or not widget.isVisible():
            self.hide()
            return
        place = QRect(widget.mapTo(window, QPoint()), widget.size()).adjusted(-WIDTH, -WIDTH, WIDTH, WIDTH)
        for outer in self._watched[1:]:
            place &= QRect(outer.mapTo(window, QPoint()), outer.size())
        if min(place.width(), place.height()) <= 2 * WIDTH:
            self.hide()
            return
        self.setGeometry(place)
        inner = self.rect().adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().highlight())
        painter.end()


def _parents(window: QWidget) -> Iterator[QWidget]:
    """A window and its parent windows."""
    above: QWidget | None = window
    while above is not None:
        yield above
        above = above.parentWidget()


def _up(widget: QWidget) -> Iterator[QWidget]:
    """A widget and its parents, up to its window."""
    while True:
        yield widget
        parent = widget.parentWidget()
        if parent is None or widget.isWindow():
            return
        widget = parent
