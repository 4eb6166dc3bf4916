"""The application around the window: start, uncaught exceptions, signals, exit."""

import gc
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from types import TracebackType

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QMessageLogContext, QSocketNotifier, QTimer, QtMsgType, qInstallMessageHandler
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from latent_explorer.charts import CHARTS, ChartSpec
from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.errors import UserError
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.gui.widgets.banner import Banner, Offer
from latent_explorer.places import find_bundle, log_folder, resource, shipped_bundles
from latent_explorer.plugins import broken_plugins
from latent_explorer.session import begin_opening
from latent_explorer.session.saved import SUFFIX

Window = MainWindow
"""For code that drives the window."""

_log = logging.getLogger(__name__)
_DEFAULT = "mnist-vae-2d"
_COLLECT_MS = 2000
_OFFER_MS = 2000  # after the map is shown and the engine works


def run(
    models: Sequence[str] = (),
    charts: Sequence[str] = (),
    watch: Callable[[Window], None] = lambda window: None,
    *,
    images: Sequence[str] = (),
    images_anyway: bool = False,
) -> int:
    """Open the window on bundles and return when it is closed; see `open_window` and `show_until_closed`.

    watch: called with the window before it is shown. images: paths to attach to the first bundles. images_anyway: do
    not ask if they are not those that a bundle was trained on.
    """
    window = open_window(models, charts)
    for pane, path in zip(window.workbench.panes, images, strict=False):
        pane.attaching.want(path, sure=images_anyway)
    watch(window)
    return show_until_closed(window)


def open_window(
    models: Sequence[str] = (), charts: Sequence[str] = (), start_engine: Callable[[], Engine] = ProcessEngine
) -> Window:
    """A window on bundles side by side (by default the last one, or the default bundle), not shown yet.

    models: folders or names of included bundles, or the file of a session. charts: of the first bundles. start_engine:
    creates the engine of each map. Raises UserError if a named bundle does not exist, or a session cannot be read.
    """
    settings, specs = Settings(), [ChartSpec.of(text) for text in charts]
    if (file := _session_among(models)) is not None:
        return _window_on_session(file, settings, start_engine)
    wanted: list[tuple[Path, ...]] = [(find_bundle(model),) for model in models] or [_last_or_default(settings)]
    begun = [begin_opening(each) for each in wanted if each]  # in parallel with the creation of the window
    application()
    window = MainWindow(settings, start_engine)
    bench = window.workbench
    if not models and bench.sessions.open_last():
        return window
    if begun:
        bench.open_each([each[0] for each in wanted], specs, begun)
        if not models and not settings.recent:
            bench.welcome(wanted[0][0].name)
    else:
        no_bundle = Offer(
            "No model was found. Choose File ▸ Open…, or drop a model folder here.", {"Open…": bench.library.open}
        )
        bench.banner.offer(no_bundle)
    return window


def _session_among(models: Sequence[str]) -> Path | None:
    """The file of a session, if one is named. Raises UserError if something else is named with it."""
    if not any(model.endswith(SUFFIX) or Path(model).is_file() for model in models):
        return None
    from latent_explorer.path_kinds import kind_of

    files = [file for model in models if (file := kind_of(model).session) is not None]
    if files and len(models) > 1:
        raise UserError(f"{files[0].name} is a session, which has maps of its own: open it alone")
    return files[0] if files else None


def _window_on_session(file: Path, settings: Settings, start_engine: Callable[[], Engine]) -> Window:
    from latent_explorer.gui.sessions.showing import look_up

    read = look_up(file.absolute(), settings.recent)  # before the window, so that the terminal shows errors
    application()
    window = MainWindow(settings, start_engine)
    window.workbench.sessions.show(read)
    return window


def show_until_closed(window: Window) -> int:
    """Show a window with a hook for uncaught exceptions; returns the exit code when it is closed."""
    bench = window.workbench
    _log_to_file()
    sys.excepthook = partial(_report, bench.banner)
    threading.excepthook = lambda args: _log.error("uncaught in a thread", exc_info=args.exc_value)
    keep = [_on_signals(window), collect_garbage_here()]
    QTimer.singleShot(_OFFER_MS, bench.leaving.offer)
    QTimer.singleShot(_OFFER_MS, lambda: say_what_is_broken(bench.banner))
    window.show()
    code = application().exec()
    del keep
    _let_go(window)
    return code


def _let_go(window: Window) -> None:
    """Let Qt delete a closed window as a whole: at exit, Python would delete it piece by piece and could crash.

    At exit, PyQt iterates over all wrappers and deletes those owned by Python; deleting a widget also deletes its
    children, one of which may be the next wrapper in the iteration.
    """
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def say_what_is_broken(banner: Banner) -> None:
    """Report plugins that could not be loaded, unless another message is shown."""
    from latent_explorer.runs import settings as training_settings

    _ = len(CHARTS), training_settings.settings()  # these load the charts and families of other packages
    broken = broken_plugins()
    if broken and not banner.message:
        banner.say(" ".join(broken))


@cache  # Qt ends without a reference to it
def application() -> QApplication:
    """The QApplication, with the settings that all windows need."""
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")  # painting must not wait for threads
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("latent-explorer")
    app.setApplicationDisplayName("Latent Explorer")
    app.setWindowIcon(QIcon(str(resource("icons/latent-explorer.png"))))
    qInstallMessageHandler(_log_qt)
    sys.setswitchinterval(0.001)  # a task in another thread must not delay a hover
    return app


def folder_to_open(model: str | None, settings: Settings) -> Path | None:
    """The bundle to open: the named one, otherwise the last one, otherwise the default.

    None if there is none. Raises UserError if the named one does not exist.
    """
    if model is not None:
        return find_bundle(model)
    return next((path for path in _last_or_default(settings) if (path / "config.json").is_file()), None)


def _last_or_default(settings: Settings) -> tuple[Path, ...]:
    """The bundles opened last, which may no longer exist, and the default one."""
    shipped = shipped_bundles()
    usual = next((path for path in shipped if path.name == _DEFAULT), shipped[0] if shipped else None)
    return settings.recent if usual is None else (*settings.recent, usual)


def _log_to_file() -> None:
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            log_folder() / "latent-explorer.log", maxBytes=2**20, backupCount=2, delay=True
        )
    except OSError:
        return  # the window opens even without a log
    logging.basicConfig(level=logging.WARNING, handlers=[handler], format="%(asctime)s %(name)s: %(message)s")


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """Write messages of Qt to the log, not to the terminal."""
    serious = kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    _log.log(logging.ERROR if serious else logging.INFO, "Qt: %s", message)


def _report(banner: Banner, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show and log an uncaught exception, which would otherwise end PyQt."""
    if isinstance(error, UserError):
        banner.say(str(error))
        return
    _log.error("uncaught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
    where = log_folder() / "latent-explorer.log"
    banner.say(f"Something went wrong ({kind.__name__}: {error}). The details are in {where}.")


def _on_signals(window: MainWindow) -> object:
    """Close the window on Ctrl-C and SIGTERM. The caller must keep the returned object."""
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    signal.set_wakeup_fd(pythons.fileno())  # wakes Qt's loop, which would otherwise never run Python's signal handlers
    for number in (signal.SIGINT, signal.SIGTERM):
        # delayed: Qt's loop may not have started, or may be painting
        signal.signal(number, lambda *_: QTimer.singleShot(0, window.workbench.leaving.close))
    notifier = QSocketNotifier(sip.voidptr(ours.fileno()), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda: ours.recv(64))
    return ours, pythons, notifier


def collect_garbage_here() -> QTimer:
    """Collect garbage in the GUI thread only: another thread could finalise a widget."""
    gc.disable()
    gc.freeze()  # the window's objects live to the end: scanning them would cost frames
    timer = QTimer()
    timer.timeout.connect(lambda: gc.collect())
    timer.start(_COLLECT_MS)
    return timer
