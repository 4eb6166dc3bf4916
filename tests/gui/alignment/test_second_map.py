"""A second map: chosen in the menu, dropped on the other half, and linked with the first as long as there are two."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QMenu

from latent_explorer.bench.person import Person
from latent_explorer.gui.alignment.link import Link
from latent_explorer.places import models_folder
from latent_explorer.runs import RunFolder

LEFT, NONE, ANY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction


def second_map(person: Person) -> QMenu:
    """The submenu View ▸ Second map, filled as it is when it opens."""
    view = next(action.menu() for action in person.window.menuBar().actions() if action.text() == "&View")
    menu = next(action.menu() for action in view.actions() if action.text() == "Second map")
    menu.aboutToShow.emit()
    return menu


def entry(menu: QMenu, words: str):
    return next(action for action in menu.actions() if words in action.text())


def drag(person: Person, bundle: Path, share: float) -> QPoint:
    """Drag a bundle over the map, to a share of its width."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(bundle))])
    pane = person.pane
    at = pane.mapTo(person.window, QPoint(round(share * pane.width()), pane.height() // 2))
    person.mime = mime
    for kind in (QDragEnterEvent, QDragMoveEvent):
        QApplication.sendEvent(person.window, kind(at, ANY, mime, LEFT, NONE))
    return at


def drop(person: Person, bundle: Path, share: float) -> None:
    event = QDropEvent(QPointF(drag(person, bundle, share)), ANY, person.mime, LEFT, NONE)
    QApplication.sendEvent(person.window, event)


def test_a_bundle_dropped_on_the_right_half_is_opened_beside(new_window, small_bundle, wide_bundle) -> None:
    person = new_window(small_bundle)
    bench, pane = person.window.workbench, person.pane
    drag(person, wide_bundle, 0.8)
    person.wait_until(lambda: bench.drops.overlay.title == "Open beside")
    assert bench.drops.overlay.width() == pytest.approx(pane.width() / 2, abs=1)
    drag(person, wide_bundle, 0.2)
    person.wait_until(lambda: bench.drops.overlay.title == "Open here")
    assert bench.drops.overlay.size() == pane.size()
    drop(person, wide_bundle, 0.8)
    person.wait_until(lambda: len(bench.panes) == 2 and bench.panes[1].ready)
    assert [each.bundle.folder for each in bench.panes] == [small_bundle, wide_bundle]
    assert pane.pos().x() < bench.panes[1].pos().x()
    drag(person, wide_bundle, 0.8)  # over the right half of the left one of two
    person.wait_until(lambda: bench.drops.overlay.title == "Open here")


def test_a_bundle_dropped_on_the_left_half_is_opened_there(new_window, small_bundle, wide_bundle) -> None:
    person = new_window(small_bundle)
    drop(person, wide_bundle, 0.2)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.folder == wide_bundle)
    assert len(person.window.workbench.panes) == 1


def test_the_menu_begins_with_two_moments_and_two_seeds(new_window, run: RunFolder, small_bundle: Path) -> None:
    person = new_window(run.snapshot(1))
    first, second = second_map(person).actions()[:2]
    assert first.text() == "vae after step 1 and after step 3"
    assert second.text() == "mnist-ae-16d and mnist-ae-16d-b"
    first.trigger()
    panes = person.window.workbench.panes
    person.wait_until(lambda: len(panes) == 2 and panes[1].ready)
    assert [pane.bundle.folder for pane in panes] == [run.snapshot(1), run.snapshot(3)]
    assert person.window.workbench.link.common
    assert entry(second_map(person), "Right map").menu() is not None


def test_a_third_model_may_be_chosen_for_either_side(two) -> None:
    left = two.left
    sides = entry(second_map(left), "Left map").menu()
    sides.aboutToShow.emit()
    entry(sides, "mnist-ae-2d").trigger()
    left.wait_until(lambda: left.pane.ready and left.pane.bundle.folder == models_folder() / "mnist-ae-2d")
    assert len(left.window.workbench.panes) == 2


def test_two_maps_are_linked_unless_one_does_not_want_it(two) -> None:
    left, right = two.left, two.right
    window, bench = left.window, left.window.workbench
    assert isinstance(bench.link, Link)
    assert (bench.link.source, bench.link.target) == (left.pane, right.pane)
    assert window.action("Link the maps").isChecked()
    bench.link.alignment.add(3, 4)
    kept = bench.link.alignment
    left.choose("Link the maps")
    assert bench.link is None
    assert not window.action("Link the maps").isChecked()
    left.choose("Link the maps")
    assert bench.link.alignment is kept
    bench.close_pane(right.pane)
    assert bench.link is None
    assert not window.action("Link the maps").isEnabled()


def test_another_model_of_the_same_images_keeps_the_anchors(new_window, small_bundle, make_bundle) -> None:
    left = new_window(small_bundle)
    bench = left.window.workbench
    bench.open_beside(small_bundle)
    right = Person(left.window)
    right.wait_for_the_engine()
    link = bench.link
    assert link.common
    link.alignment.add(3, 4)
    other = make_bundle("other", count=60)
    right.pane.open(other)
    right.wait_until(lambda: right.pane.ready and right.pane.bundle.folder == other)
    assert bench.link is link
    assert not link.common
    assert not link.alignment.state.anchors
    right.pane.open(small_bundle)
    right.wait_until(lambda: right.pane.ready and right.pane.bundle.folder == small_bundle)
    assert link.alignment.state.anchors == ((3, 4),)
