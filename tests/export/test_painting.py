"""A scene as pixels: each thing is where it is said to be, in its colour, and what the SVG refuses is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageColor

from latent_explorer.errors import ExportError
from latent_explorer.export import Background, MapScene, PinMark, PointGroup, Polyline, class_groups, inked, painted
from latent_explorer.export.still import write_map_png
from latent_explorer.palette import DARK, LIGHT

BARE = MapScene(60, 40, paper="#102030", legend=False)
PLACES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), unique=True, min_size=1, max_size=24)


def rgb(colour: str) -> np.ndarray:
    return np.array(ImageColor.getrgb(colour)[:3])


@given(PLACES, st.integers(0, 3))
def test_every_point_is_in_its_place_in_its_colour_and_nothing_is_anywhere_else(places, classes):
    cells = np.array(places)
    label = np.arange(len(cells)) % (classes + 1)
    names = tuple(map(str, range(classes + 1)))
    groups = tuple(class_groups(cells * 10 + 5.0, label, names, DARK, radius=2))
    pixels = painted(replace(BARE, groups=groups)).astype(int)
    for (column, row), number in zip(places, label, strict=True):
        assert (pixels[10 * row + 5, 10 * column + 5] == rgb(DARK.of_class(number))).all()
    held = np.kron(np.isin(np.arange(24).reshape(4, 6), [6 * r + c for c, r in places]), np.ones((10, 10), bool))
    assert (pixels[~held] == rgb(BARE.paper)).all()


def test_a_dot_has_about_the_area_of_its_disc_and_a_smooth_edge():
    pixels = painted(replace(BARE, paper="black", groups=(PointGroup("a", "white", np.array([[30.3, 20.6]]), 6),)))
    assert pixels[..., 0].sum() / 255 == pytest.approx(np.pi * 36, rel=0.08)
    assert len(np.unique(pixels[..., 0])) > 5


def test_a_rim_is_of_the_paper_around_the_dot():
    ground = Background(np.full((4, 6, 3), 200, np.uint8), 0, 0, 60, 40)
    pixels = painted(
        replace(BARE, background=ground, groups=(PointGroup("a", "#ff0000", np.array([[30.5, 20.5]]), 4, rim=3),))
    )
    assert (pixels[20, 30] == (255, 0, 0)).all()
    assert (pixels[20, 36] == rgb(BARE.paper)).all()
    assert (pixels[20, 42] == 200).all()


def test_points_mix_by_chance_that_does_not_change_as_they_move():
    xy = np.random.default_rng(0).uniform(10, 30, (400, 2))
    label = np.arange(400) // 200
    one = painted(replace(BARE, groups=tuple(class_groups(xy, label, ("a", "b"), LIGHT))))
    other = painted(replace(BARE, groups=tuple(class_groups(xy + np.array([7, 5]), label, ("a", "b"), LIGHT))))
    np.testing.assert_array_equal(one[5:32, 5:50], other[10:37, 12:57])
    seen = [(one == rgb(LIGHT.of_class(number))).all(-1).sum() for number in (0, 1)]
    assert min(seen) > 0.3 * sum(seen) > 20


def test_hidden_and_unchosen_points_are_left_out_or_grey():
    xy, label = np.array([[5.5, 5.5], [25.5, 5.5], [45.5, 5.5]]), np.array([0, 1, 0])
    chosen = np.array([True, True, False])
    groups = tuple(class_groups(xy, label, ("a", "b"), DARK, hidden=frozenset({1}), chosen=chosen, radius=2))
    row = painted(replace(BARE, groups=groups))[5]
    assert (row[5] == rgb(DARK.of_class(0))).all()
    assert (row[25] == rgb(BARE.paper)).all()
    assert (row[45] == rgb(DARK.line)).all()


@pytest.mark.parametrize("opacity", [0.5, 1.0])
def test_a_background_is_mixed_with_the_paper(opacity):
    pixels = np.full((2, 3, 3), 240, np.uint8)
    found = painted(replace(BARE, background=Background(pixels, 0, 0, 60, 40, opacity)))
    np.testing.assert_allclose(found[20, 30], rgb(BARE.paper) * (1 - opacity) + 240 * opacity, atol=1)
    clear = np.dstack([pixels, np.zeros((2, 3), np.uint8)])
    assert (painted(replace(BARE, background=Background(clear, 0, 0, 60, 40))) == rgb(BARE.paper)).all()


def test_curves_pins_ticks_and_legend_are_drawn(examples):
    scene = replace(examples["scene"], background=None, groups=())
    pixels = painted(replace(scene, curves=(Polyline(np.array([[0.0, 100], [299, 100]]), "#ff0000", 4),), pins=()))
    assert (pixels[100, 20:280] == (255, 0, 0)).all()
    assert (pixels[196:, 100] < 140).all()  # a tick
    assert (painted(replace(scene, curves=(), pins=(PinMark("p", 150, 60, "#00ff00"),)))[60, 150] == (0, 255, 0)).all()
    bare, listed = (painted(replace(examples["scene"], legend=legend)) for legend in (False, True))
    assert (bare[:, :150] == listed[:, :150]).all()
    assert (bare[10:28, 200:] != listed[10:28, 200:]).any()


def test_grey_pictures_are_ink_on_the_map_and_coloured_ones_as_they_are():
    grey = np.array([0, 255], np.uint8).reshape(1, 2, 1)
    assert (inked(grey, LIGHT)[0] == [rgb(LIGHT.map), rgb(LIGHT.text)]).all()
    colour = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    assert inked(colour, DARK) is colour


def test_malformed_scenes_are_refused(tmp_path):
    lost = replace(BARE, curves=(Polyline(np.full((3, 2), np.nan), "red"),))
    for scene, reason in ((lost, "finite"), (MapScene(90_000, 90_000), "at most")):
        with pytest.raises(ExportError, match=reason):
            write_map_png(tmp_path / "a.png", scene)
    assert list(tmp_path.iterdir()) == []
