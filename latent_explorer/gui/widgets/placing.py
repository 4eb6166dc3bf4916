"""Where the window is put: on the screen that it was on, whole, and no larger than that."""

from PyQt6.QtCore import QMargins, QRect, QSize
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

USUAL = QSize(1280, 800)
_FRAME = QMargins(4, 32, 4, 4)  # what a window manager adds, as long as it has not said


def first_size() -> QSize:
    """How large a window is at first: as usual, or as the screen's free area has room for."""
    screen = None if _nowhere() else QGuiApplication.primaryScreen()
    return USUAL if screen is None else USUAL.boundedTo(screen.availableGeometry().marginsRemoved(_FRAME).size())


def fitted(window: QRect, frame: QMargins, screens: list[QRect]) -> QRect:
    """A window's place, without its frame, moved and shrunk so that all of it lies on one screen.

    screens: their free areas, the primary one first; that which has most of the window is taken.
    """

    def shared(screen: QRect) -> int:
        both = screen.intersected(whole)
        return both.width() * both.height() if both.isValid() else 0

    whole = window.marginsAdded(frame)
    screen = max(screens, key=shared)
    whole.setSize(whole.size().boundedTo(screen.size()))
    left = min(max(whole.left(), screen.left()), screen.right() + 1 - whole.width())
    top = min(max(whole.top(), screen.top()), screen.bottom() + 1 - whole.height())
    whole.moveTo(left, top)
    return whole.marginsRemoved(frame)


def fit(window: QWidget) -> None:
    """Have all of a window on a screen, unless it fills one."""
    if window.isMaximized() or window.isFullScreen():
        return
    handle = window.windowHandle()
    frame = _FRAME if handle is None or not window.isVisible() else handle.frameMargins()
    place = on_screen(window.geometry(), frame)
    if place != window.geometry():
        window.setGeometry(place)


def on_screen(window: QRect, frame: QMargins = _FRAME) -> QRect:
    """A window's place, as `fitted`, on the screens that there are."""
    primary = QGuiApplication.primaryScreen()
    if primary is None or _nowhere():
        return window
    others = [each for each in QGuiApplication.screens() if each is not primary]
    return fitted(window, frame, [each.availableGeometry() for each in (primary, *others)])


def _nowhere() -> bool:
    """Whether nobody sees the window: Qt's offscreen platform makes up a small screen."""
    return QGuiApplication.platformName() == "offscreen"
