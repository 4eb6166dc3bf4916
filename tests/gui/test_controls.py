"""Sliders that jump, focus that is seen, lists that stay small."""

from pathlib import Path

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.controls import combo_box, slider


@pytest.mark.parametrize("share", [0.0, 0.3, 0.72, 1.0])
def test_a_click_in_the_groove_goes_there(qtbot: QtBot, share: float) -> None:
    made = slider("Frame", 0, 100, 50, "")
    qtbot.addWidget(made)
    made.resize(300, 24)
    made.show()
    moved: list[int] = []
    made.valueChanged.connect(moved.append)
    x = round(share * (made.width() - 1))
    QTest.mousePress(made, Qt.MouseButton.LeftButton, pos=QPoint(x, 12))
    assert abs(made.value() - 100 * share) <= 4
    assert len(moved) == 1
    QTest.mouseMove(made, QPoint(150, 12))
    QTest.mouseRelease(made, Qt.MouseButton.LeftButton, pos=QPoint(150, 12))
    assert abs(made.value() - 50) <= 4


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_focus_is_seen_on_a_checked_button(person: Person, theme: str) -> None:
    person.window.workbench.choose_theme(theme)
    button = person.pane.layer_panel._controls["Pictures"][0]
    assert button.isChecked()
    person.canvas.setFocus()
    without = person.photograph(button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    person.wait_until(button.hasFocus)
    assert (abs(person.photograph(button).astype(int) - without).max(2) > 60).sum() > 2 * button.width()
    person.canvas.setFocus()
    person.window.workbench.choose_theme("dark")


def test_undo_says_what_it_undid(person: Person) -> None:
    person.click(person.point(0.5, 0.5))
    bar = person.window.statusBar()
    person.window.workbench.status.say("Selected 653 more")
    person.window.workbench.undoing.undo()
    assert bar.currentMessage() == "Undone: pins"
    person.window.workbench.undoing.redo()
    assert bar.currentMessage() == "Redone: pins"
    person.window.workbench.undoing.undo()


def test_three_pins_leave_room_in_their_list(person: Person) -> None:
    for place in (0.2, 0.6, 1.0):
        person.click(person.point(place, 0.5))
    pins = person.pane.pins.list
    height = sum(pins.visualItemRect(pins.item(row)).height() for row in range(3))
    assert height <= 3 * 28
    for _ in range(3):
        person.window.workbench.undoing.undo()


def test_the_title_is_the_name_of_the_folder(person: Person, small_bundle: Path) -> None:
    assert person.window.windowTitle().startswith(small_bundle.name)


def test_a_choice_is_cut_where_there_is_no_room_and_its_tip_says_all_of_it(qapp: QApplication) -> None:
    box = combo_box(["Colour by missing neighbours", "Short"], "What the colours say")
    box.show()
    try:
        for width, cut in ((400, False), (120, True)):
            box.resize(width, 24)
            assert (box.cut_text() != box.currentText()) == cut
            assert box.fontMetrics().horizontalAdvance(box.cut_text()) < width - 20
            QToolTip.hideText()
            QApplication.sendEvent(box, QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), box.mapToGlobal(QPoint(5, 5))))
            assert ("missing neighbours" in QToolTip.text()) == cut
            assert "What the colours say" in QToolTip.text()
        assert box.cut_text().endswith("…")
        box.showPopup()
        assert box.view().viewport().width() > box.fontMetrics().horizontalAdvance(box.itemText(0))
        box.hidePopup()
        box.setCurrentIndex(1)
        assert box.cut_text() == "Short"
    finally:
        QToolTip.hideText()
        sip.delete(box)
