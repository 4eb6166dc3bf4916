"""A simulated user of the window: moves the mouse, presses keys, waits and looks."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QImage, QKeySequence, QPixmap
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from latent_explorer.bench.hand import send_mouse, send_wheel
from latent_explorer.bench.measure import use_a_display
from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.errors import UserError
from latent_explorer.gui.app import Window, application, folder_to_open
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import PictureSettings, Settings
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import OpenBundle

PATIENCE = 150.0
_TURN = 0.01  # seconds
_test: Any = QTest  # its stubs take static methods for methods


class Person:
    """Works with one map of a window, by default the active one. Positions are pixels of its canvas, including axes.

    surface: the widget that gets the mouse events.
    """

    def __init__(self, window: Window, pane: MapPane | None = None) -> None:
        self.window = window
        self.pane = pane or window.pane
        self.canvas = self.pane.canvas
        self.surface: QWidget = self.canvas.viewport()

    @property
    def bundle(self) -> OpenBundle:
        """The open bundle, after it is read."""
        self.wait_until(lambda: self.pane.session is not None)
        assert self.pane.session is not None
        return self.pane.session.bundle

    def wait(self, seconds: float) -> None:
        """Process events for some seconds; on a busy computer for longer: as many turns of the loop as usual."""
        deadline, turns = time.monotonic() + seconds, round(seconds / _TURN)
        while turns > 0 or time.monotonic() < deadline:
            QApplication.processEvents()
            time.sleep(0.002)
            turns -= 1

    def wait_until(self, seen: Callable[[], bool], seconds: float = PATIENCE, *, strict: bool = True) -> None:
        """Process events until `seen` returns true. Raises UserError on a timeout, if strict."""
        deadline = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > deadline:
                if strict:
                    raise UserError(f"the window did not show what was waited for within {seconds:.0f} s")
                return
            QApplication.processEvents()
            time.sleep(0.002)

    def point(self, u: float, v: float) -> QPoint:
        """The position of a plane point on the canvas."""
        return self.canvas.to_widget(u, v).toPoint()

    def move(self, at: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
        """Move the mouse in one step."""
        send_mouse(self.surface, QPointF(at), held=buttons)

    def glide(self, start: QPoint, end: QPoint, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Move the mouse along a line; `each` is called at every step."""
        for at in _line(start, end, max(2, round(seconds * 60))):
            self.move(at)
            self.wait(1 / 60)
            each()

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        seconds: float = 0.5,
        each: Callable[[], None] = lambda: None,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        """Press, move along a line, release; `each` is called at every step."""
        _test.mousePress(self.surface, button, pos=start)
        for at in _line(start, end, max(4, round(seconds * 60))):
            self.move(at, button)
            self.wait(1 / 60)
            each()
        _test.mouseRelease(self.surface, button, pos=end)
        self.wait(0.02)

    def click(self, at: QPoint) -> None:
        """Click the left button."""
        _test.mouseClick(self.surface, Qt.MouseButton.LeftButton, pos=at)
        self.wait(0.02)

    def wheel(self, at: QPoint, steps: int) -> None:
        """Turn the wheel; positive steps zoom in."""
        send_wheel(self.surface, QPointF(at), steps)

    def key(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        on: QWidget | None = None,
    ) -> None:
        """Press a key on the map, or on another widget."""
        _test.keyClick(on or self.canvas, key, modifiers)
        self.wait(0.02)

    def press(self, key: Qt.Key) -> None:
        """Press a key on the map, and hold it."""
        _test.keyPress(self.canvas, key)
        self.wait(0.02)

    def release(self, key: Qt.Key) -> None:
        """Release a key that is held on the map."""
        _test.keyRelease(self.canvas, key)
        self.wait(0.02)

    def choose(self, text: str) -> None:
        """Press the shortcut of a menu entry."""
        keys = self.window.action(text).shortcut()[0]
        self.key(keys.key(), keys.keyboardModifiers())

    def shortcut(self, keys: str) -> None:
        """Press a shortcut in the window, such as Ctrl+E."""
        _test.keySequence(self.window, QKeySequence(keys))
        self.wait(0.02)

    def type_over(self, line: QLineEdit, text: str) -> None:
        """Click into a line edit and replace its text."""
        _test.mouseClick(line, Qt.MouseButton.LeftButton)
        line.selectAll()
        _test.keyClicks(line, text)
        self.wait(0.02)

    def press_button(self, button: QAbstractButton) -> None:
        """Click a button."""
        _test.mouseClick(button, Qt.MouseButton.LeftButton)
        self.wait(0.02)

    def see(self) -> QPixmap:
        """A picture of the window."""
        return self.window.grab()

    def photograph(self, what: QWidget | None = None, width: int | None = None) -> NDArray[np.uint8]:
        """A picture uint8 (h, w, 3) of the window or another widget, reduced to a width in pixels."""
        image = Image.fromarray(to_array((what or self.window).grab().toImage())).convert("RGB")
        size = (width or image.width, round(image.height * (width or image.width) / image.width))
        return np.asarray(image.resize(size, Image.Resampling.LANCZOS))

    def forget_tiles(self) -> None:
        """Drop all tiles, so that the window requests them again."""
        self.pane.feed.forget_all()
        self.pane.tiles.forget()

    def wait_for_the_engine(self) -> None:
        """Wait until the model is open and all tiles of the view are loaded."""
        pane = self.pane
        self.wait_until(
            lambda: pane.ready and self.canvas.frame_scheduler.at_rest and pane.feed.missing == pane.fields.missing == 0
        )

    def map_at_rest(self) -> QImage:
        """A picture of the map after everything is loaded and painted, for comparisons."""
        self.wait_for_the_engine()
        self.wait_until(self._all_seen)
        seen: QImage = self.canvas.grab().toImage()
        return seen

    def _all_seen(self) -> bool:
        """Whether everything that the map shows is loaded."""
        pane, probe = self.pane, self.pane.prober.probe
        still = self.canvas.frame_scheduler.at_rest and pane.feed.missing == pane.fields.missing == 0
        return still and pane.settled and (probe is None or (probe.place is not None and not pane.prober.awaits()))


def _line(start: QPoint, end: QPoint, steps: int) -> Iterator[QPoint]:
    for step in range(1, steps + 1):
        yield start + (end - start) * (step / steps)


@contextmanager
def person_at_a_window(
    model: str | None,
    size: tuple[int, int] = (1280, 800),
    theme: str = "dark",
    start_engine: Callable[[], Engine] = ProcessEngine,
) -> Iterator[Person]:
    """A context with a simulated user at a new window with its own settings, which is closed at the end."""
    use_a_display()
    app = application()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "settings.json")
        settings.change(PictureSettings, keep=False)  # measurements and films must not depend on earlier runs
        window = Window(settings, start_engine)
        try:
            window.workbench.choose_theme(theme)
            window.resize(*size)
            chosen = folder_to_open(model, window.workbench.settings)
            if chosen is None:
                raise UserError("no bundle was found; name one with --model")
            window.workbench.open(chosen)
            window.show()
            yield Person(window)
        finally:
            window.workbench.leaving.close()  # without asking about a training in progress
            window.deleteLater()
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            app.processEvents()
