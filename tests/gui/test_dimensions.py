"""The sliders of the inspector: moved, typed and put back by mouse and keys, and what follows them."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QToolButton

from latent_explorer.bench.person import Person
from latent_explorer.gui.panels.dimension_list import DimensionList
from latent_explorer.gui.panels.distributions import distributions
from latent_explorer.gui.theme import DARK, LIGHT
from latent_explorer.gui.widgets.images import to_qimage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def wide(person: Person, wide_bundle: Path) -> Person:
    """A person who has opened the bundle of five dimensions and hovered over its map."""
    person.window.workbench.open(wide_bundle)
    person.wait_for_the_engine()
    hover(person, person.point(0.5, 0.5))
    return person


@pytest.fixture
def many(qtbot) -> DimensionList:
    """A list of 128 made-up dimensions; the data differ most in the last."""
    random = np.random.default_rng(0)
    made = DimensionList()
    qtbot.addWidget(made)
    means = random.standard_normal((500, 128)).astype(np.float32) * np.linspace(0.001, 3, 128, dtype=np.float32)
    made.show_data(distributions(means), DARK)
    made.resize(300, 200)
    made.show()
    return made


def the_list(person: Person) -> DimensionList:
    return person.window.pane.inspector.dimensions.list


def hover(person: Person, at: QPoint) -> None:
    """Move there, and wait until the sliders have been told."""
    person.move(at)
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    person.wait_until(lambda: np.array_equal(the_list(person).latent, person.window.pane.prober.probe.z))


def exact(person: Person) -> np.ndarray:
    """The picture of the place that is probed, once it is there."""
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    return person.window.pane.prober.probe.picture


def test_a_dragged_slider_changes_its_coordinate_and_the_picture(wide: Person, wide_bundle: Path, decoded) -> None:
    shown, prober = the_list(wide), wide.window.pane.prober
    before, view, picture = prober.probe.z.copy(), wide.canvas.view, exact(wide)
    track = shown.row(2).track
    QTest.mousePress(shown.viewport(), LEFT, pos=track.center())
    goal = QPoint(track.left() + round(0.9 * track.width()), track.center().y())
    QTest.mouseMove(shown.viewport(), goal)
    QTest.mouseRelease(shown.viewport(), LEFT, pos=goal)
    z = prober.probe.z
    assert z[2] == pytest.approx(shown.data.low[2] + 0.9 * (shown.data.high - shown.data.low)[2], abs=0.1)
    np.testing.assert_array_equal(np.delete(z, 2), np.delete(before, 2))
    after = exact(wide)
    assert np.abs(after.astype(int) - decoded(wide_bundle, z)).max() <= 1
    assert (after != picture).any()
    assert wide.window.pane.inspector.picture.image == to_qimage(after)
    assert wide.canvas.view == view
    assert wide.canvas.marks.probe == pytest.approx(wide.window.pane.session.bundle.chart.to_plane(z))
    assert not prober.probe.on_map


def test_off_the_map_no_blend_of_its_pictures_stands_in(wide: Person) -> None:
    shown, prober = the_list(wide), wide.window.pane.prober
    exact(wide)
    blends, before = prober.interpolated.total, wide.window.pane.inspector.picture.image
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.row(3).track.center() + QPoint(40, 0))
    assert prober.interpolated.total == blends
    assert wide.window.pane.inspector.picture.image == before  # until the exact one is there
    wide.wait_until(lambda: wide.window.pane.inspector.coordinates.text().split(", ")[3] == f"{prober.probe.z[3]:.3f}")
    assert "Outside the map" in wide.window.pane.inspector.values.lines[0]
    wide.wait_until(lambda: prober.place is not None)
    assert prober.place.reach > 0
    hover(wide, wide.point(0, 1))
    wide.wait_until(lambda: not any("Outside the map" in line for line in wide.window.pane.inspector.values.lines))


def test_hovering_the_map_puts_the_sliders_to_the_place(wide: Person) -> None:
    shown = the_list(wide)
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.row(4).track.center() + QPoint(40, 0))
    at = wide.point(-1, 0.5)
    hover(wide, at)
    chart = wide.window.pane.session.bundle.chart
    np.testing.assert_array_equal(shown.latent, chart.to_latent(wide.canvas.to_plane(at)))
    assert wide.window.pane.prober.probe.on_map


def test_a_double_click_on_a_name_puts_it_back_to_the_mean(wide: Person) -> None:
    shown = the_list(wide)
    QTest.mouseDClick(shown.viewport(), LEFT, pos=shown.row(1).name.center())
    mean = wide.window.pane.session.bundle.latents.mean.mean(0)
    np.testing.assert_allclose(wide.window.pane.prober.probe.z[1], mean[1], atol=1e-5)


def test_values_are_typed(wide: Person) -> None:
    shown = the_list(wide)
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.row(0).value.center())
    assert shown.editor.isVisible()
    QTest.keyClicks(shown.editor, "-1.25")
    wide.key(Qt.Key.Key_Return, on=shown.editor)
    assert not shown.editor.isVisible()
    assert wide.window.pane.prober.probe.z[0] == np.float32(-1.25)


@pytest.mark.parametrize("text", ["", "-", "nan", "1e9", "a"])
def test_what_is_no_number_is_refused_and_said(wide: Person, text: str) -> None:
    shown, before = the_list(wide), wide.window.pane.prober.probe.z
    wide.wait_until(lambda: wide.window.pane.prober.place is not None)
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.row(0).value.center())
    QTest.keyClick(shown.editor, Qt.Key.Key_Delete)
    QTest.keyClicks(shown.editor, text)
    wide.key(Qt.Key.Key_Return, on=shown.editor)
    assert "Enter a number" in wide.window.pane.inspector.said
    assert wide.window.pane.prober.probe.z is before
    wide.key(Qt.Key.Key_Escape, on=shown.editor)
    assert not shown.editor.isVisible()


def test_keys_choose_a_row_and_move_its_slider(wide: Person) -> None:
    shown, before = the_list(wide), wide.window.pane.prober.probe.z.copy()
    shown.setFocus()
    wide.key(Qt.Key.Key_Down, on=shown)
    wide.key(Qt.Key.Key_Down, on=shown)
    wide.key(Qt.Key.Key_Right, on=shown)
    extent = shown.data.high[2] - shown.data.low[2]
    assert wide.window.pane.prober.probe.z[2] == pytest.approx(before[2] + extent / 100, abs=1e-5)
    wide.key(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, on=shown)
    assert wide.window.pane.prober.probe.z[2] == pytest.approx(before[2] + 0.009 * extent, abs=1e-5)
    assert "z2" in shown.accessibleDescription()
    wide.key(Qt.Key.Key_Delete, on=shown)
    assert wide.window.pane.prober.probe.z[2] == pytest.approx(shown.data.mean[2], abs=1e-5)
    wide.key(Qt.Key.Key_Return, on=shown)
    QTest.keyClicks(shown.editor, "7")
    wide.key(Qt.Key.Key_Return, on=shown.editor)
    wide.wait_until(wide.canvas.hasFocus)
    assert wide.window.pane.prober.probe.z[2] == 7


def test_a_pin_made_off_the_map_keeps_its_place(wide: Person) -> None:
    shown = the_list(wide)
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.row(3).track.center() + QPoint(45, 0))
    z = wide.window.pane.prober.probe.z.copy()
    wide.window.pane.inspector.pin_wanted.emit()
    hover(wide, wide.point(1, 1))
    np.testing.assert_array_equal(wide.window.pane.session.state.pins[0].latent, z)
    wide.window.pane.pins.list.gone_to.emit(0)
    np.testing.assert_array_equal(wide.window.pane.prober.probe.z, z)
    wide.wait_until(lambda: np.array_equal(shown.latent, z))


def test_a_route_from_a_pin_off_the_map_begins_at_the_pin(wide: Person) -> None:
    shown = the_list(wide)
    QTest.mouseClick(shown.viewport(), LEFT, pos=shown.row(3).track.center() + QPoint(45, 0))
    wide.press_button(
        next(each for each in wide.window.pane.inspector.findChildren(QToolButton) if each.text() == "Pin")
    )
    (pin,), (place,) = wide.window.pane.session.state.pins, wide.canvas.marks.pins
    wide.window.pane.take_tool("Path")
    wide.drag(wide.point(*place[1]), wide.point(-3, 1), 0.1)
    route = wide.window.pane.session.state.route
    assert route.start == pin.z
    np.testing.assert_allclose(wide.canvas.marks.route[0], place[1], atol=1e-4)


def test_two_dimensions_are_folded_away_until_they_are_wanted(person: Person) -> None:
    panel = person.window.pane.inspector.dimensions
    assert panel.list.isHidden()
    person.move(person.point(1, 1))
    person.wait_until(lambda: person.window.pane.inspector.coordinates.text() != "")
    person.press_button(panel.fold_button)
    assert panel.list.isVisible()
    np.testing.assert_array_equal(panel.list.latent, person.window.pane.prober.probe.z)
    QTest.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.row(0).track.center())
    assert person.window.pane.prober.probe.on_map
    person.press_button(panel.fold_button)
    assert panel.list.isHidden()


def test_of_many_dimensions_only_those_in_sight_are_painted(many: DimensionList, monkeypatch) -> None:
    painted = []
    monkeypatch.setattr(many, "_paint_value", lambda painter, data, position: painted.append(position))
    many.show_latent(np.ones(128))
    many.grab()
    assert 0 in painted
    assert len(set(painted)) < 12
    painted.clear()
    QTest.keyClick(many, Qt.Key.Key_End)
    many.grab()
    assert 127 in painted
    assert 0 not in painted
    assert many.row(127).whole.bottom() <= many.viewport().height()


def test_sorted_by_spread_the_widest_comes_first_and_what_carries_nothing_last(many: DimensionList) -> None:
    QTest.keyClick(many, Qt.Key.Key_Down)
    assert many.dimension == 1
    many.sort(by_spread=True)
    np.testing.assert_array_equal(many.order, many.data.by_spread)
    assert many.order[0] > 120
    assert many.dimension == 1  # the current one stays so
    assert many.data.carries_nothing[many.order[-1]]
    assert "hardly varies" in many.tip(many.row(many.current).name.center())
    many.sort(by_spread=False)
    np.testing.assert_array_equal(many.order, np.arange(128))


def test_data_of_fewer_dimensions_begin_with_their_first(many: DimensionList) -> None:
    many.sort(by_spread=True)
    QTest.keyClick(many, Qt.Key.Key_Home)
    assert many.dimension not in (0, 1)
    few = distributions(np.random.default_rng(0).standard_normal((20, 2)).astype(np.float32))
    many.show_data(None, DARK)
    many.show_data(few, DARK)
    assert many.order.tolist() == [0, 1]
    assert many.dimension == 0


def test_an_unchanged_latent_and_no_new_theme_paint_nothing_anew(many: DimensionList) -> None:
    many.show_latent(np.full(128, 0.5, np.float32))
    many.grab()
    still = many._still
    many.show_latent(np.full(128, -0.5, np.float32))
    many.grab()
    assert many._still is still
    many.show_data(many.data, LIGHT)
    many.grab()
    assert many._still is not still
    assert many.latent[0] == np.float32(-0.5)  # other colours, the same place


def test_the_wheel_scrolls_and_a_click_takes_the_row_under_it(many: DimensionList) -> None:
    many.verticalScrollBar().setValue(10 * many.row_height)
    with_row = many.row(12)
    moved = []
    many.moved.connect(moved.append)
    QTest.mouseClick(many.viewport(), LEFT, pos=with_row.track.center())
    assert np.flatnonzero(moved[0] != many.data.mean.astype(np.float32)).tolist() == [12]


def test_distributions_are_those_of_the_data() -> None:
    means = np.random.default_rng(1).normal((0, 5, -3), (1, 0.01, 2), (3000, 3)).astype(np.float32)
    found = distributions(means)
    np.testing.assert_allclose(found.low, means.min(0))
    np.testing.assert_allclose(found.high, means.max(0))
    np.testing.assert_allclose(found.spread, means.std(0), rtol=1e-4)
    for dimension in range(3):
        counts, _ = np.histogram(means[:, dimension], found.heights.shape[1])
        assert np.abs(found.heights[dimension] - counts / counts.max()).max() < 0.03
    assert found.carries_nothing.tolist() == [False, True, False]
    assert found.by_spread.tolist() == [2, 0, 1]


def test_data_all_at_one_place_have_a_range_too() -> None:
    found = distributions(np.full((5, 2), 3.0, np.float32))
    assert (found.high > found.low).all()
    assert np.isfinite(found.heights).all()
