"""A person who goes through lessons in a window that all these tests share, by mouse and keys alone."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QDockWidget,
    QMenu,
    QScrollArea,
    QSlider,
    QTabBar,
    QWidget,
)

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.person import Person
from latent_explorer.engine.process import ProcessEngine
from latent_explorer.gui.app import application
from latent_explorer.gui.lessons.control import Lessons
from latent_explorer.gui.lessons.observing import PlaceFinder
from latent_explorer.gui.lessons.progress_store import LessonProgress
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.lessons import LessonText, included_lessons, read_lesson
from latent_explorer.places import find_bundle
from tests.gui.conftest import close_for_good

FILES = {file.stem: file for file in included_lessons()}
_test: Any = QTest
_NEAREST = 500  # images to the median of their class, of which one has its class told at its pixel


class Learner(Person):
    """A person with a lesson beside the map."""

    @property
    def lessons(self) -> Lessons:
        return self.window.lessons.lessons

    @property
    def at(self) -> int:
        """The step that is to be done, from 0."""
        assert self.lessons.walk is not None
        return self.lessons.walk.index

    def begin(self, name: str) -> LessonText:
        """Begin an included lesson from the menu."""
        lesson = read_lesson(FILES[name])
        self.choose_in_menus("Help", "Lessons", lesson.title)
        self.wait_until(lambda: self.lessons.walk is not None and self.lessons.walk.lesson.key == name)
        return lesson

    # -- menus

    def choose_in_menus(self, *texts: str) -> None:
        """Click an entry of the menu bar, and one of each menu that opens."""
        bar: Any = self.window.menuBar()
        action = _entry(bar.actions(), texts[0])
        _test.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(action).center())
        for text in texts[1:]:
            menu: QMenu | None = action.menu()
            assert menu is not None
            self.wait_until(menu.isVisible, 5)
            action = _entry(menu.actions(), text)
            assert action.isEnabled(), text
            _test.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
            self.wait(0.02)
        self.window.activateWindow()  # where no window manager does
        self.wait(0.02)

    def accept(self) -> None:
        """Press OK in the dialog that has been opened."""
        (buttons,) = (each for each in self.window.findChildren(QDialogButtonBox) if each.isVisible())
        self.press_button(buttons.button(QDialogButtonBox.StandardButton.Ok))

    # -- panels

    def bring(self, title: str) -> None:
        """Have a panel in sight: by its tab where it is behind others."""
        dock: QDockWidget = self.window.workbench.docks.by_title[title]
        assert not dock.isHidden(), f"{title} is nowhere to be seen"
        for bar in self.window.findChildren(QTabBar):
            for tab in range(bar.count()):
                if bar.tabText(tab) == title and bar.isVisible() and dock.visibleRegion().isEmpty():
                    _test.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(tab).center())
                    self.wait(0.05)
        assert not dock.visibleRegion().isEmpty(), title

    def use(self, title: str, widget: QWidget) -> None:
        """Have a part of a panel in sight, scrolled to if need be."""
        self.bring(title)
        parent: QWidget | None = widget
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()
        self.wait(0.05)
        assert not widget.visibleRegion().isEmpty(), f"{widget.accessibleName()} in {title} is not to be seen"
        assert widget.isEnabled(), f"{widget.accessibleName()} in {title} cannot be used"

    def press_in(self, title: str, button: QAbstractButton) -> None:
        """Click a button of a panel."""
        self.use(title, button)
        self.press_button(button)

    def pick(self, title: str, box: QComboBox, text: str) -> None:
        """Choose an entry of a list by arrow keys."""
        self.use(title, box)
        row = next(index for index in range(box.count()) if box.itemText(index) == text)
        box.setFocus()
        while box.currentIndex() != row:
            before = box.currentIndex()
            _test.keyClick(box, Qt.Key.Key_Down if before < row else Qt.Key.Key_Up)
            self.wait(0.01)
            assert box.currentIndex() != before

    def press_layer(self, name: str) -> None:
        """Press the button of a layer."""
        buttons = self.pane.layer_panel.findChildren(QAbstractButton)
        self.press_in("Layers", next(each for each in buttons if each.text() == name))

    def pull_layer_up(self, name: str) -> None:
        """Move the slider of a layer to its end."""
        sliders = self.pane.layer_panel.findChildren(QSlider)
        strength = next(each for each in sliders if each.accessibleName() == f"Opacity of the {name.lower()}")
        self.use("Layers", strength)
        strength.setFocus()
        _test.keyClick(strength, Qt.Key.Key_End)

    def colour_by(self, what: str) -> None:
        """Choose what points are coloured by."""
        (box,) = self.pane.layer_panel.findChildren(QComboBox)
        self.pick("Layers", box, f"Colour by {what}")

    # -- maps

    def middle(self, label: int) -> QPoint:
        """The pixel nearest to the median of a class at which an image of that class is nearest: classes overlap."""
        bundle, finder = self.bundle, PlaceFinder(self.bundle)
        uv = bundle.uv[bundle.latents.label == label]
        order = np.square(uv - np.median(uv, 0)).sum(1).argsort()
        places = [self.point(*each) for each in uv[order[:_NEAREST]].tolist()]
        told = (at for at in places if self._class_at(finder, at) == bundle.class_names[label])
        return next(told, places[0])

    def _class_at(self, finder: PlaceFinder, at: QPoint) -> str:
        on_map = at.toPointF() - self.canvas.origin
        return finder.at(*self.canvas.view.to_plane(on_map.x(), on_map.y())).label

    def linger(self, at: QPoint, seconds: float = 0.13) -> None:
        """Move there, from another map if need be, and stay for longer than two looks of the lesson."""
        for pane in self.window.workbench.panes:
            if pane is not self.pane and pane.prober.pointing:
                QApplication.sendEvent(pane.canvas.viewport(), QEvent(QEvent.Type.Leave))
                QApplication.sendEvent(pane.canvas, QEvent(QEvent.Type.Leave))
        self.move(at)
        self.wait(seconds)
        self.wait_until(self._seen_by_the_lesson, 10, strict=False)  # a busy machine looks less often

    def _seen_by_the_lesson(self) -> bool:
        probe, last = self.pane.prober.probe, self.lessons._observer._last
        return probe is not None and last == (self.pane, probe.uv)

    def visit(self, *labels: int, seconds: float = 0.13) -> None:
        """Stay over the classes one after the other."""
        for label in labels:
            self.linger(self.middle(label), seconds)

    def open_for_step(self, *names: str) -> list["Learner"]:
        """Open what the step needs by its button; a person at each of the maps."""
        now, panes = self.lessons.panel.steps.now, self.window.workbench.panes

        def opened() -> bool:
            return [pane.bundle.name for pane in panes if pane.bundle is not None and pane.ready] == list(names)

        self.wait_until(lambda: now.open.isVisible() or opened())
        if now.open.isVisible():
            self.press_in("Lessons", now.open)
        self.wait_until(opened)
        return [self.at_map(pane) for pane in panes]

    def at_map(self, pane: MapPane) -> "Learner":
        """The same person at another map."""
        return Learner(self.window, pane)


def _entry(actions: list[QAction], text: str) -> QAction:
    names = [action.text().replace("&", "") for action in actions]
    assert text in names, f"no {text!r} among {names}"
    return actions[names.index(text)]


def drag_on(widget: QWidget, start: QPoint, end: QPoint) -> None:
    """Press, move and release the left button on any widget."""
    _test.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        at = start + (end - start) * step / 5
        send_mouse(widget, at.toPointF(), held=Qt.MouseButton.LeftButton)
    _test.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)


@pytest.fixture
def trainee(new_window: Callable[..., Person]) -> Learner:
    """A person at a window of a test's own, which takes along what a panel for training or of a study makes."""
    window = new_window(None, ProcessEngine).window
    window.resize(1280, 800)
    window.workbench.open(find_bundle("mnist-ae-2d"))
    person = Learner(window)
    person.wait_until(lambda: person.pane.ready)
    return person


@pytest.fixture(scope="session")
def lesson_window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """The window of all these tests."""
    application()
    window = MainWindow(Settings(tmp_path_factory.mktemp("lessons") / "settings.json"))
    window.resize(1280, 800)
    window.workbench.open(find_bundle("mnist-ae-2d"))
    window.show()
    Person(window).wait_until(lambda: window.pane.ready)
    yield window
    close_for_good(window)


@pytest.fixture
def learner(lesson_window: MainWindow) -> Iterator[Callable[[str], Learner]]:
    """A person before that window, one map of an included bundle open in it, no lesson begun and none remembered."""

    def make(model: str) -> Learner:
        person = Learner(lesson_window)
        if person.pane.bundle is None or person.pane.bundle.name != model:
            lesson_window.workbench.open(find_bundle(model))
        person.wait_until(lambda: person.pane.ready and person.bundle.name == model)
        return person

    yield make
    bench = lesson_window.workbench
    lesson_window.lessons.lessons.show_list()
    for key in FILES:
        bench.settings.put(LessonProgress(), key)
    while len(bench.panes) > 1:
        bench.close_pane(bench.panes[-1])
    bench.docks.reset()
    lesson_window.resize(1280, 800)
    QApplication.processEvents()
