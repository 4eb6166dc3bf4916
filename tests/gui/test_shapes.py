"""Classes told apart by shape, too: on the map, in the legend, in exports; by a menu, remembered, in sessions."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.atlas import Region
from latent_explorer.atlas.view import View
from latent_explorer.bench.person import Person
from latent_explorer.class_colours import MARKS, SHAPES, USUAL
from latent_explorer.export import MapScene, class_groups
from latent_explorer.export.painting import painted
from latent_explorer.export.svg import write_map_svg
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.settings import Appearance
from latent_explorer.gui.theme import DARK, LIGHT, Theme
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.palette import LIGHT as PAPER
from latent_explorer.points.splat import around, outline, stamp
from latent_explorer.vision import contrast
from tests.gui.walking import MARK, packed

SHAPED = DARK.with_classes(USUAL)


def shaped(theme):
    return type(theme)(**{**vars(theme), "shapes": True})


def test_ten_classes_have_ten_shapes_and_those_of_one_colour_differ() -> None:
    look = shaped(SHAPED)
    assert {look.mark_of(label) for label in range(10)} == set(SHAPES) >= set(MARKS)
    assert len({look.mark_of(label) for label in range(3, 100, 10)}) == 10
    assert {SHAPED.mark_of(label) for label in range(10)} == {"disc"}


@pytest.mark.parametrize("diameter", [7, 9, 14])
def test_stamps_differ_and_fit(diameter: int) -> None:
    stamps = {mark: set(stamp(mark, diameter)) for mark in SHAPES}
    for one in SHAPES:
        for other in SHAPES:
            different = len(stamps[one] ^ stamps[other])
            assert one == other or different >= (3 if diameter < 9 else 6), (one, other, different)
    reach = range(-((diameter - 1) // 2), diameter // 2 + 1)
    assert all(x in reach and y in reach for pixels in stamps.values() for x, y in pixels)


def test_points_are_splatted_with_the_shapes_of_their_classes_however_small_they_were() -> None:
    layer, uv = PointLayer(), np.array([[0, 0], [1, 0], [2, 0]], np.float32)
    layer.show(uv, np.arange(3), 3, frozenset(), shaped(LIGHT))
    view = View().resized(300, 100).fitted(Region(-0.5, -0.5, 2.5, 0.5))
    picture = layer.small_picture(view, 1.0)
    diameter = layer.diameter(view, 1.0)
    assert diameter >= 7
    for label in range(3):
        left = round(view.to_screen_point(tuple(uv[label].tolist()))[0])
        near = picture[:, left - 20 : left + 20]
        drawn = stamp(shaped(LIGHT).mark_of(label), diameter)
        assert (near == 0xFF000000 | int(shaped(LIGHT).of_class(label)[1:], 16)).sum() == len(drawn)
        assert (near != 0).sum() == len(drawn) + len(around(drawn, 1)), "a rim is around it"
    layer.show(uv, np.arange(3), 3, frozenset({1}), shaped(LIGHT))
    hidden = layer.small_picture(view, 1.0)
    assert not hidden[:, 140:160].any()
    assert hidden.any()


def test_exports_draw_the_shapes(tmp_path: Path) -> None:
    xy, label = np.array([[20.0, 20.0], [60.0, 20.0]]), np.array([0, 1])
    look = type(PAPER)(**{**vars(PAPER), "shapes": True})
    drawn = {}
    for name, palette in (("dots", PAPER), ("shapes", look)):
        groups = tuple(class_groups(xy, label, ("a", "b"), palette, radius=8))
        scene = MapScene(80, 40, "#ffffff", "#000000", None, groups, legend=False)
        write_map_svg(tmp_path / f"{name}.svg", scene)
        drawn[name] = painted(scene), (tmp_path / f"{name}.svg").read_text()
    dots, shapes = drawn["dots"][0], drawn["shapes"][0]
    assert (dots[:, :40] == shapes[:, :40]).all()  # the first is a disc
    assert (dots[:, 40:] != shapes[:, 40:]).any()
    assert drawn["shapes"][1].count("Z") == 1  # the second is a square
    assert "Z" not in drawn["dots"][1]


def test_the_menu_gives_classes_shapes_which_legend_map_and_session_have(
    new_window: Callable[[Path], Person], small_bundle: Path
) -> None:
    person = new_window(small_bundle)
    bench, pane = person.window.workbench, person.pane
    before = person.map_at_rest()
    person.window.action("Shapes for classes").trigger()
    assert len({row._mark for row in pane.legend.rows}) == 3
    assert person.map_at_rest() != before
    assert bench.settings.get(Appearance).shapes
    assert bench.sessions.look.shapes
    person.window.action("Shapes for classes").trigger()
    assert {row._mark for row in pane.legend.rows} == {"disc"}


@pytest.mark.parametrize("diameter", [9, 11, 14])
def test_outlines_of_shapes_differ_and_are_no_wider(diameter: int) -> None:
    outlines = {mark: set(outline(stamp(mark, diameter))) for mark in SHAPES}
    for one in SHAPES:
        assert outlines[one] <= set(stamp(one, diameter))
        for other in SHAPES:
            assert one == other or len(outlines[one] ^ outlines[other]) >= 6, (one, other)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_shapes_stand_out_wherever_they_lie_over_pictures(
    new_window: Callable[[Path], Person], small_bundle: Path, theme: Theme
) -> None:
    person = new_window(small_bundle)
    pane, bench = person.pane, person.window.workbench
    bench.choose_theme("dark" if theme.dark else "light")
    for title, layer in pane.layers.by_title.items():
        if layer.visible != (title in ("Pictures", "Points")):
            pane.layer_panel.toggle(title)
    pane.legend.close()
    bench.choose_shapes(True)
    person.wheel(person.point(0, 0), 4)
    person.map_at_rest()
    seen = packed(to_array(person.canvas.picture(1.0))[..., :3])
    rim, inks = int(theme.map[1:], 16), {int(pane.theme.of_class(label)[1:], 16) for label in range(3)}
    assert all(contrast(f"#{ink:06x}", theme.map) >= MARK for ink in inks)
    own = np.isin(seen, list(inks))
    assert own.sum() > 1000
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        beside = np.roll(seen, shift, axis)[1:-1, 1:-1]
        strange = own[1:-1, 1:-1] & ~np.isin(beside, [rim, *inks])
        assert not strange.any(), f"{strange.sum()} pixels of points lie beside a picture"
