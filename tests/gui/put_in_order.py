"""What one test leaves in the window that it shares with others, or in Qt, is put back for the next."""

import shutil
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from latent_explorer.bench.person import Person
from latent_explorer.class_colours import USUAL
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import PictureSettings, PointLook
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.gui.workbench import Workbench
from latent_explorer.session import Route


def let_go() -> None:
    """Release keys and buttons: Qt goes on to tell of those of the last event, Ctrl+Z or a double click."""
    nowhere, button = QWidget(), Qt.MouseButton
    if QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyRelease(nowhere, Qt.Key.Key_Control)
    for held in (button.LeftButton, button.RightButton, button.MiddleButton):
        if QGuiApplication.mouseButtons() & held:
            QTest.mouseRelease(nowhere, held)


def put_in_order(window: MainWindow, bundle: Path) -> Person:
    """Open a bundle in the window as if it were the first, and wait until all is seen; a person before it."""
    bench, pane, person = window.workbench, window.pane, Person(window)
    person.wait_until(lambda: pane.ready)
    bench.docks.reset()  # the room that the map has is the same for all, whatever panels another test showed
    window.resize(1200, 800)
    _forget(bench)
    _choose_as_usual(bench, pane)
    pane.session = None
    pane.keeper.forget()  # what other tests have pinned
    bench.open(bundle)
    person.wait_until(lambda: pane.ready)
    _look_as_usual(bench, pane, person)
    window.activateWindow()
    pane.canvas.setFocus()
    person.wait_until(pane.canvas.hasFocus)
    person.wait_for_the_engine()
    pane.canvas.refresh()
    person.wait_for_the_engine()  # what is compared with a picture taken now must not be half faded in
    return person


def _forget(bench: Workbench) -> None:
    """Forget what is remembered, also of the colours of classes, and what is unanswered and lies over the map."""
    settings = bench.settings
    for kept in (settings._kept, settings._sections, settings._changed, bench.shared.overlaps, bench.shared.slots):
        kept.clear()
    settings.file.unlink(missing_ok=True)
    shutil.rmtree(settings.sessions, ignore_errors=True)
    for offer in list(bench.banner._offers):
        bench.banner.withdraw(offer)
    bench.banner.clear()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()


def _choose_as_usual(bench: Workbench, pane: MapPane) -> None:
    """The choices that are made of what is remembered when a window is opened."""
    bench.use_pictures(PictureSettings.read(bench.settings))
    bench.choose_palette(USUAL.name, shapes=False)
    pane.layers.resize_points(PointLook().size)
    pane.colourer.choose(PointLook().colour)
    pane.filmstrip.show_route(Route((0.0, 0.0), (1.0, 0.0)))


def _look_as_usual(bench: Workbench, pane: MapPane, person: Person) -> None:
    """Layers, theme, tool, and nobody's pointer over the map."""
    for title, layer in pane.layers.by_title.items():
        usual = layer.usual(person.bundle)
        pane.layer_panel.show_usual(title, *usual)
        if (layer.visible, layer.opacity) != usual:
            pane.layers.show(title, *usual)
    bench.choose_theme("dark")
    pane.prober.lock(False)
    pane.prober.loupe = True
    pane.canvas.left.emit()
    pane.selecting.tool.lasso = False
    pane.take_tool("Probe")
    pane.canvas.fit()
    pane.changed.emit()
