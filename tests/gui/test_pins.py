"""Pins: set by a click, dragged, renamed and deleted by keys, undone."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLineEdit, QToolButton

from latent_explorer.bench.person import Person
from latent_explorer.session import Pin

HERE, THERE = (-1.0, 0.5), (2.0, -0.5)


def pins(person: Person) -> tuple[Pin, ...]:
    return person.window.pane.session.state.pins


def at(person: Person, place: tuple[float, float]) -> tuple[float, float]:
    """The plane point of the pixel nearest to a place: where a click there really goes."""
    pixel = person.point(*place)
    return person.canvas.to_plane(pixel)


def type_name(person: Person, row: int, name: str) -> QLineEdit:
    """Begin to type another name in place."""
    pin_list = person.window.pane.pins.list
    pin_list.setFocus()
    pin_list.setCurrentRow(row)
    person.key(Qt.Key.Key_F2, on=pin_list)
    editor = pin_list.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, name)
    return editor


def rename(person: Person, row: int, name: str, *, end: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type another name in place."""
    editor = type_name(person, row, name)
    person.key(end, on=editor)
    person.wait_until(lambda: sip.isdeleted(editor) or not editor.isVisible())


def test_a_click_pins_the_place(person: Person) -> None:
    person.click(person.point(*HERE))
    (pin,) = pins(person)
    assert pin.name == "Pin 1"
    assert pin.z == pytest.approx(at(person, HERE))
    assert person.canvas.marks.pins == (("Pin 1", pytest.approx(at(person, HERE))),)
    assert person.window.pane.pins.list.item(0).text() == "Pin 1"


def test_a_pin_shows_its_picture_in_the_list(person: Person) -> None:
    person.click(person.point(*HERE))
    pin_list = person.window.pane.pins.list
    person.wait_until(lambda: not pin_list.item(0).icon().isNull())
    icon = pin_list.item(0).icon().pixmap(36, 36).toImage().convertToFormat(QImage.Format.Format_RGB32)
    person.window.pane.prober.go_to(pins(person)[0].latent)
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    corner = int(person.window.pane.prober.probe.picture[0, 0, 0])
    assert abs((icon.pixel(1, 1) & 0xFF) - corner) <= 1


def test_the_pin_button_and_its_keys_pin_the_probed_place(person: Person) -> None:
    person.move(person.point(*HERE))
    person.choose("Pin this place")
    person.move(person.point(*THERE))
    button = next(each for each in person.window.pane.inspector.findChildren(QToolButton) if each.text() == "Pin")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [pin.z for pin in pins(person)] == [pytest.approx(at(person, HERE)), pytest.approx(at(person, THERE))]


def test_dragging_a_pin_moves_it_and_undo_puts_it_back(person: Person) -> None:
    start = person.point(*HERE)
    person.click(start)
    before = pins(person)
    person.drag(start + QPoint(3, -2), person.point(*THERE), 0.1)
    (moved,) = pins(person)
    assert moved.z == pytest.approx(at(person, THERE))
    assert person.canvas.marks.pins[0][1] == pytest.approx(at(person, THERE))
    assert person.window.pane.session.state.route is None
    person.choose("Undo")
    assert pins(person) == before
    assert person.canvas.marks.pins[0][1] == pytest.approx(at(person, HERE))
    person.choose("Redo")
    assert pins(person) == (moved,)


def test_escape_puts_a_pin_that_is_being_dragged_back(person: Person) -> None:
    person.click(person.point(*HERE))
    QTest.mousePress(person.canvas.viewport(), Qt.MouseButton.LeftButton, pos=person.point(*HERE))
    person.move(person.point(*THERE), Qt.MouseButton.LeftButton)
    assert person.canvas.marks.pins[0][1] == pytest.approx(at(person, THERE))
    person.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(person.canvas.viewport(), Qt.MouseButton.LeftButton, pos=person.point(*THERE))
    assert pins(person)[0].z == pytest.approx(at(person, HERE))
    assert person.canvas.marks.pins[0][1] == pytest.approx(at(person, HERE))


def test_undo_and_redo_by_keys(person: Person) -> None:
    for place in (HERE, THERE):
        person.click(person.point(*place))
    two = pins(person)
    person.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pins(person) == two[:1]
    person.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pins(person) == ()
    person.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)  # nothing left to undo
    for _ in range(2):
        person.choose("Redo")
    assert pins(person) == two
    assert person.window.pane.pins.list.count() == 2


def test_the_undo_entry_is_there_when_there_is_something_to_undo(person: Person) -> None:
    actions = person.window.menus.actions
    assert not actions["Undo"].isEnabled()
    person.click(person.point(*HERE))
    assert actions["Undo"].isEnabled()
    assert not actions["Redo"].isEnabled()
    person.choose("Undo")
    assert actions["Redo"].isEnabled()


def test_a_pin_is_renamed_in_the_list(person: Person) -> None:
    for place in (HERE, THERE):
        person.click(person.point(*place))
    rename(person, 1, "between 3 and 8")
    assert [pin.name for pin in pins(person)] == ["Pin 1", "between 3 and 8"]
    assert person.canvas.marks.pins[1][0] == "between 3 and 8"


def test_a_picture_that_comes_leaves_the_name_that_is_being_typed(person: Person) -> None:
    person.click(person.point(*HERE))
    pin_list = person.window.pane.pins.list
    person.wait_until(lambda: not pin_list.item(0).icon().isNull())
    editor = type_name(person, 0, "mine")
    pin_list.show_pins(pins(person), {})
    pin_list.show_pins(pins(person), {pins(person)[0].z: QImage(8, 8, QImage.Format.Format_RGB32)})
    assert editor.text() == "mine"
    person.key(Qt.Key.Key_Return, on=editor)
    person.wait_until(lambda: pins(person)[0].name == "mine")


def test_the_enter_that_ends_a_name_does_not_go_to_the_pin(person: Person) -> None:
    person.click(person.point(*HERE))
    person.move(person.point(*THERE))
    rename(person, 0, "mine")
    assert person.window.pane.prober.probe.uv == pytest.approx(at(person, THERE))


@pytest.mark.parametrize(("name", "end"), [("   ", Qt.Key.Key_Return), ("other", Qt.Key.Key_Escape)])
def test_a_name_of_nothing_or_given_up_changes_nothing(person: Person, name: str, end: Qt.Key) -> None:
    person.click(person.point(*HERE))
    rename(person, 0, name, end=end)
    assert pins(person)[0].name == "Pin 1"
    assert person.window.pane.pins.list.item(0).text() == "Pin 1"


def test_the_delete_key_deletes_all_that_are_chosen(person: Person) -> None:
    for u in (-2, -1, 0, 1):
        person.click(person.point(u, 1))
    pin_list = person.window.pane.pins.list
    for row in (0, 2):
        pin_list.item(row).setSelected(True)
    person.key(Qt.Key.Key_Delete, on=pin_list)
    assert [pin.name for pin in pins(person)] == ["Pin 2", "Pin 4"]
    assert [name for name, _ in person.canvas.marks.pins] == ["Pin 2", "Pin 4"]


def test_without_pins_the_list_says_how_to_make_one(person: Person) -> None:
    assert person.window.pane.pins.currentIndex() == 0
    person.click(person.point(*HERE))
    assert person.window.pane.pins.currentIndex() == 1
    person.choose("Undo")
    assert person.window.pane.pins.currentIndex() == 0


def test_enter_and_a_click_go_to_a_pin(person: Person) -> None:
    for place in (HERE, THERE):
        person.click(person.point(*place))
    pin_list, prober = person.window.pane.pins.list, person.window.pane.prober
    pin_list.setCurrentRow(0)
    person.key(Qt.Key.Key_Return, on=pin_list)
    np.testing.assert_array_equal(prober.probe.z, pins(person)[0].latent)
    middle = pin_list.visualItemRect(pin_list.item(1)).center()
    QTest.mouseClick(pin_list.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    np.testing.assert_array_equal(prober.probe.z, pins(person)[1].latent)


def test_a_click_on_a_pin_sets_no_second_one(person: Person) -> None:
    person.click(person.point(0.5, 0.5))
    person.click(person.point(0.5, 0.5))
    assert len(person.window.pane.session.state.pins) == 1


def test_pins_and_path_come_back_with_their_bundle(new_window, small_bundle: Path, wide_bundle: Path) -> None:
    person = new_window(small_bundle)
    person.click(person.point(0.5, 0.5))
    person.drag(person.point(-2, 0), person.point(2, 0), 0.1)
    made = person.window.pane.session.state
    for bundle in (wide_bundle, small_bundle):
        person.window.workbench.open(bundle)
        person.wait_until(lambda bundle=bundle: person.window.pane.session.bundle.folder == bundle)
        person.wait_until(lambda: person.window.pane.ready)
    assert person.window.pane.session.state == made
    assert made.route is not None
    person.wait_until(lambda: len(person.window.pane.filmstrip.frames) == made.route.frames)
    assert person.window.pane.pins.list.count() == 1


def test_pins_and_path_are_there_again_at_the_next_launch(new_window, small_bundle: Path, wide_bundle: Path) -> None:
    person = new_window(small_bundle)
    person.click(person.point(0.5, 0.5))
    person.drag(person.point(-2, 0), person.point(2, 0), 0.1)
    made = person.pane.session.state
    assert person.window.close()
    again = new_window(wide_bundle)
    assert again.pane.session.state.pins == ()
    again.click(again.point(0.2, 0.2))
    other = again.pane.session.state.pins
    again.window.workbench.open(small_bundle)
    again.wait_until(lambda: again.bundle.folder == small_bundle and again.pane.ready)
    assert (again.pane.session.state.pins, again.pane.session.state.route) == (made.pins, made.route)
    assert not again.pane.session.can_undo
    assert again.pane.pins.list.count() == 1
    again.pane.session.delete_pin(0)
    again.choose("Clear path")
    again.window.close()
    last = new_window(small_bundle)
    assert (last.pane.session.state.pins, last.pane.session.state.route) == ((), None)
    last.window.workbench.open(wide_bundle)
    last.wait_until(lambda: last.bundle.folder == wide_bundle)
    assert last.pane.session.state.pins == other


def test_pins_that_cannot_be_kept_are_told_of_and_are_there_all_the_same(person: Person) -> None:
    folder = person.window.workbench.settings.sessions
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")
    try:
        person.click(person.point(0.5, 0.5))
        bar = person.window.statusBar()
        person.wait_until(lambda: "could not be saved for the next launch" in bar.currentMessage())
        assert len(pins(person)) == 1
    finally:
        folder.unlink()
