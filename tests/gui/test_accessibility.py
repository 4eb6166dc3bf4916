"""Every widget has a name, every action a key, Tab goes as one reads, and all text and marks stand out: in both themes.

The walk opens the window with all its docks, studies and dialogs, and looks at what is there. A panel that is added to
the docks or the registry of studies is walked with them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget
from pyqtgraph import PlotWidget

from latent_explorer.bench.person import Person
from latent_explorer.class_colours import PALETTES
from latent_explorer.gui.panels.chart_choice import ChartDialog, chart_entries
from latent_explorer.gui.studies.registry import STUDIES
from latent_explorer.gui.theme import DARK, LIGHT, Theme
from latent_explorer.gui.widgets.actions import Command
from latent_explorer.palette import REPEAT
from latent_explorer.vision import contrast
from tests.gui.walking import (
    MARK,
    TEXT,
    complaints,
    focus_shown,
    in_both_themes,
    out_of_order,
    stops,
    what,
    without_words,
)

THEMES = {"dark": DARK, "light": LIGHT}


@pytest.fixture
def walker(new_window: Callable[[Path], Person], small_bundle: Path) -> Iterator[Person]:
    """A person at a window with something in each panel."""
    person = new_window(small_bundle)
    person.window.resize(1280, 800)
    person.window.activateWindow()
    for place in ((-1, 0.5), (1, 0.5)):
        person.click(person.point(*place))
    person.drag(person.point(-2, 0), person.point(2, 0), 0.1)
    person.wait_until(lambda: len(person.pane.filmstrip.frames) > 0)
    person.pane.session.select(person.bundle.latents.label == 0)
    person.pane.inspector.dimensions.fold_button.setChecked(True)
    yield person
    person.pane.filmstrip.stop()


def panels(person: Person) -> Iterator[tuple[str, QWidget]]:
    """All docks in turn, brought to the front, and what lies around the map."""
    bench = person.window.workbench
    names = {spec.title: name for name, spec in STUDIES.items()}
    for title, dock in bench.docks.by_title.items():
        if title in names:
            bench.show_study(names[title])
        else:
            bench.docks.bring(title)
        person.wait(0.03)
        assert dock.isVisible(), title
        yield title, dock
    yield "Around the map", person.window.centralWidget()


def test_all_panels(walker: Person) -> None:
    found: list[str] = []
    for title, dock in panels(walker):
        found += [f"{title}: {line}" for line in out_of_order(dock)]
    for theme in THEMES:
        walker.window.workbench.choose_theme(theme)
        kinds: set[type] = set()
        for title, dock in panels(walker):
            found += [f"{title}, {theme}: {line}" for line in complaints(dock)]
            found += [f"{title}, {theme}: {line}" for line in unseen_focus(dock, kinds)]
        assert len(kinds) > 8
    assert not found, "\n".join(found)


def unseen_focus(root: QWidget, kinds: set[type]) -> Iterator[str]:
    """Widgets of kinds that were not looked at yet on which one does not see that they have the keyboard."""
    for widget in stops(root):
        if type(widget) not in kinds:
            kinds.add(type(widget))
            if (told := focus_shown(widget)) < MARK:
                yield f"{what(widget)} changes by {told:.2f} when it has the keyboard"


def dialogs(person: Person) -> Iterator[tuple[str, Callable[[], object]]]:
    """What opens the windows beside the main one, each by itself."""
    bench, window = person.window.workbench, person.window
    for what_is_exported in ("picture", "filmstrip", "map", "latents", "selection"):
        yield f"Export {what_is_exported}", lambda name=what_is_exported: bench.exporter.export(name)
    yield "Open", bench.library.open
    yield "Import", bench.importer.open
    for text in ("Gallery…", "Keys and gestures", "About Latent Explorer"):
        yield text, window.action(text).trigger


@pytest.mark.parametrize("theme", THEMES)
def test_all_dialogs(walker: Person, theme: str) -> None:
    walker.window.workbench.choose_theme(theme)
    found: list[str] = []
    for title, opens in dialogs(walker):
        before = set(QApplication.topLevelWidgets())
        opens()
        walker.wait(0.03)
        new = [each for each in QApplication.topLevelWidgets() if each not in before and each.isVisible()]
        assert new, title
        new[0].activateWindow()
        found += [f"{title}, {theme}: {line}" for line in (*complaints(new[0]), *out_of_order(new[0]))]
        new[0].close()
        walker.wait(0.01)
    assert not found, "\n".join(found)


def test_menus_at_places_and_the_chart_dialog(new_window: Callable[[Path], Person], wide_bundle: Path) -> None:
    person = new_window(wide_bundle)
    person.drag(person.point(-2, 0), person.point(2, 0), 0.1)
    person.wait_until(lambda: len(person.pane.filmstrip.frames) > 0)
    person.click(person.point(1, 0.5))
    found: list[str] = []
    strip = person.pane.filmstrip.strip
    places = {"map": (person.surface, person.point(0.4, 0.3)), "frame": (strip, QPoint(20, strip.height() // 2))}
    for title, (widget, at) in places.items():
        widget.setFocus()
        reason = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu), title
        found += [f"{title}: {line}" for line in without_words(menu)]
        menu.close()
        person.wait(0.02)
    (entry,) = (
        each for each in chart_entries(person.bundle, None, lambda spec: None, person.window)
        if isinstance(each, Command) and each.text.startswith("t-SNE")
    )  # fmt: skip
    entry.run()
    (dialog,) = person.window.findChildren(ChartDialog)
    dialog.activateWindow()
    person.wait(0.03)
    found += in_both_themes(person, "Chart", lambda: dialog)
    dialog.reject()
    assert not found, "\n".join(found)


# -- colours


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_texts_and_marks_of_a_theme_stand_out(theme: Theme) -> None:
    grounds = (theme.window, theme.panel, theme.map)
    for ink in ("text", "faint", "accent", "good", "fair", "poor"):
        for ground in grounds:
            assert contrast(getattr(theme, ink), ground) >= TEXT, (ink, ground)
    assert contrast(theme.on_accent, theme.accent) >= TEXT


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("name", PALETTES)
def test_classes_stand_out_from_the_map_and_from_panels(theme: Theme, name: str) -> None:
    look = theme.with_classes(PALETTES[name])
    for label in range(len(look.classes) * min(REPEAT, 7)):
        for ground in look.grounds:
            assert contrast(look.of_class(label), ground) >= MARK, (name, label, ground)


# -- the walk can fail


class MouseOnly(QWidget):
    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        pass


@pytest.fixture
def wrong(qapp: QApplication) -> Iterator[QWidget]:
    """A window in which one thing of each kind is wrong."""
    window = QWidget()
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    column, row = QVBoxLayout(window), QHBoxLayout()
    pale, mute, first, second, mouse = (
        QLabel("Pale words"),
        QPushButton("▶"),
        QPushButton("First"),
        QPushButton("Second"),
        MouseOnly(),
    )
    pale.setStyleSheet("color: #777777; background: #888888;")
    mouse.setMinimumSize(20, 20)
    row.addWidget(first)
    row.addWidget(second)
    plot = PlotWidget()
    plot.plot([0, 1, 2], [1, 2, 3])
    for each in (pale, mute, mouse, plot):
        column.addWidget(each)
    column.addLayout(row)
    QWidget.setTabOrder(second, first)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    yield window
    plot.plotItem.close()
    window.close()
    window.deleteLater()


def test_the_walk_finds_what_is_wrong(wrong: QWidget) -> None:
    found = "\n".join([*complaints(wrong), *out_of_order(wrong)])
    assert "QPushButton '▶' in the window has no name" in found
    assert "MouseOnly '' in the window takes the mouse, and no keys" in found
    assert "QLabel 'Pale words' in the window has a contrast of" in found
    assert "as painted" in found
    assert "does not tell its values, but ''" in found
    assert "Tab leads back from QPushButton 'Second' in the window to QPushButton 'First'" in found


# -- without a mouse


def test_keys_lead_from_one_part_of_the_window_to_the_next_and_back(walker: Person) -> None:
    window = walker.window
    walker.canvas.setFocus()
    first, been = QApplication.focusWidget(), []
    for _ in range(20):
        window.action("Next part of the window").trigger()
        been.append(QApplication.focusWidget())
        if been[-1] is first:
            break
    assert been[-1] is first
    docks = [dock for dock in window.workbench.docks.by_title.values() if not dock.visibleRegion().isEmpty()]
    assert all(any(dock.isAncestorOf(each) for each in been) for dock in docks if stops(dock))
    window.action("Previous part of the window").trigger()
    assert QApplication.focusWidget() is been[-2]


def test_panels_that_share_a_place_are_turned_by_a_key(walker: Person) -> None:
    window, docks = walker.window, walker.window.workbench.docks
    docks.bring("Inspector")
    walker.wait(0.02)
    walker.pane.inspector.coordinates.setFocus()
    window.action("Next panel here").trigger()
    assert docks.by_title["Inspector"].visibleRegion().isEmpty()
    assert not docks.by_title["Selection"].visibleRegion().isEmpty()
    assert docks.by_title["Selection"].isAncestorOf(QApplication.focusWidget())


def test_what_a_mouse_drags_can_be_dragged_by_keys(walker: Person) -> None:
    canvas, pane = walker.canvas, walker.pane
    canvas.setFocus()
    pane.session.delete_pins(range(len(pane.session.state.pins)))
    walker.move(walker.point(0.5, 0.5))
    walker.key(Qt.Key.Key_Return)
    (before,) = pane.session.state.pins
    walker.key(Qt.Key.Key_H)
    for _ in range(5):
        walker.key(Qt.Key.Key_Right)
    walker.key(Qt.Key.Key_H)
    (after,) = pane.session.state.pins
    assert after.z[0] > before.z[0]
    window = walker.window
    window.action("Select").trigger()
    walker.move(walker.point(-3, 3))
    pane.session.select(None)
    walker.key(Qt.Key.Key_H)
    for _ in range(60):
        walker.key(Qt.Key.Key_Right)
        walker.key(Qt.Key.Key_Down)
    walker.key(Qt.Key.Key_H)
    assert pane.session.state.selection is not None
    window.action("Probe").trigger()


def test_the_map_says_where_one_is(walker: Person) -> None:
    walker.canvas.setFocus()
    for _ in range(3):
        walker.key(Qt.Key.Key_Right)
    walker.wait_until(lambda: "zoom" in walker.canvas.accessibleDescription(), 10)
    assert any(letter.isdigit() for letter in walker.canvas.accessibleDescription())


def test_frames_and_neighbours_are_gone_through_by_keys(walker: Person) -> None:
    strip = walker.pane.filmstrip.strip
    strip.setFocus()
    walker.key(Qt.Key.Key_Home, on=strip)
    walker.key(Qt.Key.Key_Right, on=strip)
    assert walker.pane.filmstrip.index == 1
    assert strip.accessibleDescription().startswith("Frame 2 of ")
    walker.window.workbench.docks.bring("Inspector")
    walker.wait_until(lambda: walker.pane.prober.place is not None)
    neighbours = walker.pane.inspector.neighbours
    neighbours.setFocus()
    walker.key(Qt.Key.Key_Right, on=neighbours)
    assert neighbours.accessibleDescription().startswith("Image ")
    told: list[int] = []
    neighbours.chosen.connect(told.append)
    walker.key(Qt.Key.Key_Return, on=neighbours)
    assert told


def test_a_menu_underlines_a_letter_of_each_entry_while_it_is_open(walker: Person) -> None:
    menu = walker.window.menuBar().actions()[2].menu()
    before = [action.text() for action in menu.actions()]
    menu.popup(walker.window.mapToGlobal(walker.window.rect().center()))
    QApplication.processEvents()
    marked = [action.text() for action in menu.actions() if action.text()]
    keys = [text[text.index("&") + 1].lower() for text in marked if "&" in text]
    assert len(keys) > 15
    assert len(set(keys)) == len(keys)
    menu.close()
    QApplication.processEvents()
    assert [action.text() for action in menu.actions()] == before
