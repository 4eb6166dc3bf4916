"""Menus at places, by the right button and by the menu key: what they offer, and that each entry does it."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent, QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.images import to_array, to_qimage
from latent_explorer.session import Route
from latent_explorer.session.coordinates import coordinates_text

EMPTY, PINNED = (0.5, 4.2), (1.0, -3.8)  # where there are no data
LEFT = Qt.MouseButton.LeftButton


def open_menu(person: Person, on: QWidget, at: QPoint) -> QMenu:
    """Press the right button."""
    QTest.mouseClick(on, Qt.MouseButton.RightButton, pos=at)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(on, QContextMenuEvent(reason, at, on.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def pick(person: Person, on: QWidget, at: QPoint, text: str) -> None:
    """Choose an entry by the mouse."""
    menu = open_menu(person, on, at)
    action = next(each for each in menu.actions() if each.text() == text)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    person.wait_until(lambda: QApplication.activePopupWidget() is None)
    person.window.activateWindow()  # as a window manager does


def words(menu: QMenu) -> list[str]:
    found = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return found


def at_map(person: Person, place: tuple[float, float], text: str) -> np.ndarray:
    """Choose an entry at a place of the map; returns the latent there."""
    point = person.point(*place)
    pick(person, person.surface, point, text)
    return person.bundle.chart.to_latent(person.canvas.to_plane(point))


def clipboard() -> str:
    board = QGuiApplication.clipboard()
    assert board is not None
    return board.text()


def chosen(person: Person) -> np.ndarray:
    return np.array(person.pane.session.state.chosen, np.float32)


def test_a_place_of_the_map(person: Person) -> None:
    pane, session = person.pane, person.pane.session
    z = at_map(person, EMPTY, "Choose this place")
    np.testing.assert_allclose(chosen(person), z, atol=1e-6)
    assert session.state.pins == ()
    pinned = at_map(person, PINNED, "Pin this place")
    np.testing.assert_allclose(session.state.pins[0].z, pinned, atol=1e-6)
    end = at_map(person, EMPTY, "Path from the chosen place to here")
    np.testing.assert_allclose((session.state.route.start, session.state.route.end), (pinned, end), atol=1e-6)
    z = at_map(person, EMPTY, "Copy coordinates")
    assert clipboard() == coordinates_text(z, pane.prober.decimals)
    z = at_map(person, (-2.0, 4.2), "Copy picture")
    person.wait_until(lambda: not QGuiApplication.clipboard().image().isNull())
    np.testing.assert_allclose(chosen(person), z, atol=1e-6)
    copied = to_array(QGuiApplication.clipboard().image())
    np.testing.assert_array_equal(copied, to_array(to_qimage(pane.prober.probe.picture)))
    u, v = person.canvas.to_plane(person.point(*EMPTY))
    at_map(person, EMPTY, "Centre here")
    assert (person.canvas.view.u, person.canvas.view.v) == pytest.approx((u, v))
    scale = person.canvas.view.scale
    at_map(person, EMPTY, "Zoom in here")
    assert person.canvas.view.scale == pytest.approx(2 * scale)
    at_map(person, EMPTY, "Fit")
    assert person.canvas.view == person.canvas.fitted
    at_map(person, EMPTY, "Clear path")
    assert session.state.route is None


def test_the_picture_of_a_place_is_exported_though_the_pointer_moves_on(person: Person) -> None:
    z = at_map(person, EMPTY, "Export picture…")
    person.move(person.point(0, 0))
    exporter = person.window.workbench.exporter
    person.wait_until(lambda: exporter.dialog is not None and exporter.dialog.isVisible())
    np.testing.assert_allclose(chosen(person), z, atol=1e-6)
    assert person.pane.prober.text(z).replace(", ", "_") in exporter.dialog.destination.name.text()
    person.key(Qt.Key.Key_Escape, on=exporter.dialog)
    person.wait_until(lambda: exporter.dialog is None or not exporter.dialog.isVisible())


def test_a_path_is_begun_at_a_place_and_ended_by_a_click(person: Person) -> None:
    start = at_map(person, EMPTY, "Path from here")
    person.move(person.point(*PINNED))
    assert person.canvas.marks.draft is not None
    person.click(person.point(*PINNED))
    route = person.pane.session.state.route
    np.testing.assert_allclose(route.start, start, atol=1e-6)
    np.testing.assert_allclose(route.end, person.bundle.chart.to_latent(person.canvas.to_plane(person.point(*PINNED))))
    person.pane.take_tool("Probe")


def test_a_point_and_the_class_around_it(person: Person) -> None:
    pane, session, latents = person.pane, person.pane.session, person.bundle.latents
    number = 7
    place = tuple(person.bundle.uv[number].tolist())
    here = pane.points.nearest_image(person.canvas.view, *person.canvas.view.to_screen_point(place), 5)
    at_map(person, place, f"Go to image {here}")
    np.testing.assert_array_equal(chosen(person), latents.mean[here])
    at_map(person, place, "Pin image")
    assert session.state.pins[0].name == f"Image {here}"
    session.delete_pin(0)
    at_map(person, place, "Select image")
    assert np.flatnonzero(session.state.selection.chosen).tolist() == [here]
    at_map(person, place, "Copy index")
    assert clipboard() == str(here)
    at_map(person, place, "Open image")
    person.wait_until(lambda: any(each.windowTitle() == f"Image {here}" for each in QApplication.topLevelWidgets()))
    next(each for each in QApplication.topLevelWidgets() if each.windowTitle() == f"Image {here}").close()
    label = latents.label[here]
    at_map(person, place, f"Select class {person.bundle.class_names[label]}")
    np.testing.assert_array_equal(session.state.selection.chosen, latents.label == label)
    at_map(person, place, "Clear selection")
    assert session.state.selection is None


def test_a_neighbour_in_the_inspector(person: Person) -> None:
    person.move(person.point(0, 0))
    person.wait_until(lambda: person.pane.prober.place is not None)
    strip, index = person.pane.inspector.neighbours, int(person.pane.prober.place.indices[1])
    pick(person, strip, strip._cell(1, 0).center(), "Copy index")
    assert clipboard() == str(index)


def test_a_pin_on_the_map(person: Person) -> None:
    session = person.pane.session
    person.click(person.point(*PINNED))
    person.move(person.point(0, 0))
    at_map(person, PINNED, "Go to")
    np.testing.assert_array_equal(chosen(person), session.state.pins[0].latent)
    at_map(person, PINNED, "Copy coordinates")
    assert clipboard() == person.pane.prober.text(session.state.pins[0].latent)
    at_map(person, PINNED, "Rename…")
    type_name(person, "between two")
    assert session.state.pins[0].name == "between two"
    at_map(person, PINNED, "Path from here")
    person.click(person.point(*EMPTY))
    assert session.state.route.start == session.state.pins[0].z
    person.pane.take_tool("Probe")
    at_map(person, PINNED, "Delete")
    assert session.state.pins == ()


def type_name(person: Person, name: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into the line over the pin."""
    editor = person.pane.pinboard._editor
    assert editor.isVisible()
    assert editor.hasFocus()
    QTest.keyClicks(editor, name)
    person.key(end, on=editor)
    person.wait_until(person.canvas.hasFocus)
    assert not editor.isVisible()


def test_a_double_click_on_a_pin_renames_it_and_one_beside_it_does_not(person: Person) -> None:
    session = person.pane.session
    for place in (PINNED, EMPTY):
        person.click(person.point(*place))
        QTest.mouseDClick(person.surface, LEFT, pos=person.point(*place))
        assert person.pane.pinboard._editor.isHidden()  # the first click has made it
    for name, end in (("mine", Qt.Key.Key_Return), ("other", Qt.Key.Key_Escape)):
        person.click(person.point(*PINNED))
        QTest.mouseDClick(person.surface, LEFT, pos=person.point(*PINNED))
        type_name(person, name, end)
        assert session.state.pins[0].name == "mine"
    assert len(session.state.pins) == 2
    person.choose("Undo")
    assert session.state.pins[0].name == "Pin 1"


def test_pins_of_the_list(person: Person) -> None:
    session, pins = person.pane.session, person.pane.pins.list
    for place in (PINNED, EMPTY, (-2.0, 4.2)):
        person.click(person.point(*place))

    def row(index: int) -> QPoint:
        return pins.visualItemRect(pins.item(index)).center()

    QTest.mouseClick(pins.viewport(), LEFT, pos=row(0))
    np.testing.assert_array_equal(chosen(person), session.state.pins[0].latent)
    assert "Path between them" not in words(open_menu(person, pins.viewport(), row(0)))
    QTest.mouseClick(pins.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, row(1))
    pick(person, pins.viewport(), row(1), "Path between them")
    assert session.state.route.start == session.state.pins[0].z
    assert session.state.route.end == session.state.pins[1].z
    pick(person, pins.viewport(), row(1), "Delete 2 pins")
    assert len(session.state.pins) == 1
    person.choose("Undo")
    assert len(session.state.pins) == 3


def test_a_pin_that_is_deleted_does_not_put_the_next_into_renaming(person: Person) -> None:
    pins = person.pane.pins.list
    for place in (PINNED, EMPTY, (-2.0, 4.2)):
        person.click(person.point(*place))
    middle = pins.visualItemRect(pins.item(0)).center()
    for _ in range(2):
        QTest.mouseClick(pins.viewport(), LEFT, pos=middle)
        person.wait(QApplication.doubleClickInterval() / 1000 + 0.1)
    person.key(Qt.Key.Key_Delete, on=pins)
    person.wait(QApplication.doubleClickInterval() / 1000 + 0.1)
    assert pins.state() == pins.State.NoState
    assert len(person.pane.session.state.pins) == 2
    person.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, on=pins)
    assert len(person.pane.session.state.pins) == 3


def test_a_frame_of_the_filmstrip(person: Person) -> None:
    session, pane = person.pane.session, person.pane
    session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=8))
    person.wait_until(lambda: len(pane.filmstrip.frames) == 8)
    strip = pane.filmstrip.strip

    def choose(text: str, index: int = 2) -> None:
        pick(person, strip, strip._cell(index).center(), text)

    choose("Choose this frame")
    np.testing.assert_array_equal(chosen(person), pane.path_frames.latents[2])
    assert pane.inspector.picture.image == to_qimage(pane.filmstrip.frames[2])
    choose("Copy picture", 3)
    np.testing.assert_array_equal(
        to_array(QGuiApplication.clipboard().image()), to_array(to_qimage(pane.filmstrip.frames[3]))
    )
    choose("Pin this frame", 4)
    np.testing.assert_array_equal(session.state.pins[0].latent, pane.path_frames.latents[4])
    choose("Export frame…", 1)
    exporter = person.window.workbench.exporter
    person.wait_until(lambda: exporter.dialog is not None and exporter.dialog.isVisible())
    assert exporter.dialog.windowTitle() == "Export frame 2"
    person.key(Qt.Key.Key_Escape, on=exporter.dialog)
    person.wait_until(lambda: exporter.dialog is None or not exporter.dialog.isVisible())
    choose("Clear path")
    assert session.state.route is None


def test_the_menu_key_opens_it_at_the_probe(person: Person) -> None:
    person.move(person.point(*EMPTY))
    at = person.point(0, 0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, person.surface.mapToGlobal(at))
    QApplication.sendEvent(person.surface, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert words(menu)[0] == "Choose this place"


def test_an_entry_of_the_view_menu_is_ticked_while_its_layer_is_on(person: Person) -> None:
    bar = person.window.menuBar()
    menu = next(each.menu() for each in bar.actions() if each.text() == "&View")
    for _ in range(2):
        person.choose("Density")
        menu.popup(person.window.mapToGlobal(QPoint(0, 0)))
        ticked = {action.text().replace("&", "") for action in menu.actions() if action.isChecked()}
        menu.close()
        layers = person.pane.layers.by_title
        assert {title for title, layer in layers.items() if layer.visible} == ticked & set(layers)


# -- the ends of a path


@pytest.mark.parametrize("tool", ["Probe", "Path"])
def test_the_ends_of_a_path_are_dragged_which_is_one_thing_to_undo(person: Person, tool: str) -> None:
    session = person.pane.session
    session.draw(Route((-4.0, 3.0), (4.0, 3.5), frames=8))
    before = session.state.route
    person.choose(tool)
    ends = [person.canvas.to_widget(*place).toPoint() for place in ((-4.0, 3.0), (4.0, 3.5))]
    person.drag(ends[1], person.point(*EMPTY), 0.2)
    moved = session.state.route
    assert moved.start == before.start
    assert moved.end == pytest.approx(person.bundle.chart.to_latent(person.canvas.to_plane(person.point(*EMPTY))))
    assert session.state.pins == ()
    person.wait_until(lambda: len(person.pane.filmstrip.frames) == 8)
    np.testing.assert_allclose(person.canvas.marks.route[-1], moved.end, atol=1e-5)
    person.choose("Undo")
    assert session.state.route == before
    person.choose("Redo")
    QTest.mousePress(person.surface, LEFT, pos=ends[0])
    person.move(person.point(*PINNED), LEFT)
    assert np.abs(person.canvas.marks.route[0] - person.canvas.to_plane(person.point(*PINNED))).max() < 1e-3
    person.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(person.surface, LEFT, pos=person.point(*PINNED))
    assert session.state.route == moved
    np.testing.assert_allclose(person.canvas.marks.route[0], moved.start, atol=1e-5)
    person.choose("Probe")


def test_over_what_can_be_dragged_the_pointer_says_so(person: Person) -> None:
    person.pane.session.draw(Route((-4.0, 3.0), (4.0, 3.5), frames=8))
    end = person.canvas.to_widget(4.0, 3.5).toPoint()
    person.move(end)
    assert person.canvas.cursor().shape() == Qt.CursorShape.SizeAllCursor
    person.choose("Probe")  # the tool is taken in hand over it
    person.move(end + QPoint(1, 0))
    assert person.canvas.cursor().shape() == Qt.CursorShape.SizeAllCursor
    person.move(person.point(*PINNED))
    assert person.canvas.cursor().shape() == Qt.CursorShape.CrossCursor
