"""What is done on one of two linked maps shows on the other: selections, classes, paths, the view; and not back."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint

from latent_explorer.session import Route
from tests.gui.alignment.conftest import BACK, FORTH, Two


def chosen(person) -> list[int]:
    selection = person.pane.session.state.selection
    return [] if selection is None else np.flatnonzero(selection.chosen).tolist()


def drag(person, tool: str, start: QPoint, end: QPoint) -> None:
    person.pane.turned_to.emit()
    person.choose(tool)
    person.drag(start, end, 0.1)


def test_selected_images_are_selected_on_the_other_map_and_undone_together(two: Two) -> None:
    left, right = two.left, two.right
    left.pane.selecting.select_class(1)
    assert chosen(left) == chosen(right) != []
    right.pane.selecting.select_class(2)
    assert chosen(left) == chosen(right)
    first = np.flatnonzero(left.pane.bundle.latents.label == 1).tolist()
    two.bench.activate(left.pane)
    left.choose("Undo")
    assert chosen(left) == chosen(right) == first
    left.choose("Redo")
    assert chosen(left) == chosen(right) != first
    two.bench.activate(right.pane)
    right.choose("Undo")
    right.choose("Undo")
    assert chosen(left) == chosen(right) == []
    assert not left.pane.session.can_undo


def test_what_was_done_on_the_other_map_meanwhile_is_not_undone(two: Two) -> None:
    left, right = two.left, two.right
    left.pane.selecting.select_class(1)
    right.pane.session.pin(np.array([0.1, 0.1], np.float32))
    two.bench.activate(left.pane)
    left.choose("Undo")
    assert chosen(left) == chosen(right) == []
    assert len(right.pane.session.state.pins) == 1


def test_hidden_classes_go_along_where_their_names_are_the_same(two: Two) -> None:
    two.left.pane.legend.toggled.emit(1)
    assert two.right.pane.session.state.hidden == frozenset({1})
    two.right.pane.legend.toggled.emit(0)
    assert two.left.pane.session.state.hidden == frozenset({0, 1})
    two.bench.linking.toggle_travel("classes")
    two.left.pane.legend.all_wanted.emit()
    assert two.right.pane.session.state.hidden == frozenset({0, 1})


def test_other_images_are_found_by_the_translator(two: Two, make_bundle) -> None:
    other = make_bundle("others", count=60)
    two.right.pane.open(other)
    two.right.wait_until(lambda: two.right.pane.ready and two.right.pane.bundle.folder == other)
    two.fit()
    two.left.pane.selecting.select_class(1)
    two.right.wait_until(lambda: chosen(two.right))
    here, there = two.left.pane.bundle.latents, two.right.pane.bundle.latents
    z = FORTH.to(here.mean[here.label == 1])
    nearest = np.square(z[:, None] - there.mean).sum(2).argmin(1)
    assert chosen(two.right) == sorted(set(nearest.tolist()))


def test_a_path_runs_on_the_other_map_and_its_filmstrip_has_two_rows(two: Two, decoded, small_bundle: Path) -> None:
    two.fit()
    left, right = two.left, two.right
    drag(left, "Path", left.point(-0.5, -0.5), left.point(0.6, 0.4))
    strip = left.pane.filmstrip
    left.wait_until(lambda: strip.stitched is not None and len(strip.frames))
    latents = left.pane.path_frames.latents
    assert right.pane.session.state.route is None
    assert right.canvas.marks.linked_route == pytest.approx(FORTH.to(latents), abs=1e-5)
    assert [caption for caption, _ in strip.rows] == ["small", "small"]
    for index in (0, 17, 47):
        outside = decoded(small_bundle, FORTH.to(latents[index][None])[0])
        assert np.abs(strip.stitched[index].astype(int) - outside.astype(int)).max() <= 1
    strip.go_to(17)
    assert right.canvas.marks.linked_frame == pytest.approx(FORTH.to(latents[17][None])[0].tolist(), abs=1e-5)
    assert len(strip.strip.rows) == 2
    left.choose("Clear path")
    assert right.canvas.marks.linked_route is None
    assert strip.stitched is None


def test_a_path_is_drawn_on_the_other_map_if_one_asks(two: Two) -> None:
    two.fit()
    two.left.pane.session.draw(Route((0.1, 0.2), (0.5, 0.4)))
    route = two.bench.linking.route_for(two.right.pane)
    assert route.start == pytest.approx(FORTH.to(np.array([[0.1, 0.2]]))[0].tolist())
    two.right.pane.session.draw(route)
    two.left.wait_until(lambda: two.left.canvas.marks.linked_route is not None)
    assert two.left.canvas.marks.linked_route[0] == pytest.approx([0.1, 0.2], abs=1e-5)


def test_the_view_follows_if_one_asks(two: Two) -> None:
    two.fit()
    left, right = two.left, two.right
    before = right.canvas.view
    left.wheel(left.point(0.2, 0.1), 3)
    left.wait(0.2)
    assert right.canvas.view == before
    two.bench.linking.toggle_travel("view")
    left.wheel(left.point(0.2, 0.1), 2)
    seen = left.canvas.view
    left.wait_until(
        lambda: right.canvas.view.u == pytest.approx(FORTH.to(np.array([[seen.u, seen.v]]))[0, 0], abs=1e-3)
    )
    assert right.canvas.view.scale == pytest.approx(seen.scale, rel=0.01)
    left.wait(0.2)
    assert left.canvas.view == seen  # what came from it does not go back
    right.wheel(right.point(right.canvas.view.u, right.canvas.view.v), 2)
    now = right.canvas.view
    right.wait_until(lambda: left.canvas.view.v == pytest.approx(BACK.to(np.array([[now.u, now.v]]))[0, 1], abs=1e-3))


def test_what_travelled_goes_with_the_link(two: Two) -> None:
    two.fit()
    two.left.pane.session.draw(Route((0.1, 0.2), (0.5, 0.4)))
    two.left.wait_until(lambda: two.left.pane.filmstrip.stitched is not None)
    two.left.choose("Link the maps")
    assert two.right.canvas.marks.linked_route is None
    assert two.left.pane.filmstrip.stitched is None
    two.left.pane.selecting.select_class(1)
    assert not chosen(two.right)
