"""Placing the window: on its previous screen, and completely within it."""

from PyQt6.QtCore import QMargins, QRect, QSize
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

USUAL = QSize(1280, 800)
_FRAME = QMargins(4, 32, 4, 4)  # assumed frame, before the window manager reports it


def first_size() -> QSize:
    """The initial size of a window: the default, limited to the available area of the screen."""
    screen = None if _nowhere() else QGuiApplication.primaryScreen()
    return USUAL if screen is None else USUAL.boundedTo(screen.availableGeometry().marginsRemoved(_FRAME).size())


def fitted(window: QRect, frame: QMargins, screens: list[QRect]) -> QRect:
    """The geometry of a window, without frame, moved and shrunk to lie on one screen.

    screens: their available areas, the primary one first; uses the one with most of the window.
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
    """Move a window completely onto a screen, unless it fills one."""
    if window.isMaximized() or window.isFullScreen():
        return
    handle = window.windowHandle()
    frame = _FRAME if handle is None or not window.isVisible() else handle.frameMargins()
    place = on_screen(window.geometry(), frame)
    if place != window.geometry():
        window.setGeometry(place)


def on_screen(window: QRect, frame: QMargins = _FRAME) -> QRect:
    """The geometry of a window as in `fitted`, on the current screens."""
    primary = QGuiApplication.primaryScreen()
    if primary is None or _nowhere():
        return window
    others = [each for each in QGuiApplication.screens() if each is not primary]
    return fitted(window, frame, [each.availableGeometry() for each in (primary, *others)])


def _nowhere() -> bool:
    """Whether the platform is offscreen, with an artificial small screen."""
    return QGuiApplication.platformName() == "offscreen"
