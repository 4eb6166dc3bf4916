"""The keyboard: fields give it back to the map, and the window's keys work from whatever else has it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget, QSpinBox, QWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui.pane.canvas import MapCanvas

KEYS = {"Fit": Qt.Key.Key_F, "Play or pause": Qt.Key.Key_K, "Undo": Qt.Key.Key_Z}
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def busy(person: Person) -> Iterator[Person]:
    """A window with something in each panel."""
    fill(person)
    yield person
    person.pane.inspector.dimensions.fold_button.setChecked(False)
    person.window.workbench.docks.bring("Inspector")
    person.pane.filmstrip.stop()


def fill(person: Person) -> None:
    for place in ((-1, 0.5), (1, 0.5), (2, 1)):
        person.click(person.point(*place))
    person.drag(person.point(-2, 0), person.point(2, 0), 0.1)
    person.wait_until(lambda: len(person.pane.filmstrip.frames) > 0)
    person.pane.session.select(person.bundle.latents.label == 0)
    person.pane.inspector.dimensions.fold_button.setChecked(True)
    person.wait_until(lambda: person.pane.prober.place is not None)


def focusable(person: Person) -> list[QWidget]:
    """All that Tab or a click can give the keyboard to, but the map."""
    found = []
    for widget in person.window.findChildren(QWidget):
        takes = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
        if takes and widget.isVisible() and widget.isEnabled() and not isinstance(widget, MapCanvas):
            found.append(widget)
    return found


def in_all_docks(person: Person) -> Iterator[QWidget]:
    """The same, each once, of every dock in turn."""
    seen: list[QWidget] = []
    for title in ("Inspector", "Selection", "Training"):
        person.window.workbench.docks.bring(title)
        person.wait(0.05)
        for widget in focusable(person):
            if widget not in seen and widget.isVisible() and widget.isEnabled():
                seen.append(widget)
                yield widget


def is_field(widget: QWidget) -> bool:
    typed = isinstance(widget, QLineEdit | QAbstractSpinBox) or (isinstance(widget, QComboBox) and widget.isEditable())
    return typed and not (isinstance(widget, QLineEdit) and widget.isReadOnly())


def test_keys_of_the_window_work_from_all_that_is_no_field_and_fields_give_the_keyboard_back(
    new_window: Callable[[Path], Person], small_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = new_window(small_bundle)
    window, canvas = busy.window, busy.canvas
    monkeypatch.setattr(window.workbench.trainer, "warm", lambda: None)  # which is for one who is about to train
    window.activateWindow()
    fill(busy)
    done: list[str] = []
    layers = busy.pane.layer_panel.layers()
    actions = {name: window.action(name) for name in KEYS}
    told = {name: lambda _=False, name=name: done.append(name) for name in KEYS}
    for name, action in actions.items():
        action.triggered.connect(told[name])
    seen = {True: 0, False: 0}
    try:
        for widget in in_all_docks(busy):
            widget.setFocus()
            busy.wait_until(widget.hasFocus)
            what, field = (
                f"{type(widget).__name__} {widget.accessibleName() or widget.toolTip()[:40]!r}",
                is_field(widget),
            )
            seen[field] += 1
            done.clear()
            if field:
                check_field(busy, widget, done, what)
            else:
                QTest.keyClick(widget, Qt.Key.Key_7)
                for key in KEYS.values():
                    QTest.keyClick(widget, key, CONTROL if key == Qt.Key.Key_Z else Qt.KeyboardModifier.NoModifier)
                busy.pane.filmstrip.stop()
                assert done == list(KEYS), what
                busy.choose("Redo")
            assert busy.pane.layer_panel.layers() == layers, what
    finally:
        for name, action in actions.items():
            action.triggered.disconnect(told[name])
    assert min(seen.values()) > 5, seen
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_7)
    assert busy.pane.layer_panel.layers() != layers
    QTest.keyClick(canvas, Qt.Key.Key_7)


def check_field(person: Person, field: QWidget, done: list[str], what: str) -> None:
    """What is typed is the field's; Esc takes it back and Enter keeps it, and then the map has the keyboard."""
    line = field if isinstance(field, QLineEdit) else field.lineEdit()
    before = line.text()
    line.selectAll()
    QTest.keyClick(field, Qt.Key.Key_F)
    QTest.keyClick(field, Qt.Key.Key_7)
    assert not done, what
    person.key(Qt.Key.Key_Escape, on=field)
    assert line.text() == before, what
    person.wait_until(person.canvas.hasFocus)
    assert person.pane.session.state.selection is not None, what  # which Esc clears elsewhere
    field.setFocus()
    person.key(Qt.Key.Key_Return, on=field)
    person.wait_until(person.canvas.hasFocus)
    assert line.text() == before, what


def test_a_click_beside_a_field_gives_the_keyboard_back_and_what_was_typed_is_not_left(busy: Person) -> None:
    busy.window.workbench.docks.bring("Inspector")
    field = busy.pane.inspector.coordinates
    before = field.text()
    busy.type_over(field, "7, 7")
    QTest.mouseClick(busy.pane.inspector.picture, Qt.MouseButton.LeftButton)
    busy.wait_until(busy.canvas.hasFocus)
    assert field.text() == before
    view = busy.canvas.view
    QTest.keyClick(busy.canvas, Qt.Key.Key_Plus)
    assert busy.canvas.view != view


def test_coordinates_that_are_refused_can_be_mended(busy: Person) -> None:
    busy.window.workbench.docks.bring("Inspector")
    inspector = busy.pane.inspector
    field, said = inspector.coordinates, inspector.said
    busy.type_over(field, "1, 2, 3")
    busy.key(Qt.Key.Key_Return, on=field)
    busy.wait(0.05)
    assert field.hasFocus()
    assert field.text() == "1, 2, 3"
    assert "2 numbers" in inspector.said
    busy.key(Qt.Key.Key_Escape, on=field)
    busy.wait_until(busy.canvas.hasFocus)
    assert field.text() != "1, 2, 3"
    assert inspector.said == said
    busy.type_over(field, "1.5, 0.25")
    busy.key(Qt.Key.Key_Return, on=field)
    busy.wait_until(busy.canvas.hasFocus)
    busy.wait_until(lambda: field.text() == "1.500, 0.250")


def test_the_space_bar_pans_though_a_list_has_the_keyboard(busy: Person) -> None:
    pins = busy.pane.pins.list
    assert isinstance(pins, QListWidget)
    pins.setFocus()
    busy.wait_until(pins.hasFocus)
    view, start = busy.canvas.view, busy.point(0, -1)
    QTest.keyPress(pins, Qt.Key.Key_Space)
    busy.drag(start, start + QPoint(40, 0), 0.1)
    QTest.keyRelease(busy.canvas, Qt.Key.Key_Space)
    assert busy.canvas.view.u == pytest.approx(view.u - 40 / view.scale, abs=0.1)
    assert busy.canvas.view.scale == view.scale
    busy.canvas.fit()


def test_the_space_bar_presses_a_button_that_has_the_keyboard(busy: Person) -> None:
    button = busy.pane.filmstrip._play
    assert isinstance(button, QAbstractButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert busy.pane.filmstrip.playing
    busy.pane.filmstrip.stop()


def test_a_number_of_frames_is_typed(busy: Person) -> None:
    box = next(each for each in busy.pane.filmstrip.findChildren(QSpinBox) if "frames" in each.text())
    busy.type_over(box.lineEdit(), "12")
    busy.key(Qt.Key.Key_Return, on=box)
    busy.wait_until(busy.canvas.hasFocus)
    assert busy.pane.session.state.route.frames == 12
    busy.type_over(box.lineEdit(), "99")
    busy.key(Qt.Key.Key_Escape, on=box)
    busy.wait_until(busy.canvas.hasFocus)
    assert busy.pane.session.state.route.frames == box.value() == 12
