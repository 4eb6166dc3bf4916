"""Selecting points, by hand and by class; what is shown of the selection, undone, and exported."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config
from latent_explorer.data import open_dataset
from latent_explorer.engine.client import Answer
from latent_explorer.engine.protocol import Values
from latent_explorer.gui.panels.legend import ClassRow
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import open_bundle


def chosen(person: Person) -> NDArray[np.bool_] | None:
    selection = person.window.pane.session.state.selection
    return None if selection is None else selection.chosen


def uv_of(person: Person) -> NDArray[np.float32]:
    return person.window.pane.session.bundle.uv


def drag_over(person: Person, corners: tuple[float, float, float, float]) -> None:
    left, bottom, right, top = corners
    person.drag(person.point(left, top), person.point(right, bottom), 0.1)


def in_box(uv: NDArray[np.float32], person: Person, start: QPoint, end: QPoint) -> NDArray[np.bool_]:
    origin = person.canvas.origin
    xy = person.canvas.view.to_screen(uv) + np.array([origin.x(), origin.y()])
    low = np.minimum((start.x(), start.y()), (end.x(), end.y()))
    high = np.maximum((start.x(), start.y()), (end.x(), end.y()))
    return ((xy > low) & (xy < high)).all(1)


@pytest.fixture
def selecting(person: Person) -> Person:
    """A person with the Select tool in hand."""
    person.choose("Select")
    assert person.canvas.tool is person.window.pane.selecting.tool
    assert not person.window.pane.selecting.tool.lasso
    return person


def test_a_rectangle_selects_the_points_in_it(selecting: Person) -> None:
    start, end = selecting.point(-5, 1.5), selecting.point(0.5, -1)
    selecting.drag(start, end, 0.1)
    expected = in_box(uv_of(selecting), selecting, start, end)
    assert 10 < expected.sum() < 110
    np.testing.assert_array_equal(chosen(selecting), expected)
    assert f"{expected.sum()} images" in selecting.window.pane.selection.count.text()
    assert selecting.window.pane.session.state.route is None
    assert selecting.canvas.marks.outline is None


def test_a_lasso_selects_what_it_surrounds(selecting: Person) -> None:
    selecting.choose("Select")
    assert selecting.window.pane.selecting.tool.lasso
    corners = [selecting.point(*corner) for corner in ((-5, 2), (0, 2), (-5, -2))]
    QTest.mousePress(selecting.canvas.viewport(), Qt.MouseButton.LeftButton, pos=corners[0])
    for start, end in itertools.pairwise(corners):
        for step in range(1, 21):
            selecting.move(start + (end - start) * (step / 20), Qt.MouseButton.LeftButton)
    assert selecting.canvas.marks.outline is not None
    QTest.mouseRelease(selecting.canvas.viewport(), Qt.MouseButton.LeftButton, pos=corners[-1])
    u, v = uv_of(selecting).T
    depth = np.minimum(u + 5, 2 - v), (v - 2) - 0.8 * u  # inside: both sides of the corner, and above the diagonal
    surely = (depth[0] > 0.1) & (depth[1] > 0.1)
    surely_not = (depth[0] < -0.1) | (depth[1] < -0.1)
    found = chosen(selecting)
    assert surely.sum() > 5
    assert found[surely].all()
    assert not found[surely_not].any()


def test_hidden_points_are_not_selected_and_shift_adds(selecting: Person) -> None:
    window = selecting.window
    window.pane.session.hide(frozenset({0}))
    drag_over(selecting, (-9, -9, 0, 9))
    label = window.pane.session.bundle.latents.label
    first = chosen(selecting).copy()
    assert first.any()
    assert not (label[first] == 0).any()
    start, end = selecting.point(0, 9), selecting.point(9, -9)
    QTest.mousePress(selecting.canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, start)
    selecting.move((start + end) / 2, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(selecting.canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, end)
    second = chosen(selecting)
    assert (second & first).sum() == first.sum()
    assert second.sum() == (label != 0).sum()


def test_selections_are_undone_and_redone(selecting: Person) -> None:
    drag_over(selecting, (-9, -9, 0, 9))
    first = chosen(selecting)
    selecting.choose("Invert selection")
    np.testing.assert_array_equal(chosen(selecting), ~first)
    selecting.choose("Undo")
    np.testing.assert_array_equal(chosen(selecting), first)
    selecting.choose("Clear selection")
    assert chosen(selecting) is None
    selecting.choose("Undo")
    np.testing.assert_array_equal(chosen(selecting), first)
    selecting.choose("Redo")
    assert chosen(selecting) is None
    assert not selecting.window.pane.selection.count.isVisible()


def test_escape_drops_an_outline_first_and_the_selection_after(selecting: Person) -> None:
    drag_over(selecting, (-9, -9, 0, 9))
    QTest.mousePress(selecting.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    selecting.move(QPoint(150, 150), Qt.MouseButton.LeftButton)
    assert selecting.canvas.marks.outline is not None
    selecting.key(Qt.Key.Key_Escape)
    assert selecting.canvas.marks.outline is None
    assert chosen(selecting) is not None
    QTest.mouseRelease(selecting.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    assert chosen(selecting) is not None
    selecting.key(Qt.Key.Key_Escape)
    assert chosen(selecting) is None


def test_a_class_is_selected_from_the_legend(person: Person) -> None:
    row = person.window.pane.legend.findChildren(ClassRow)[2]
    row.actions()[0].trigger()
    label = person.window.pane.session.bundle.latents.label
    np.testing.assert_array_equal(chosen(person), label == 2)


def with_neighbours(person: Person, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The chosen images and the 10 others nearest to each, in latent space, by all distances."""
    means = person.window.pane.session.bundle.latents.mean.astype(np.float64)
    distances = np.linalg.norm(means[chosen][:, None] - means[None], axis=2)
    near = np.argsort(distances, axis=1)[:, :11]
    grown = chosen.copy()
    grown[near.ravel()] = True
    return grown


def test_a_selection_grows_by_the_nearest_in_latent_space_and_is_undone(selecting: Person) -> None:
    drag_over(selecting, (-5, -0.5, -3, 0.5))
    before = chosen(selecting).copy()
    expected = with_neighbours(selecting, before)
    assert expected.sum() > before.sum() > 0
    selecting.choose("Grow selection")
    selecting.wait_until(lambda: chosen(selecting).sum() > before.sum())
    np.testing.assert_array_equal(chosen(selecting), expected)
    assert "more" in selecting.window.statusBar().currentMessage()
    selecting.choose("Undo")
    np.testing.assert_array_equal(chosen(selecting), before)


def test_hidden_classes_do_not_grow_into_a_selection(selecting: Person) -> None:
    session = selecting.window.pane.session
    session.hide(frozenset({1}))
    session.select(session.bundle.latents.label == 0)
    before = chosen(selecting).copy()
    expected = before | (with_neighbours(selecting, before) & session.shown)
    selecting.choose("Grow selection")
    selecting.wait_until(lambda: "Looking" not in selecting.window.statusBar().currentMessage())
    np.testing.assert_array_equal(chosen(selecting), expected)


def test_neighbours_of_a_selection_that_is_gone_are_dropped(selecting: Person) -> None:
    window = selecting.window
    drag_over(selecting, (-5, -0.5, -3, 0.5))
    selecting.choose("Grow selection")
    selecting.choose("Clear selection")
    selecting.wait_until(lambda: not window.pane.client.waiting)
    selecting.wait(0.1)
    assert chosen(selecting) is None
    drag_over(selecting, (-5, -0.5, -3, 0.5))
    stale = Answer("grow", None, window.pane.session.state.selection, None)
    drag_over(selecting, (-1, -0.5, 1, 0.5))
    now = chosen(selecting).copy()
    values = Values(1, 0, np.zeros((4, 11), np.float32))
    window.pane.client.dispatch(replace(stale, reply=values, content=values.content))
    np.testing.assert_array_equal(chosen(selecting), now)


def test_a_selection_grows_in_all_dimensions_not_only_those_seen(new_window, wide_bundle: Path) -> None:
    person: Person = new_window(wide_bundle)
    session = person.window.pane.session
    first = np.arange(len(session.bundle.latents)) < 3
    session.select(first)
    person.choose("Grow selection")
    person.wait_until(lambda: session.state.selection.count > 3)
    np.testing.assert_array_equal(session.state.selection.chosen, with_neighbours(person, first))


def test_what_is_not_selected_turns_grey(selecting: Person) -> None:
    """The map's own picture, without tiles: grey has hardly any saturation."""
    window = selecting.window
    window.pane.layer_panel.toggle("Pictures")
    colourful = colours(selecting)
    drag_over(selecting, (-9, -9, -3, 9))
    assert 0 < colours(selecting) < 0.6 * colourful
    selecting.choose("Clear selection")
    assert colours(selecting) == colourful
    window.pane.layer_panel.toggle("Pictures")


def colours(person: Person) -> int:
    person.canvas.refresh()
    image = to_array(person.canvas.picture(1.0))[..., :3].astype(int)
    return int((np.ptp(image, axis=-1) > 60).sum())


def test_nothing_lies_upon_the_mean_where_the_panel_is_low(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    panel, docks = person.pane.selection, person.window.workbench.docks
    person.window.resize(1000, 520)
    docks.bring("Selection")
    person.pane.session.select(np.ones(len(person.bundle.latents), bool))
    person.wait_until(lambda: panel.picture.image is not None)
    person.wait(0.1)
    assert panel.picture.geometry().bottom() < panel.spread.geometry().top()


def test_the_panel_tells_of_the_selection(selecting: Person, small_bundle: Path) -> None:
    drag_over(selecting, (-9, -9, 0, 9))
    panel, latents = selecting.window.pane.selection, open_bundle(small_bundle).latents
    mine = latents.mean[chosen(selecting)]
    np.testing.assert_allclose(panel.mean, mine.mean(0), rtol=1e-5)
    spread = np.sqrt(((mine - mine.mean(0)) ** 2).sum(1).mean())
    assert f"{spread:.3g}" in panel.spread.text()
    selecting.wait_until(lambda: panel.picture.image is not None)
    np.testing.assert_array_equal(to_array(panel.picture.image)[..., 0], mean_image(small_bundle, chosen(selecting)))
    assert panel.heading.text() == "Mean of the images"


def mean_image(bundle: Path, images: NDArray[np.bool_]) -> NDArray[np.float64]:
    originals = open_dataset(read_config(bundle).dataset.source).images
    return np.rint(originals[images, :, :, 0].mean(0))


def test_the_mean_is_that_of_the_newest_selection(selecting: Person, small_bundle: Path) -> None:
    """However quickly they follow each other, also by undo."""
    window, random = selecting.window, np.random.default_rng(0)
    for _ in range(30):
        window.pane.session.select(random.random(120) < 0.3)
    window.workbench.undoing.undo()
    panel = window.pane.selection
    selecting.wait_until(lambda: panel.picture.image is not None and not window.pane.client.waiting)
    selecting.wait(0.1)
    np.testing.assert_array_equal(to_array(panel.picture.image)[..., 0], mean_image(small_bundle, chosen(selecting)))


def test_without_the_images_the_decoded_mean_is_shown_and_said(new_window, make_bundle, decoded) -> None:
    bundle = make_bundle("meanless")
    Path(read_config(bundle).dataset.source).unlink()
    person = new_window(bundle)
    person.window.pane.session.select(np.arange(120) < 40)
    panel = person.window.pane.selection
    person.wait_until(lambda: panel.picture.image is not None)
    shown = to_array(panel.picture.image)[..., 0].astype(int)
    assert np.abs(shown - decoded(bundle, panel.mean)[..., 0]).max() <= 1
    assert panel.heading.text() == "Decoded from the mean of the latents"
    assert "not available" in panel.heading.toolTip()
    assert "could not be decoded" not in person.window.statusBar().currentMessage()


@pytest.mark.parametrize("key", ["npz", "csv"])
def test_the_selection_is_exported(selecting: Person, tmp_path: Path, key: str) -> None:
    from latent_explorer.export import find_format
    from latent_explorer.gui.exports.choices import Choices

    drag_over(selecting, (-9, -9, 0, 9))
    selecting.window.workbench.exporter.export("selection")
    dialog = selecting.window.workbench.exporter.dialog
    assert "selected" in dialog.windowTitle()
    table = dialog.subject.content(find_format("latents", key), Choices(key, shown_only=True), None)
    np.testing.assert_array_equal(table.index, np.flatnonzero(chosen(selecting)))
    np.testing.assert_array_equal(table.mean, uv_of(selecting)[chosen(selecting)])
    dialog.close()
    QApplication.processEvents()


def test_nothing_selected_is_not_exported_but_said(person: Person) -> None:
    person.window.workbench.exporter.export("selection")
    assert person.window.workbench.exporter.dialog is None
    assert "Nothing is selected" in person.window.workbench.banner.text
    person.window.workbench.banner.clear()


def test_a_map_in_svg_shows_the_selection_too(selecting: Person) -> None:
    from latent_explorer.gui.exports.scene import map_scene

    drag_over(selecting, (-9, -9, 0, 9))
    groups = map_scene(selecting.canvas, selecting.window.pane.session, legend=True).groups
    grey = [group for group in groups if group.name == "not selected"]
    coloured = [group for group in groups if group.name != "not selected"]
    assert sum(len(group.xy) for group in grey) == (~chosen(selecting)).sum()
    assert sum(len(group.xy) for group in coloured) == chosen(selecting).sum()


def around(start: QPoint, end: QPoint) -> list[QPoint]:
    """Along the border of a rectangle, in steps."""
    corners = [start, QPoint(end.x(), start.y()), end, QPoint(start.x(), end.y())]
    pairs = itertools.pairwise(corners)
    return [first + (last - first) * (step / 10) for first, last in pairs for step in range(1, 11)]


def held(person: Person, key: Qt.KeyboardModifier, start: QPoint, end: QPoint) -> None:
    """Drag with a key held; a lasso around the rectangle that would be drawn otherwise."""
    way = around(start, end) if person.pane.selecting.tool.lasso else [(start + end) / 2, end]
    QTest.mousePress(person.surface, Qt.MouseButton.LeftButton, key, start)
    for at in way:
        person.move(at, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(person.surface, Qt.MouseButton.LeftButton, key, way[-1])


@pytest.mark.parametrize("lasso", [False, True])
def test_shift_adds_and_alt_subtracts_and_each_is_undone(selecting: Person, lasso: bool) -> None:
    shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
    everything = selecting.point(-9, 5), selecting.point(9, -5)
    right = selecting.point(0, 5), selecting.point(9, -5)
    selecting.drag(*everything, 0.1)
    whole, of_right = chosen(selecting), in_box(uv_of(selecting), selecting, *right)
    if lasso:
        selecting.choose("Select")
    held(selecting, alt, *right)
    np.testing.assert_array_equal(chosen(selecting), whole & ~of_right)
    held(selecting, shift, *right)
    np.testing.assert_array_equal(chosen(selecting), whole)
    selecting.window.workbench.undoing.undo()
    np.testing.assert_array_equal(chosen(selecting), whole & ~of_right)
    selecting.window.workbench.undoing.undo()
    np.testing.assert_array_equal(chosen(selecting), whole)
    QTest.mouseClick(selecting.surface, Qt.MouseButton.LeftButton, alt, selecting.point(0, 0))
    np.testing.assert_array_equal(chosen(selecting), whole)  # a click that would subtract clears nothing
    held(selecting, alt, *everything)
    assert chosen(selecting) is None
    held(selecting, alt, *everything)
    assert chosen(selecting) is None


def test_classes_are_added_and_subtracted_in_the_legend(person: Person) -> None:
    rows, label = person.window.pane.legend.findChildren(ClassRow), person.bundle.latents.label
    shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
    left = Qt.MouseButton.LeftButton
    for row in rows[:2]:
        QTest.mouseClick(row, left, shift)
    np.testing.assert_array_equal(chosen(person), label <= 1)
    QTest.mouseClick(rows[0], left, alt)
    np.testing.assert_array_equal(chosen(person), label == 1)
    assert person.pane.session.state.hidden == frozenset()
    texts = [action.text() for action in rows[0].actions()]
    assert [text.partition(" ")[0] for text in texts] == ["Select", "Add", "Subtract"]
    rows[2].actions()[1].trigger()
    np.testing.assert_array_equal(chosen(person), label >= 1)
    rows[2].actions()[0].trigger()
    np.testing.assert_array_equal(chosen(person), label == 2)
    QTest.mouseClick(rows[1], left, Qt.KeyboardModifier.ControlModifier)
    assert person.pane.session.state.hidden == {0, 2}
    person.pane.session.hide(frozenset())


def test_the_cursor_says_what_the_keys_held_will_do(selecting: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = selecting.canvas
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    pictures = []
    for key, modifier in (
        (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Alt, Qt.KeyboardModifier.AltModifier),
    ):
        QTest.keyPress(canvas, key, modifier)
        assert canvas.cursor().shape() == Qt.CursorShape.BitmapCursor
        pictures.append(to_array(canvas.cursor().pixmap().toImage()))
        QTest.keyRelease(canvas, key)
        assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    assert (pictures[0] != pictures[1]).any()
