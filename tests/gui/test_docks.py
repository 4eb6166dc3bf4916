"""The docks take whatever panels a pane brings along."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QLabel, QMainWindow

from latent_explorer.bench.person import Person
from latent_explorer.gui.docks import Docks
from latent_explorer.gui.settings import WindowLayout


def test_a_panel_that_is_new_has_a_dock_of_its_own_at_the_right(qapp: QApplication) -> None:
    window = QMainWindow()
    docks, first, second = Docks(window), QLabel("one"), QLabel("two")
    docks.add({"Notes": first})
    docks.add({"Notes": second})
    notes = docks.by_title["Notes"]
    assert notes in window.tabifiedDockWidgets(docks.by_title["Selection"])
    docks.show_panels({"Notes": second})
    assert notes.widget().currentWidget() is second
    docks.remove({"Notes": second})
    assert notes.widget().currentWidget() is first
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_layout_from_before_a_panel_was_there_leaves_it_above_the_others(new_window: Callable[..., Person]) -> None:
    person = new_window(None)
    docks, settings = person.window.workbench.docks, person.window.workbench.settings
    docks.by_title["Classes"].hide()
    docks.remember(settings)
    kept = settings.get(WindowLayout)
    docks.by_title["Classes"].show()
    docks.restore(settings)
    assert docks.by_title["Classes"].isHidden(), "a layout that knows all panels is taken as it is"
    settings.put(WindowLayout(kept.geometry, person.window.saveState().data()))  # without a version, as before
    docks.reset()
    docks.restore(settings)
    assert not docks.by_title["Classes"].isHidden()
    docks.show_above("Lessons")
    lessons, inspector = docks.by_title["Lessons"], docks.by_title["Inspector"]
    person.wait_until(lambda: lessons.geometry().bottom() < inspector.geometry().top())


def test_a_panel_above_the_others_can_be_read_in_the_smallest_window(new_window: Callable[..., Person]) -> None:
    person = new_window(None)
    window, docks = person.window, person.window.workbench.docks
    window.resize(1, 1)
    person.wait(0.05)
    docks.show_above("Lessons")
    person.wait_until(lambda: docks.by_title["Lessons"].height() >= 170)
    window.resize(900, 600)
    docks.show_above("Lessons")
    person.wait_until(lambda: docks.by_title["Lessons"].height() >= 250)
    assert docks.by_title["Inspector"].height() >= docks.by_title["Inspector"].minimumSizeHint().height()


def test_the_menu_shows_the_lessons_as_high_as_they_are_read(new_window: Callable[..., Person]) -> None:
    person = new_window(None)
    person.window.resize(1280, 800)
    dock = person.window.workbench.docks.by_title["Lessons"]
    toggle = dock.toggleViewAction()
    toggle.trigger()
    person.wait(0.05)
    assert dock.isVisible()
    assert dock.height() >= 250
    toggle.trigger()
    assert dock.isHidden()
