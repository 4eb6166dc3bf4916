"""The application around the window: started, guarded, and ended however it ends."""

import gc
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PyQt6 import sip
from PyQt6.QtCore import QMessageLogContext, QSocketNotifier, QTimer, QtMsgType, qInstallMessageHandler
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.errors import UserError
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.places import find_bundle, log_folder, resource, shipped_bundles

Window = MainWindow
"""What `make_window` gives, for those who drive it."""

_log = logging.getLogger(__name__)
_DEFAULT = "mnist-vae-2d"
_COLLECT_MS = 2000
_OFFER_MS = 2000  # once the map is there and the engine is at work


def run(model: str | None = None, watch: Callable[[Window], None] = lambda window: None) -> int:
    """Open the window on a bundle (the last one, or the default) and return when it is closed.

    model: a folder or the name of a shipped bundle. watch: called with the window before it is shown.
    Raises UserError where the named bundle does not exist.
    """
    app = application()
    _log_to_file()
    window = make_window(Settings())
    sys.excepthook = _Reporter(window)
    threading.excepthook = lambda args: _log.error("uncaught in a thread", exc_info=args.exc_value)
    folder = folder_to_open(model, window.settings)
    if folder is not None:
        window.open(folder)
    else:
        window.banner.say("No bundle is at hand. Open one with File ▸ Open bundle…, or drop its folder here.")
    keep = [_on_signals(window), collect_garbage_here()]
    watch(window)
    QTimer.singleShot(_OFFER_MS, window.leaving.offer)
    window.show()
    code = app.exec()
    del keep
    return code


def application() -> QApplication:
    """The one QApplication, with what every window of ours relies on."""
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")  # painting must not wait for threads that wait for the engine
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("latent-explorer")
    app.setApplicationDisplayName("Latent Explorer")
    app.setWindowIcon(QIcon(str(resource("icons/latent-explorer.png"))))
    qInstallMessageHandler(_log_qt)
    sys.setswitchinterval(0.001)  # a long task in another thread must not hold up a hover; a hover is done in less
    return app


def make_window(settings: Settings, start_engine: Callable[[], Engine] = ProcessEngine) -> Window:
    """A window with settings, not yet shown, and an engine that starts."""
    return MainWindow(settings, start_engine)


def folder_to_open(model: str | None, settings: Settings) -> Path | None:
    """The bundle that is meant: the named one, else the last one, else the default.

    Raises UserError where the named one does not exist; None where nothing is at hand.
    """
    if model is not None:
        return find_bundle(model)
    if settings.recent:
        return settings.recent[0]
    shipped = shipped_bundles()
    return next((path for path in shipped if path.name == _DEFAULT), shipped[0] if shipped else None)


def _log_to_file() -> None:
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            log_folder() / "latent-explorer.log", maxBytes=2**20, backupCount=2, delay=True
        )
    except OSError:
        return  # a log that cannot be kept must not keep the window from opening
    logging.basicConfig(level=logging.WARNING, handlers=[handler], format="%(asctime)s %(name)s: %(message)s")


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """What Qt has to say goes to the log, not to the terminal."""
    serious = kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    _log.log(logging.ERROR if serious else logging.INFO, "Qt: %s", message)


class _Reporter:
    """Shows and logs what no one caught; PyQt would end the program."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, UserError):
            self._window.banner.say(str(error))
            return
        _log.error("uncaught", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        where = log_folder() / "latent-explorer.log"
        self._window.banner.say(f"Something went wrong ({kind.__name__}: {error}). The details are in {where}.")


def _on_signals(window: MainWindow) -> object:
    """Close the window on Ctrl-C and SIGTERM; what is returned must be kept."""
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    signal.set_wakeup_fd(pythons.fileno())  # wakes Qt's loop, in which Python would never run its handlers
    for number in (signal.SIGINT, signal.SIGTERM):
        # not at once: Qt's loop may not have begun yet, or be in the middle of a paint
        signal.signal(number, lambda *_: QTimer.singleShot(0, window.leaving.close))
    notifier = QSocketNotifier(sip.voidptr(ours.fileno()), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda: ours.recv(64))
    return ours, pythons, notifier


def collect_garbage_here() -> QTimer:
    """Collect garbage in the GUI thread only: elsewhere it could finalise a widget."""
    gc.disable()
    gc.freeze()  # what the window is made of stays; going through it again and again would cost frames
    timer = QTimer()
    timer.timeout.connect(lambda: gc.collect())
    timer.start(_COLLECT_MS)
    return timer
