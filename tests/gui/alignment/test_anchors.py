"""Anchors on two linked maps, by a person with mouse and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu

from latent_explorer.bench.hand import send_mouse
from latent_explorer.gui.alignment.anchor_errors import (
    FAIR,
    GOOD,
    POOR,
    UNKNOWN,
    errors_of,
    grade_marks,
    grades_of,
    standing_out,
    worst,
)
from latent_explorer.gui.alignment.marks import _badge, _dot, with_room
from latent_explorer.gui.alignment.panel import AlignmentPanel
from latent_explorer.gui.lessons.observing import _fitted
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import open_bundle

LEFT = Qt.MouseButton.LeftButton


def anchoring_of(person):
    return person.window.workbench.anchors.anchoring


def alignment_of(person):
    return person.window.workbench.link.alignment


def side_of(person) -> int:
    return person.window.workbench.panes.index(person.pane)


def place(person, image: int):
    """Where an image is on the widget of a map."""
    return person.point(*person.pane.bundle.uv[image].tolist())


def single(person, count: int, reach: float = 26.0) -> list[int]:
    """Images that lie apart from one another, and of which a click at their pixel means them and no other."""
    side, found, spots = side_of(person), [], []
    for image in range(len(person.pane.bundle.uv)):
        at = QPointF(place(person, image)) - person.canvas.origin
        apart = all(np.hypot(at.x() - x, at.y() - y) > reach for x, y in spots)
        if apart and anchoring_of(person).gestures.image_at(side, at) == image:
            found.append(image)
            spots.append((at.x(), at.y()))
    assert len(found) >= count
    return found[:count]


def pair(person, *images: int) -> None:
    """Have these images as anchors, and the fit on them."""
    alignment_of(person).replace([(image, image) for image in images])
    link = person.window.workbench.link
    person.wait_until(lambda: link.fit is not None and link.fit.anchors == alignment_of(person).state.anchors)


def status(person) -> str:
    return person.window.statusBar().currentMessage()


def test_to_a_lesson_maps_are_fitted_once_the_translator_is_of_the_anchors_there_are(same) -> None:
    left, _ = same
    link = left.window.workbench.link
    link.alignment.replace((image, image) for image in range(3))
    left.wait_until(lambda: link.fit is not None and len(link.fit.anchors) == 3)
    assert _fitted(link)
    link.alignment.replace((image, image) for image in range(5))
    assert not _fitted(link), "the translator is still that of three"
    left.wait_until(lambda: len(link.fit.anchors) == 5)
    assert _fitted(link)


def test_ten_anchors_are_placed_by_clicks_in_either_map(same) -> None:
    left, right = same
    assert right.canvas.tool is right.pane.tools["Anchor"]  # taken in both
    images = single(left, 5)
    for image in images:
        left.click(place(left, image))
    others = [image for image in single(right, 15) if image not in images][:5]
    for image in others:
        right.click(place(right, image))
    assert alignment_of(left).state.anchors == tuple((image, image) for image in (*images, *others))
    left.wait_until(lambda: left.window.workbench.link.fit is not None)
    anchoring = anchoring_of(left)
    left.wait_until(lambda: bool((anchoring.items[0].marks.grades > UNKNOWN).all()))
    for side, person in enumerate(same):
        marked = anchoring.items[side].marks.uv
        assert marked == pytest.approx(person.pane.bundle.uv[[*images, *others]])
    left.click(place(left, images[0]))  # chooses it
    assert len(alignment_of(left).state.anchors) == 10
    assert anchoring.gestures.chosen == {0}


def test_what_is_hovered_in_one_map_is_tied_in_the_other(same) -> None:
    left, right = same
    images = single(left, 3)
    pair(left, *images)
    items, told = anchoring_of(left).items, []
    anchoring_of(left).pointed.connect(told.append)
    left.move(place(left, images[1]))
    left.wait_until(lambda: all(item.tied and item.tied[0].picture is not None for item in items))
    assert all(item.tied[0].words.startswith(f"Anchor 2\nImage {images[1]}\nError ") for item in items)
    assert items[1].tied[0].uv == pytest.approx(right.pane.bundle.uv[images[1]].tolist())
    assert told == [1]
    listed = left.window.workbench.anchors.panel.list
    assert [at.row() for at in listed.selectionModel().selectedRows()] == [1]
    left.canvas.left.emit()
    assert not any(item.tied for item in items)
    row = listed.visualRect(listed.model().index(2, 1)).center()
    send_mouse(listed.viewport(), QPointF(row))
    left.wait_until(lambda: all(item.tied and "Anchor 3" in item.tied[0].words for item in items))


def test_with_another_tool_anchors_are_tied_too_and_nothing_is_made(same) -> None:
    left, _ = same
    images = single(left, 2)
    pair(left, images[0])
    right = same[1]
    right.choose("Probe")
    assert left.canvas.tool is left.pane.tools["Probe"]
    left.move(place(left, images[0]))
    assert anchoring_of(left).items[1].tied
    left.move(place(left, images[1]))
    assert not anchoring_of(left).items[1].tied  # only the tool shows what a click would make


def test_an_anchor_is_dragged_onto_another_image_and_the_translator_follows(same) -> None:
    left, _ = same
    images = single(left, 5)
    pair(left, *images[:4])
    link, alignment = left.window.workbench.link, alignment_of(left)
    before, fits = link.fit, len(link._aligner.fits)
    end = place(left, images[4])
    QTest.mousePress(left.surface, LEFT, pos=place(left, images[0]))
    for at in (place(left, images[0]) + (end - place(left, images[0])) * 0.5, end):
        left.move(at, LEFT)
    left.wait_until(lambda: link.fit is not before and link.fit.anchors[0] == (images[4], images[0]))
    assert alignment.state.anchors[0] == (images[0], images[0])  # not yet
    assert len(link._aligner.fits) > fits
    assert anchoring_of(left).items[0].marks.uv[0] == pytest.approx(left.pane.bundle.uv[images[4]].tolist())
    QTest.mouseRelease(left.surface, LEFT, pos=end)
    assert alignment.state.anchors == ((images[4], images[0]), *((image, image) for image in images[1:4]))
    left.choose("Undo")
    assert alignment.state.anchors[0] == (images[0], images[0])
    assert status(left) == "Undone: anchors"
    left.wait_until(lambda: link.fit.anchors == alignment.state.anchors)


def test_esc_puts_back_what_is_dragged_and_fits_anew(same) -> None:
    left, _ = same
    images = single(left, 5)
    pair(left, *images[:4])
    link, before = left.window.workbench.link, alignment_of(left).state
    end = place(left, images[4])
    QTest.mousePress(left.surface, LEFT, pos=place(left, images[0]))
    left.move(end + (place(left, images[0]) - end) * 0.1, LEFT)
    left.move(end, LEFT)
    left.wait_until(lambda: link.fit.anchors != before.anchors)
    left.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(left.surface, LEFT, pos=end)
    left.wait_until(lambda: link.fit.anchors == before.anchors)
    assert alignment_of(left).state == before
    assert anchoring_of(left).items[0].marks.uv[0] == pytest.approx(left.pane.bundle.uv[images[0]].tolist())


def test_an_anchor_dropped_beside_all_images_or_on_anothers_stays(same) -> None:
    left, _ = same
    images = single(left, 3)
    pair(left, *images)
    before = alignment_of(left).state
    corner = left.canvas.origin.toPoint() + type(place(left, 0))(3, 3)
    left.drag(place(left, images[0]), corner, 0.1)
    assert "stays where it was" in status(left)
    assert alignment_of(left).state == before


def test_pins_and_anchors_are_undone_and_redone_in_the_order_in_which_they_were_made(same) -> None:
    left, _ = same
    first, second = single(left, 2)
    left.click(place(left, first))
    left.pane.session.pin(np.zeros(2))
    left.click(place(left, second))
    said = []
    for _ in range(3):
        assert left.window.action("Undo").isEnabled()
        left.choose("Undo")
        said.append(status(left))
    assert said == ["Undone: anchors", "Undone: pins", "Undone: anchors"]
    assert not left.window.action("Undo").isEnabled()
    said.clear()
    for _ in range(3):
        left.choose("Redo")
        said.append(status(left))
    assert said == ["Redone: anchors", "Redone: pins", "Redone: anchors"]
    assert not left.window.action("Redo").isEnabled()
    assert alignment_of(left).state.anchors == ((first, first), (second, second))


def test_the_worst_is_the_wrong_pair_and_stands_out(same) -> None:
    left, _ = same
    images = single(left, 12)
    z = left.pane.bundle.latents.mean
    far = max(set(range(len(z))) - set(images), key=lambda image: np.hypot(*(z[image] - z[images[4]])))
    pairs = [(image, image) for image in images]
    pairs[4] = (images[4], far)
    alignment_of(left).replace(pairs)
    anchoring, panel = anchoring_of(left), left.window.workbench.anchors.panel
    left.wait_until(lambda: bool((anchoring.items[0].marks.grades > UNKNOWN).all()))
    marks = anchoring.items[1].marks
    assert marks.grades[4] == POOR
    assert np.flatnonzero(marks.doubtful).tolist() == [4]
    assert 4 in anchoring.items[0].numbered  # whatever lies around it
    left.press_button(panel.worst)
    assert alignment_of(left).state.anchors == tuple(pair for pair in pairs if pair != pairs[4])
    assert f"Dropped anchor 5 (images {images[4]} and {far}): its error was" in status(left)
    left.choose("Undo")
    assert alignment_of(left).state.anchors == tuple(pairs)


def test_anchors_are_deleted_by_key_by_menu_and_in_the_list(same, monkeypatch) -> None:
    left, _ = same
    images = single(left, 4)
    pair(left, *images)
    left.click(place(left, images[1]))
    left.canvas.left.emit()
    left.key(Qt.Key.Key_Delete)
    kept = [images[0], images[2], images[3]]
    assert alignment_of(left).state.anchors == tuple((image, image) for image in kept)
    offered = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, where: offered.append(menu))
    left.canvas.menu_wanted.emit(QPointF(place(left, images[2])) - left.canvas.origin, place(left, images[2]))
    next(action for action in offered[0].actions() if action.text() == "Delete anchor 2").trigger()
    offered[0].close()
    assert alignment_of(left).state.anchors == tuple((image, image) for image in (images[0], images[3]))
    listed = left.window.workbench.anchors.panel.list
    listed.selectRow(1)
    left.key(Qt.Key.Key_Delete, on=listed)
    assert alignment_of(left).state.anchors == ((images[0], images[0]),)


def test_blind_pairs_are_looked_for_with_progress_and_cancelled(same) -> None:
    left, _ = same
    bench = left.window.workbench
    panel, link = bench.anchors.panel, bench.link
    pair(left, *single(left, 3))
    fit = link.fit
    panel.growth.setCurrentIndex(panel.growth.findData("blind"))
    panel.growth.activated.emit(panel.growth.currentIndex())
    left.wait_until(panel.cancel.isVisible)
    assert panel.share.value() == 25
    left.press_button(panel.cancel)
    assert not panel.cancel.isVisible()
    assert link._aligner.cancelled[-1:] == [link._aligner.fits[-1].number]
    assert link.fit is fit
    assert "Cancelled" in panel.note.text()
    left.choose("Undo")
    assert status(left) == "Undone: how pairs are found"
    assert alignment_of(left).state.growth == ""


def test_too_few_anchors_are_said_in_the_panel_and_the_maps_stay(same, aligner_here, monkeypatch) -> None:
    left, right = same
    monkeypatch.setattr(aligner_here, "least", 2)
    image = single(left, 1)[0]
    left.click(place(left, image))
    panel = left.window.workbench.anchors.panel
    left.wait_until(lambda: panel.note.text() == "Translator affine: needs at least 2 anchors.")
    assert left.window.workbench.link.fit is None
    assert anchoring_of(left).items[0].marks.grades.tolist() == [UNKNOWN]
    assert left.pane.ready
    assert right.pane.ready


def test_the_list_is_sorted_by_error_on_a_click(same) -> None:
    left, _ = same
    images = single(left, 6)
    alignment_of(left).replace(zip(images, [*images[:2], *images[3:], images[2]], strict=True))
    left.wait_until(lambda: left.window.workbench.link.fit is not None)
    bench = left.window.workbench
    listed = bench.anchors.panel.list
    header = listed.horizontalHeader()
    at = header.sectionViewportPosition(3) + header.sectionSize(3) // 2
    QTest.mouseClick(header.viewport(), LEFT, pos=type(place(left, 0))(at, header.height() // 2))
    QTest.mouseClick(header.viewport(), LEFT, pos=type(place(left, 0))(at, header.height() // 2))
    model = listed.model()
    errors = anchoring_of(left).errors
    shown = [errors[model.rows[row]] for row in range(6)]
    assert shown in (sorted(errors), sorted(errors, reverse=True))
    assert len(set(shown)) > 3
    left.wait_until(lambda: all(listed.image(side, model.images(0)[side]) is not None for side in (0, 1)))


def test_numbers_only_where_there_is_room() -> None:
    crowd = np.random.default_rng(0).uniform(0, 20, (50, 2))
    lone = np.array([[100.0, 100.0], [200.0, 100.0], [205.0, 100.0]])
    places = np.concatenate([crowd, lone])
    assert list(with_room(places)) == [50]
    assert list(with_room(places, first=[7])) == [7, 50]
    many = np.random.default_rng(1).uniform(0, 1000, (1000, 2))
    some = list(with_room(many))
    near = np.linalg.norm(many[some][:, None] - many[some], axis=-1) + 1e9 * np.eye(len(some))
    assert len(some) > 50
    assert near.min() >= 25


def test_errors_are_graded_and_what_is_far_worse_stands_out() -> None:
    both = np.array([[0.2, 0.7, 1.4, np.nan, np.nan], [0.4, 0.7, 1.6, 0.3, np.nan]])
    errors = errors_of(both)
    assert errors == pytest.approx([0.3, 0.7, 1.5, 0.3, np.nan], nan_ok=True)
    assert grades_of(errors).tolist() == [GOOD, FAIR, POOR, GOOD, UNKNOWN]
    assert standing_out(errors).tolist() == [False, False, True, False, False]
    assert worst(errors) == 2
    assert worst(np.full(2, np.nan)) is None
    assert not standing_out(np.full(4, 1.2)).any()  # all are bad: none stands out


def test_marks_and_tools_go_with_the_link(same) -> None:
    left, _ = same
    pair(left, *single(left, 3))
    left.choose("Link the maps")
    assert left.window.workbench.anchors.anchoring is None
    assert "Anchor" not in left.pane.tools
    assert left.canvas.tool is left.pane.tools["Probe"]
    assert not left.window.action("Anchor").isEnabled()
    assert not left.pane.menus.more
    left.choose("Link the maps")
    assert len(anchoring_of(left).items[0].marks.uv) == 3


def test_where_the_images_differ_a_pair_is_made_of_two_clicks(same, aligner_here, wide_bundle) -> None:
    left, right = same
    left.choose("Probe")
    aligner_here.pairs = aligner_here.pairs[0], open_bundle(wide_bundle).latents.mean.astype(np.float64)
    right.pane.open(wide_bundle)
    right.wait_until(lambda: right.pane.ready and right.pane.bundle.folder == wide_bundle)
    right.wait_until(lambda: not right.pane.points.sorting)
    assert not left.window.workbench.link.common
    assert not right.pane.points.visible  # over colours
    left.choose("Anchor")
    assert right.pane.points.visible  # they are what one clicks
    here, there = single(left, 2), single(right, 1)[0]
    left.click(place(left, here[0]))
    assert anchoring_of(left).gestures.half == (0, here[0])
    left.click(place(left, here[1]))  # another one instead
    left.canvas.left.emit()
    assert anchoring_of(left).items[0].tied[0].draft
    right.key(Qt.Key.Key_Escape)  # on either map
    assert not anchoring_of(left).items[0].tied
    assert not alignment_of(left).state.anchors
    right.click(place(right, there))
    left.click(place(left, here[1]))
    assert alignment_of(left).state.anchors == ((here[1], there),)
    right.click(place(right, there))  # chooses that anchor
    assert anchoring_of(left).gestures.chosen == {0}


def test_grades_have_shapes_where_classes_have(qtbot) -> None:
    theme = replace(DARK, shapes=True)
    dots, badges = [], []
    for grade in (GOOD, FAIR, POOR):
        dots.append(to_array(_dot("#ffffff", grade_marks(theme)[grade], DARK.map, 8.0, 2.0).toImage())[..., 3] > 127)
        badges.append(to_array(_badge("7", theme, grade, False, 2.0).toImage())[..., 3] > 127)
    for drawn in (dots, badges):
        for one, other in ((0, 1), (1, 2), (0, 2)):
            assert drawn[one].shape != drawn[other].shape or (drawn[one] != drawn[other]).any()
    assert set(grade_marks(DARK)) == {"disc"}
    panel = AlignmentPanel()
    qtbot.addWidget(panel)
    for look, signs in ((theme, ["●", "■", "▲"]), (DARK, ["●", "●", "●"])):
        panel.dress(look)
        assert [label.text()[0] for label in panel._legend._labels] == signs
