"""What is shown: classes, layers, themes."""

from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QSlider, QToolButton

from latent_explorer.bench.person import Person
from latent_explorer.gui import theme as themes
from latent_explorer.gui.panels.layers import LayerPanel
from latent_explorer.gui.panels.legend import ClassRow


def rows(person: Person) -> list[ClassRow]:
    return list(person.window.pane.legend.findChildren(ClassRow))


def click(row: ClassRow, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, modifiers)


def double_click(row: ClassRow) -> None:
    """All four events of one."""
    click(row)
    QTest.mouseDClick(row, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(row, Qt.MouseButton.LeftButton)


def hidden(person: Person) -> set[int]:
    return set(person.window.pane.session.state.hidden)


def button(person: Person, text: str) -> QToolButton:
    return next(each for each in person.window.findChildren(QToolButton) if each.text() == text)


@pytest.fixture
def dressed(person: Person) -> Iterator[Person]:
    """A person whose window is dark again at the end."""
    yield person
    person.window.action("Dark theme").trigger()


def test_a_click_hides_a_class_and_another_shows_it(person: Person) -> None:
    person.window.pane.legend.setFocus()  # where the click puts it; a map with the focus has a frame
    before = person.map_at_rest()
    assert person.window.pane.points.count == 120
    click(rows(person)[1])
    assert hidden(person) == {1}
    assert person.window.pane.points.count == 80
    assert [row.shown for row in rows(person)] == [True, False, True]
    assert person.map_at_rest() != before
    click(rows(person)[1])
    assert hidden(person) == set()
    assert person.window.pane.points.count == 120
    assert person.map_at_rest() == before


def test_a_double_click_isolates_and_a_second_shows_all(person: Person) -> None:
    double_click(rows(person)[2])
    assert hidden(person) == {0, 1}
    assert person.window.pane.points.count == 40
    double_click(rows(person)[2])
    assert hidden(person) == set()
    assert person.window.pane.points.count == 120


def test_one_isolated_class_after_another(person: Person) -> None:
    double_click(rows(person)[2])
    double_click(rows(person)[0])
    assert hidden(person) == {1, 2}


def test_a_click_with_control_isolates(person: Person) -> None:
    click(rows(person)[0], Qt.KeyboardModifier.ControlModifier)
    assert hidden(person) == {1, 2}


def test_show_all_shows_all(person: Person) -> None:
    for row in (0, 1, 2):
        click(rows(person)[row])
    assert person.window.pane.points.count == 0
    QTest.mouseClick(button(person, "Show all"), Qt.MouseButton.LeftButton)
    assert person.window.pane.points.count == 120


def test_classes_by_keys(person: Person) -> None:
    row = rows(person)[1]
    row.setFocus()
    person.key(Qt.Key.Key_Space, on=row)
    assert hidden(person) == {1}
    person.key(Qt.Key.Key_Return, on=row)
    assert hidden(person) == {0, 2}
    person.key(Qt.Key.Key_Return, on=row)
    assert hidden(person) == set()


def test_what_is_hidden_is_not_undone(person: Person) -> None:
    person.click(person.point(0, 3.5))
    click(rows(person)[1])
    person.choose("Undo")
    assert person.window.pane.session.state.pins == ()
    assert hidden(person) == {1}


def test_a_hidden_point_is_not_snapped_to(person: Person) -> None:
    bundle = person.window.pane.session.bundle
    image = int(bundle.uv[:, 0].argmin())
    view = person.canvas.view
    at = view.to_screen_point(tuple(bundle.uv[image].tolist()))
    assert person.window.pane.points.nearest(view, *at, 4) is not None
    click(rows(person)[int(bundle.latents.label[image])])
    assert person.window.pane.points.nearest(view, *at, 4) is None


@pytest.mark.parametrize("name", ["Pictures", "Points"])
def test_a_layer_is_hidden_by_its_key_and_by_its_button(person: Person, name: str) -> None:
    layer = person.window.pane.tiles if name == "Pictures" else person.window.pane.points
    whole = person.map_at_rest()
    person.choose(name)
    assert not layer.visible
    assert person.map_at_rest() != whole
    QTest.mouseClick(button(person, name), Qt.MouseButton.LeftButton)
    assert layer.visible
    assert person.map_at_rest() == whole


def test_hidden_points_are_not_counted(person: Person) -> None:
    person.choose("Points")
    assert person.window.pane.points.count == 0
    person.choose("Points")
    assert person.window.pane.points.count == 120


def test_the_opacity_of_a_layer(person: Person) -> None:
    slider = next(
        each
        for each in person.window.pane.layer_panel.findChildren(QSlider)
        if each.accessibleName() == "Opacity of the points"
    )
    slider.setFocus()
    before, value = person.map_at_rest(), slider.value()
    person.key(Qt.Key.Key_Home, on=slider)
    assert person.window.pane.points.opacity == pytest.approx(0.05)
    assert person.map_at_rest() != before
    slider.setValue(value)
    assert person.map_at_rest() == before


def test_the_theme_is_switched(dressed: Person) -> None:
    window = dressed.window
    corner = dressed.canvas.width() - 3, 3
    for text, theme in (("Light theme", themes.LIGHT), ("Dark theme", themes.DARK)):
        window.action(text).trigger()
        assert window.workbench.theme is theme
        assert window.workbench.settings.theme == text.split()[0].lower()
        assert window.palette().window().color() == QColor(theme.window)
    window.workbench.choose_theme("light")
    dressed.choose("Pictures")
    light = dressed.map_at_rest().pixelColor(*corner)
    dressed.choose("Pictures")
    assert light == QColor(themes.LIGHT.map)


def test_a_theme_keeps_what_was_made(dressed: Person) -> None:
    dressed.click(dressed.point(0, 3.5))
    click(rows(dressed)[0])
    before = dressed.window.pane.session.state, dressed.canvas.view, dressed.canvas.marks.pins
    dressed.window.action("Light theme").trigger()
    assert (dressed.window.pane.session.state, dressed.canvas.view, dressed.canvas.marks.pins) == before
    assert [row.shown for row in rows(dressed)] == [False, True, True]


def test_the_system_theme_is_light_or_dark(dressed: Person) -> None:
    dressed.window.action("System theme").trigger()
    assert dressed.window.workbench.theme is themes.system_theme()
    assert dressed.window.workbench.settings.theme == "system"


@pytest.fixture
def crowded() -> Iterator[LayerPanel]:
    """A panel of many layers, as small as it can be."""
    panel = LayerPanel()
    for number in range(12):
        panel.add(f"Layer {number}", True, 0.5, "")
    panel.resize(panel.minimumSizeHint())
    panel.show()
    yield panel
    sip.delete(panel)


def test_the_scroll_bar_hides_no_slider(qtbot, crowded: LayerPanel) -> None:
    qtbot.waitUntil(lambda: crowded.verticalScrollBar().isVisible(), timeout=60_000)
    slider = crowded.findChild(QSlider)
    assert slider.mapTo(crowded.viewport(), slider.rect().bottomRight()).x() < crowded.viewport().width()
    assert slider.width() >= slider.minimumSizeHint().width()
