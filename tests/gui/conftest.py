"""Real windows on small bundles, and a person before them; nothing may be left behind by any of them."""

import contextlib
import gc
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent
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
from tests.gui.leftovers import hurry, traces
from tests.gui.put_in_order import let_go, put_in_order

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
    window = MainWindow(Settings(tmp_path_factory.mktemp("shared") / "settings.json"))
    window.resize(1200, 800)
    window.workbench.open(small_bundle)
    window.show()
    Person(window).wait_until(lambda: window.pane.ready, ENGINE_MS / 1000)  # the first start reads torch from the disk
    set_aside()
    yield window
    close_for_good(window)


@pytest.fixture
def person(shared_window: MainWindow, small_bundle: Path) -> Person:
    """A person at the shared window, in which the small bundle has just been opened."""
    return put_in_order(shared_window, small_bundle)


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
    gc.collect()


def set_aside() -> None:
    """What there is by now, torch above all, need not be gone through each time that garbage is collected."""
    import torch  # noqa: F401

    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test after which there are more threads, processes, windows or running timers than before.

    Meanwhile garbage is collected in this thread only, as in the program: elsewhere it could finalise a widget.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    if not gc.get_freeze_count():
        set_aside()
    before = traces()
    gc.disable()
    let_go()
    yield
    gc.enable()
    gc.collect(1)
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
