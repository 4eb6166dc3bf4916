"""What a window that is not closed well leaves behind: threads, processes, windows, timers that would still fire."""

import contextlib
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from weakref import WeakSet

from PyQt6 import sip
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

_timers: WeakSet[QTimer] = WeakSet()


def _remember_timers() -> None:
    """Have every timer that Python makes be known from then on: to search all objects for them takes long."""
    begin = QTimer.__init__

    def remembered(timer: QTimer, *args: Any, **options: Any) -> None:
        begin(timer, *args, **options)
        _timers.add(timer)

    QTimer.__init__ = remembered  # type: ignore[method-assign]


_remember_timers()


def traces() -> Counter[str]:
    """What there is of it now, by kind and name."""
    windows = QApplication.topLevelWidgets()
    return Counter(
        [f"thread {thread.name}" for thread in threading.enumerate()]
        + [f"process {command}" for command in child_processes()]
        + [f"window {type(window).__name__}" for window in windows if not sip.isdeleted(window)]
        + [f"timer of {type(timer.parent()).__name__}" for timer in running_timers()]
    )


def hurry() -> None:
    """Let what is to happen once in a while happen now: two seconds after each test are minutes in a suite."""
    intervals = {timer: timer.interval() for timer in running_timers() if timer.isSingleShot()}
    for timer in intervals:
        timer.start(0)
    QApplication.processEvents()
    for timer, interval in intervals.items():
        if not sip.isdeleted(timer):
            timer.setInterval(interval)


def running_timers() -> list[QTimer]:
    """All timers of ours that would still fire."""
    return [timer for timer in list(_timers) if not sip.isdeleted(timer) and timer.isActive()]


def child_processes() -> list[str]:
    """The command lines of the processes that this one has started and that run, or that nobody has waited for."""
    found, own = [], str(os.getpid()).encode()
    for folder in os.scandir("/proc"):
        with contextlib.suppress(OSError):
            if folder.name.isdecimal() and Path(folder.path, "stat").read_bytes().rsplit(b")", 1)[1].split()[1] == own:
                found.append(Path(folder.path, "cmdline").read_text().replace("\0", " ").strip())
    return found
