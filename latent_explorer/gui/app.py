"""The application around the window: started, guarded, and ended however it ends."""

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
"""For those who drive it."""

_log = logging.getLogger(__name__)
_DEFAULT = "mnist-vae-2d"
_COLLECT_MS = 2000
_OFFER_MS = 2000  # once the map is there and the engine is at work


def run(
    models: Sequence[str] = (),
    charts: Sequence[str] = (),
    watch: Callable[[Window], None] = lambda window: None,
    *,
    images: Sequence[str] = (),
    images_anyway: bool = False,
) -> int:
    """Open the window on bundles and return when it is closed, as `open_window` and `show_until_closed` say.

    watch: called with the window before it is shown. images: paths to attach to the first of the bundles.
    images_anyway: do not ask where they are not those that a bundle was trained on.
    """
    window = open_window(models, charts)
    for pane, path in zip(window.workbench.panes, images, strict=False):
        pane.attaching.want(path, sure=images_anyway)
    watch(window)
    return show_until_closed(window)


def open_window(
    models: Sequence[str] = (), charts: Sequence[str] = (), start_engine: Callable[[], Engine] = ProcessEngine
) -> Window:
    """A window on bundles side by side (else the last one, or the default), not shown yet.

    models: folders or names of shipped bundles, or the file of a session. charts: through which the first of them are
    seen. start_engine: makes the engine of each map.
    Raises UserError where a named bundle does not exist, or a session cannot be read.
    """
    settings, specs = Settings(), [ChartSpec.of(text) for text in charts]
    if (file := _session_among(models)) is not None:
        return _window_on_session(file, settings, start_engine)
    wanted: list[tuple[Path, ...]] = [(find_bundle(model),) for model in models] or [_last_or_default(settings)]
    begun = [begin_opening(each) for each in wanted if each]  # while Qt and the window are made
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
    """The file of a session, where it is one that is named. Raises UserError where something else is named with it."""
    if not any(model.endswith(SUFFIX) or Path(model).is_file() for model in models):
        return None
    from latent_explorer.path_kinds import kind_of

    files = [file for model in models if (file := kind_of(model).session) is not None]
    if files and len(models) > 1:
        raise UserError(f"{files[0].name} is a session, which has maps of its own: open it alone")
    return files[0] if files else None


def _window_on_session(file: Path, settings: Settings, start_engine: Callable[[], Engine]) -> Window:
    from latent_explorer.gui.sessions.showing import look_up

    read = look_up(file.absolute(), settings.recent)  # before there is a window: the terminal says what is wrong
    application()
    window = MainWindow(settings, start_engine)
    window.workbench.sessions.show(read)
    return window


def show_until_closed(window: Window) -> int:
    """Show a window, guarded against what nobody catches; returns the exit code when it is closed."""
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
    """Have Qt delete a closed window, whole, now: at its exit Python would do so piece by piece, and fall over that.

    PyQt then goes through all wrappers there are, and deletes what is Python's; with a widget go those of its children,
    of which one may be the next that it looks at.
    """
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def say_what_is_broken(banner: Banner) -> None:
    """Name the plugins that were left out, unless something else is being said."""
    from latent_explorer.runs import settings as training_settings

    _ = len(CHARTS), training_settings.settings()  # which look for the charts and families of other packages
    broken = broken_plugins()
    if broken and not banner.message:
        banner.say(" ".join(broken))


@cache  # without a reference to it, Qt ends
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


def folder_to_open(model: str | None, settings: Settings) -> Path | None:
    """The bundle that is meant: the named one, else the last one, else the default.

    Raises UserError where the named one does not exist; None where nothing is at hand.
    """
    if model is not None:
        return find_bundle(model)
    return next((path for path in _last_or_default(settings) if (path / "config.json").is_file()), None)


def _last_or_default(settings: Settings) -> tuple[Path, ...]:
    """The bundles opened last, which may be gone by now, and the one that is shown at first."""
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
        return  # a log that cannot be kept must not keep the window from opening
    logging.basicConfig(level=logging.WARNING, handlers=[handler], format="%(asctime)s %(name)s: %(message)s")


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """What Qt has to say goes to the log, not to the terminal."""
    serious = kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    _log.log(logging.ERROR if serious else logging.INFO, "Qt: %s", message)


def _report(banner: Banner, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show and log what no one caught; PyQt would end the program."""
    if isinstance(error, UserError):
        banner.say(str(error))
        return
    _log.error("uncaught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
    where = log_folder() / "latent-explorer.log"
    banner.say(f"Something went wrong ({kind.__name__}: {error}). The details are in {where}.")


def _on_signals(window: MainWindow) -> object:
    """Close the window on Ctrl-C and SIGTERM; what is returned must be kept."""
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    signal.set_wakeup_fd(pythons.fileno())  # wakes Qt's loop, in which Python would never run its handlers
    for number in (signal.SIGINT, signal.SIGTERM):
        # not at once: Qt's loop may not have begun yet, or be in the middle of a paint
        signal.signal(number, lambda *_: QTimer.singleShot(0, window.workbench.leaving.close))
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
