"""The docks take whatever panels a pane brings along."""

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QLabel, QMainWindow

from latent_explorer.gui.docks import Docks


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
