"""Real windows on small bundles, and a person before them; nothing may be left behind by any of them."""

import contextlib
import gc
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, compress, repeat, tee
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_explorer.bench.person import Person
from latent_explorer.bundles import Moment, read_config, read_latents, read_weights, save_snapshot
from latent_explorer.charts import Turn
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import Engine, ThreadEngine, serve_inline
from latent_explorer.gui.app import application
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.runs import RunFolder
from latent_explorer.service.codec import Numbered
from latent_explorer.session import Route

ENGINE_MS = 150_000
"""How long an engine may take to start before a test gives up."""

Decoded = Callable[[Path, NDArray[np.float32]], NDArray[np.uint8]]
Windows = Callable[..., Person]


class SilentEngine:
    """Takes all requests and answers none."""

    replaceable = True

    def __init__(self) -> None:
        self._ended = threading.Event()

    def send(self, request: Numbered) -> None:
        pass

    def offer(self, request: Numbered) -> bool:
        return True

    def receive(self) -> Numbered | None:
        self._ended.wait()
        return None

    def stop(self) -> None:
        self._ended.set()


@pytest.fixture
def silent_engine() -> Callable[[], Engine]:
    """Starts an engine that never answers."""
    return SilentEngine


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, small_bundle: Path) -> Iterator[MainWindow]:
    """The main window, shown, its engine at work; closed at the end."""
    window = MainWindow(Settings(tmp_path / "settings.json"))
    window.workbench.open(small_bundle)
    window.show()
    qtbot.waitUntil(lambda: window.pane.opener.device != "engine starting", timeout=ENGINE_MS)
    yield window
    close_for_good(window)


@pytest.fixture(scope="session")
def shared_window(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, small_bundle: Path
) -> Iterator[MainWindow]:
    """One window with an engine process of its own, for all tests that leave it in order."""
    application()
    search_less()
    window = MainWindow(Settings(tmp_path_factory.mktemp("shared") / "settings.json"))
    window.resize(1200, 800)
    window.workbench.open(small_bundle)
    window.show()
    Person(window).wait_until(lambda: window.pane.ready, ENGINE_MS / 1000)  # the first start reads torch from the disk
    yield window
    close_for_good(window)


@pytest.fixture
def person(shared_window: MainWindow, small_bundle: Path) -> Person:
    """A person at the shared window, in which the small bundle has just been opened."""
    window, person = shared_window, Person(shared_window)
    person.wait_until(lambda: window.pane.ready)
    window.workbench.docks.reset()  # the room that the map has is the same for all, whatever panels another test showed
    window.resize(1200, 800)
    for offer in list(window.workbench.banner._offers):  # what another test has left unanswered lies over the map
        window.workbench.banner.withdraw(offer)
    window.workbench.banner.clear()
    window.pane.filmstrip.show_route(Route((0.0, 0.0), (1.0, 0.0)))  # the usual choices, whatever another test drew
    window.pane.session = None
    window.pane.keeper.forget()  # what other tests have pinned
    shutil.rmtree(window.workbench.settings.sessions, ignore_errors=True)
    window.workbench.open(small_bundle)
    person.wait_until(lambda: window.pane.ready)
    for title, layer in window.pane.layers.by_title.items():
        window.pane.layers.put(title, *layer.usual(person.bundle))
    window.workbench.choose_theme("dark")
    if window.pane.prober.locked:  # by another test
        window.pane.toggle_lock()
    window.pane.take_tool("Probe")
    window.pane.canvas.fit()
    window.activateWindow()
    window.pane.canvas.setFocus()
    person.wait_until(window.pane.canvas.hasFocus)
    person.wait_for_the_engine()
    window.pane.canvas.refresh()
    person.wait_for_the_engine()  # what is compared with a picture taken now must not be half faded in
    return person


@pytest.fixture
def new_window(qapp: QApplication, tmp_path: Path) -> Iterator[Windows]:
    """Opens windows of a test's own, by default with the engine in a thread, which starts sooner."""
    with contextlib.ExitStack() as windows:

        def make(bundle: Path | None, start_engine: Callable[[], Engine] = ThreadEngine) -> Person:
            application()
            window = MainWindow(Settings(tmp_path / "settings.json"), start_engine)
            windows.callback(close_for_good, window)
            if bundle is not None:
                window.workbench.open(bundle)
            window.show()
            person = Person(window)
            if bundle is not None:
                person.wait_for_the_engine()
            return person

        yield make


@pytest.fixture(scope="session")
def decoded() -> Decoded:
    """Decodes a latent (d,) of a bundle with the engine's own loop, in this process."""

    def picture(folder: Path, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        replies = serve_inline([Open(1, str(folder)), Hover(2, np.asarray(z, np.float32))])
        return next(reply.image for reply in replies if isinstance(reply, Picture))

    return picture


def close_for_good(window: MainWindow) -> None:
    """Close a window and let Qt delete it."""
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test after which there are more threads, processes, windows or running timers than before."""
    if "qapp" not in request.fixturenames:
        yield
        return
    if not gc.get_freeze_count() and not QApplication.topLevelWidgets():
        search_less()
    before = traces()
    yield
    left, deadline = traces() - before, time.monotonic() + ENGINE_MS / 1000
    while left and time.monotonic() < deadline:
        hurry()
        QTest.qWait(20)
        left = traces() - before
    assert not left


@pytest.fixture
def count_traces() -> Callable[[], Counter[str]]:
    """What _nothing_left_behind counts."""
    return traces


def traces() -> Counter[str]:
    """What a window that is not closed well would leave behind, by kind and name."""
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


def search_less() -> None:
    """What there is by now, torch above all, need not be searched for timers after every test."""
    import torch  # noqa: F401 # which is frozen with the rest

    gc.collect()  # a window of another test that were frozen would leave its menus' wrappers behind, for Qt's next ones
    gc.freeze()


def running_timers() -> list[QTimer]:
    """All timers of ours that would still fire.

    They are found without a turn for any other thread: a tuple that one is about to make, held here meanwhile, would
    fail there with a SystemError, as it once did in the thread that hears the engine.
    """
    gc.disable()  # nor for what is run when something is collected
    objects, same = tee(chain.from_iterable(map(gc.get_objects, (None,))))
    timers = list(compress(objects, map(issubclass, map(type, same), repeat(QTimer))))
    gc.enable()
    return list(filter(_runs, timers))


def _runs(timer: QTimer) -> bool:
    try:
        return not sip.isdeleted(timer) and timer.isActive()
    except RuntimeError:  # another thread let its own go between the two
        return False


def child_processes() -> list[str]:
    """The command lines of the processes that this one has started and that run, or that nobody has waited for."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid():
                found.append((folder / "cmdline").read_text().replace("\0", " ").strip())
    return found


@pytest.fixture(scope="session")
def take_snapshot() -> Callable[..., Path]:
    """Keeps a bundle's model as it would look in a run at a step: its latents turned, and its decoder with them.

    They may also be scaled and shifted, of which the decoder knows nothing.
    """
    return _take_snapshot


def _take_snapshot(
    bundle: Path, run: RunFolder, step: int, angle: float, scale: float = 1.0, shift: tuple[float, float] = (0.0, 0.0)
) -> Path:
    config, latents, weights = read_config(bundle), read_latents(bundle), read_weights(bundle)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    some = np.arange(0, len(latents), 2)
    first = min(name for name in weights if name.startswith("decoder") and weights[name].ndim == 2)
    moved = replace(
        latents,
        mean=scale * latents.mean[some] @ turn.T + np.array(shift, np.float32),
        log_variance=None,
        label=None if latents.label is None else latents.label[some],
        split=latents.split[some],
        error=latents.error[some],
        index=some,
    )
    moment = Moment(epoch=1, step=step, losses={"loss": 1.0})
    shown = msgspec.structs.replace(config, name="run", moment=moment, turn=tuple(Turn()))
    return save_snapshot(run.snapshots / f"{step:08d}", shown, {**weights, first: weights[first] @ turn.T}, moved)


@pytest.fixture
def run(small_bundle: Path, tmp_path: Path) -> RunFolder:
    """Four moments, each a quarter turn on from the one before."""
    run = RunFolder(tmp_path / "vae.run")
    for step in range(4):
        _take_snapshot(small_bundle, run, step, step * np.pi / 2)
    return run
