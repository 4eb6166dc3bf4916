"""Tasks that are put off for a while."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer


def single_shot(parent: QObject, task: Callable[[], object], milliseconds: int = 0) -> QTimer:
    """A timer that, once started, does a task once."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(task)
    return timer
