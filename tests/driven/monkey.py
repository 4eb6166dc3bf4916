"""A program of its own: a monkey at the real window. Usage: monkey.py SEED SECONDS FOLDER BUNDLE…

It hovers, clicks, drags, types, takes menu entries, drops files, opens bundles, and stops and kills engines, all drawn
from the seed; before each step, what must always hold is checked. Ends with 1 and the last steps where it does not.
"""

import os
import random
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image
from PyQt6 import sip
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QFileDialog, QMainWindow, QWidget

from latent_explorer.bench.hand import send_wheel
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import ProcessEngine, serve_inline
from latent_explorer.gui.app import application
from latent_explorer.gui.widgets.banner import Banner

_LEFT, _RIGHT, _MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
_KEYS = [
    getattr(Qt.Key, f"Key_{name}") for name in (*"ABCDEFGHIJKLMNOPRSTUVWXYZ0123456789", "Space", "Return", "Escape")
]
_KEYS += [Qt.Key.Key_Tab, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_Plus, Qt.Key.Key_Minus]
_KEYS += [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_PageDown]
_MODIFIERS = [Qt.KeyboardModifier(0)] * 6 + [
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
]
_NOT_TAKEN = {"Quit"}
_REMEMBERED = 40
_PATIENCE = 120.0


class Monkey:
    """Plays with a window until its time is over, and then tidies up. failure: what was wrong, if anything."""

    def __init__(self, person: Person, seed: int, seconds: float, folder: Path, bundles: list[Path]) -> None:
        self.person, self.window = person, person.window
        self._random, self._folder, self._bundles = random.Random(seed), folder, bundles
        self._end = time.monotonic() + seconds
        self.steps, self.failure = 0, ""
        self.last: deque[str] = deque(maxlen=_REMEMBERED)
        self._stopped: list[int] = []
        self.errors: list[str] = []
        self._things = _things_to_drop(folder)
        self._acts: list[tuple[Callable[[], str], int]] = [
            (self._hover, 20),
            (self._click, 10),
            (self._drag, 8),
            (self._wheel, 8),
            (self._press, 25),
            (self._touch_a_widget, 15),
            (self._take_an_entry, 10),
            (self._drop, 3),
            (self._open, 3),
            (self._resize, 2),
            (self._disturb_the_engine, 2),
        ]

    def play(self) -> None:
        """Begin; the steps go on inside whatever loop of events is running, a dialog's too."""
        QTimer.singleShot(0, self._step)
        while time.monotonic() < self._end and not self.failure:
            QApplication.processEvents()
            time.sleep(0.001)
        self._go_on_all()

    def _step(self) -> None:
        if self.failure or time.monotonic() > self._end:
            _close_what_is_open()
            return
        QTimer.singleShot(
            self._random.choice((0, 0, 1, 5, 20)), self._step
        )  # first: what is done may wait for a dialog
        self.failure = self._wrong()
        if self.failure:
            return
        self.steps += 1
        act = self._random.choices([act for act, _ in self._acts], [weight for _, weight in self._acts])[0]
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None or dialog is not None:
            self.last.append(self._in_the_way(popup or dialog))
        else:
            self.last.append(f"{act.__name__}: {act()}")

    def _wrong(self) -> str:
        """What must not be, at any time."""
        room, frame = self.window.screen().availableGeometry(), self.window.frameGeometry()
        banners = [banner for banner in self.window.findChildren(Banner) if banner.isVisible()]
        if self.errors:
            return f"uncaught: {self.errors[0]}"
        if len(banners) > 1:
            return f"{len(banners)} banners at once"
        if frame.width() > room.width() or frame.height() > room.height():
            return f"the window is {frame.width()} x {frame.height()}, the screen {room.width()} x {room.height()}"
        return "" if self.window.isVisible() else "the window is gone"

    # -- what it does

    def _at(self, widget: QWidget) -> QPoint:
        return QPoint(self._random.randrange(max(widget.width(), 1)), self._random.randrange(max(widget.height(), 1)))

    def _surface(self) -> QWidget:
        return self._random.choice(self.window.workbench.panes).canvas.viewport()

    def _hover(self) -> str:
        surface, at = self._surface(), QPoint()
        for _ in range(self._random.randrange(1, 6)):
            if sip.isdeleted(surface):  # each event lets another step begin, which may have closed its map
                break
            QTest.mouseMove(surface, at := self._at(surface))
        return f"{at.x()}, {at.y()}"

    def _click(self) -> str:
        surface, button = self._surface(), self._random.choice((_LEFT, _LEFT, _LEFT, _RIGHT, _MIDDLE))
        click = self._random.choice((QTest.mouseClick, QTest.mouseClick, QTest.mouseDClick))
        click(surface, button, self._random.choice(_MODIFIERS), at := self._at(surface))
        return f"{button.name} {at.x()}, {at.y()}"

    def _drag(self) -> str:
        surface, button = self._surface(), self._random.choice((_LEFT, _LEFT, _MIDDLE))
        person = Person(self.window)
        person.surface = surface
        QTest.mousePress(surface, button, self._random.choice(_MODIFIERS), start := self._at(surface))
        for _ in range(self._random.randrange(1, 8)):
            if not sip.isdeleted(surface):
                person.move(self._at(surface), button)
        if self._random.random() < 0.1 and not sip.isdeleted(surface):
            QTest.keyClick(surface, Qt.Key.Key_Escape)
        if sip.isdeleted(surface):
            return f"{button.name} from {start.x()}, {start.y()}, on a map that was closed meanwhile"
        QTest.mouseRelease(surface, button, pos=(end := self._at(surface)))
        return f"{button.name} from {start.x()}, {start.y()} to {end.x()}, {end.y()}"

    def _wheel(self) -> str:
        surface, clicks = self._surface(), self._random.choice((-8, -2, -1, 1, 2, 8))
        send_wheel(surface, QPointF(self._at(surface)), clicks)
        return str(clicks)

    def _press(self) -> str:
        key, modifiers = self._random.choice(_KEYS), self._random.choice(_MODIFIERS)
        if modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_Q:
            return "not that one"
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        return f"{key.name} {modifiers.name}"

    def _touch_a_widget(self) -> str:
        seen = [each for each in self.window.findChildren(QWidget) if each.isVisible() and each.isEnabled()]
        widget = self._random.choice(seen)
        if self._random.random() < 0.2:
            send_wheel(widget, QPointF(self._at(widget)), self._random.choice((-1, 1)))
        elif self._random.random() < 0.2:
            widget.setFocus()
        else:
            button = self._random.choice((_LEFT, _LEFT, _LEFT, _RIGHT))
            QTest.mouseClick(widget, button, pos=self._at(widget))
        return f"{type(widget).__name__} {widget.accessibleName()}"

    def _take_an_entry(self) -> str:
        bar = self.window.menuBar()
        assert bar is not None
        entries, words = bar.actions(), []
        while entries:
            entry = self._random.choice(entries)
            words.append(entry.text())
            menu = entry.menu()
            if menu is None:
                break
            menu.aboutToShow.emit()
            named = [(each, each.text().replace("&", "")) for each in menu.actions()]
            entries = [each for each, text in named if each.isEnabled() and text not in _NOT_TAKEN]
        else:
            return f"nothing in {words}"
        entry.trigger()
        return " > ".join(words)

    def _drop(self) -> str:
        dropped, at = QMimeData(), QPointF(self._at(self.window))
        name, url = self._random.choice(self._things)
        dropped.setUrls([url])
        keys, action = Qt.KeyboardModifier(0), Qt.DropAction.CopyAction
        enter = QDragEnterEvent(at.toPoint(), action, dropped, _LEFT, keys)
        QApplication.sendEvent(self.window, enter)
        if enter.isAccepted():
            QApplication.sendEvent(self.window, QDropEvent(at, action, dropped, _LEFT, keys))
        return name

    def _open(self) -> str:
        folder = self._random.choice(self._bundles)
        self.window.workbench.open(folder)
        return folder.name

    def _resize(self) -> str:
        room = self.window.screen().availableGeometry()
        frame = self.window.frameGeometry().size() - self.window.size()
        width, height = room.width() - frame.width(), room.height() - frame.height()
        self.window.resize(self._random.randrange(300, width), self._random.randrange(300, height))
        return f"{self.window.width()} x {self.window.height()}"

    def _disturb_the_engine(self) -> str:
        engine = self._random.choice(self.window.workbench.panes).client.engine
        if not isinstance(engine, ProcessEngine):
            return "no process"
        number = self._random.choice((signal.SIGKILL, signal.SIGSTOP))
        with suppress(ProcessLookupError):
            os.kill(engine.pid, number)
        if number == signal.SIGSTOP:
            self._stopped.append(engine.pid)
            QTimer.singleShot(500, self._go_on_all)
        return number.name

    def _in_the_way(self, widget: QWidget | None) -> str:
        assert widget is not None
        if self._random.random() < 0.3 or isinstance(widget, QFileDialog):
            QTest.keyClick(widget, Qt.Key.Key_Escape)
            if isinstance(widget, QDialog):
                widget.reject()
        elif self._random.random() < 0.5:
            QTest.keyClick(widget, self._random.choice(_KEYS))
        else:
            inside = [each for each in widget.findChildren(QWidget) if each.isVisible()] or [widget]
            QTest.mouseClick(each := self._random.choice(inside), _LEFT, pos=self._at(each))
        return f"in the way: {type(widget).__name__}"

    def _go_on_all(self) -> None:
        while self._stopped:
            with suppress(ProcessLookupError):
                os.kill(self._stopped.pop(), signal.SIGCONT)


def _things_to_drop(folder: Path) -> list[tuple[str, QUrl]]:
    """A picture, a checkpoint, an empty folder, a bundle that is none, nothing at all, a link of the web."""
    Image.new("L", (8, 8)).save(folder / "picture.png")
    (folder / "model.pt").write_bytes(b"PK\x03\x04" + bytes(60))
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken/config.json").write_text("{")
    os.mkfifo(folder / "broken/weights.safetensors")
    names = ("picture.png", "model.pt", "empty", "broken", "not there")
    return [(name, QUrl.fromLocalFile(str(folder / name))) for name in names] + [
        ("a link", QUrl("https://example.org/a.zip"))
    ]


def _close_what_is_open() -> None:
    """Popups and dialogs that wait for an answer."""
    for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if isinstance(widget, QDialog):
            widget.reject()
        elif widget is not None:
            widget.close()
    if QApplication.activePopupWidget() or QApplication.activeModalWidget():
        QTimer.singleShot(10, _close_what_is_open)


def check_undo(person: Person) -> None:
    """Undo all and redo all: the state is the same again."""
    session = person.window.pane.session
    assert session is not None
    before, steps = session.state, 0
    while session.can_undo:
        session.undo()
        steps += 1
    for _ in range(steps):
        session.redo()
    assert session.state == before, f"after {steps} undos and redos the state is another"


def check_hover(person: Person, bundle: Path) -> None:
    """In a bundle opened anew a hover is exact."""
    pane = person.window.pane
    if pane.client.given_up:  # the monkey has killed it too often
        pane.restart_engine()
    person.window.workbench.open(bundle)
    person.wait_until(lambda: pane.ready and pane.bundle is not None and pane.bundle.folder.samefile(bundle), _PATIENCE)
    pane.canvas.fit()
    middle = QPoint(pane.canvas.width() // 2, pane.canvas.height() // 2)
    person = Person(person.window, pane)
    person.move(middle)
    person.move(middle + QPoint(7, 5))
    person.wait_until(lambda: pane.prober.probe is not None and pane.prober.probe.picture is not None, _PATIENCE)
    probe = pane.prober.probe
    assert probe is not None
    assert probe.picture is not None
    replies = serve_inline([Open(1, str(bundle)), Hover(2, probe.z)])
    exact = next(reply.image for reply in replies if isinstance(reply, Picture))
    assert np.abs(exact.astype(int) - probe.picture).max() <= 2, "the picture under the pointer is not the decoded one"


def run(seed: int, seconds: float, folder: Path, bundles: list[Path]) -> str:
    """Play; what was wrong, or nothing."""
    os.chdir(folder)
    QDesktopServices.openUrl = staticmethod(lambda url: True)  # type: ignore[method-assign,assignment]
    application()
    with person_at_a_window(str(bundles[0]), size=(1000, 700)) as person:
        monkey = Monkey(person, seed, seconds, folder, bundles)
        sys.excepthook = lambda *error: monkey.errors.append("".join(traceback.format_exception(*error)))
        threading.excepthook = lambda args: monkey.errors.append(
            "".join(traceback.format_exception(args.exc_value) if args.exc_value else "?")
        )
        monkey.play()
        person.wait_until(
            lambda: not (QApplication.activePopupWidget() or QApplication.activeModalWidget()), 10, strict=False
        )
        try:
            if not monkey.failure:
                check_undo(person)
                check_hover(person, bundles[0])
                monkey.failure = monkey._wrong()
        except Exception:
            monkey.failure = traceback.format_exc()
        print(f"seed {seed}: {monkey.steps} steps in {seconds:.0f} s")
        if monkey.failure:
            _tell(monkey, person.window)
        return monkey.failure


def _tell(monkey: Monkey, window: QMainWindow) -> None:
    print(*monkey.last, sep="\n")
    print(monkey.failure)
    window.grab().save("failed.png")


if __name__ == "__main__":
    seed, seconds, folder, *bundles = sys.argv[1:]
    sys.exit(1 if run(int(seed), float(seconds), Path(folder), [Path(each) for each in bundles]) else 0)
