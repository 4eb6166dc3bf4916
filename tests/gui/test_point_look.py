"""How large and how strong points are drawn: by zoom, by choice, and as remembered."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt6.QtWidgets import QSlider

from latent_explorer.atlas.view import View
from latent_explorer.bench.person import Person
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.theme import DARK

SCALES = [2.0 ** (step / 4) for step in range(-8, 100)]


def layer_of(count: int) -> PointLayer:
    layer, random = PointLayer(), np.random.default_rng(0)
    layer.show(random.normal(0, 1, (count, 2)).astype(np.float32), None, 0, frozenset(), DARK)
    return layer


def view(scale: float) -> View:
    return View(0, 0, scale, 300, 200)


@settings(max_examples=40)
@given(count=st.integers(50, 20_000), size=st.floats(0.5, 2), ratio=st.sampled_from([1.0, 1.5, 2.0]))
def test_dots_grow_gently_as_one_comes_closer(count: int, size: float, ratio: float) -> None:
    layer = layer_of(count)
    layer.resize(size)
    diameters = [layer.diameter(view(scale), ratio) for scale in SCALES]
    assert diameters == sorted(diameters)
    assert abs(diameters[-1] - 14 * size * ratio) <= 0.51
    for before, after in zip(diameters, diameters[4:], strict=False):  # one doubling
        assert after <= 2 * before + 1
    far = [after - before for before, after in zip(diameters, diameters[4:], strict=False) if before > 7 * size * ratio]
    assert max(far) <= size * ratio + 1


@settings(max_examples=40)
@given(count=st.integers(50, 20_000), opacity=st.floats(0.05, 1))
def test_points_are_clearer_where_they_stand_alone_than_where_they_crowd(count: int, opacity: float) -> None:
    layer = layer_of(count)
    layer.opacity = opacity
    strengths = [layer.strength(view(scale)) for scale in SCALES]
    assert strengths[0] == opacity
    assert strengths[-1] == pytest.approx(min(1, 1.25 * opacity), rel=1e-3)
    assert all(opacity <= strength <= 1 for strength in strengths)


def test_a_dot_reaches_into_what_is_seen_from_far_outside() -> None:
    layer = PointLayer()
    layer.resize(2.0)
    layer.show(np.array([[0, 0], [0, 5.0]], np.float32), None, 0, frozenset(), DARK)
    scale = 2.0**20
    outside = View(0.0, 140 / scale, scale, 20, 20)  # the first point lies 130 pixels below the lower rim
    assert layer.diameter(outside, 1.0) == 28
    pixels = layer._splat(outside.resized(20 + 256, 20 + 256), 1.0)
    assert pixels[-1].any()


def point_size(window) -> QSlider:
    return next(each for each in window.pane.layer_panel.findChildren(QSlider) if each.accessibleName() == "Point size")


def test_size_and_opacity_are_chosen_under_layers_and_remembered(new_window, small_bundle, tmp_path) -> None:
    person: Person = new_window(small_bundle)
    window = person.window
    before, usual = person.map_at_rest(), window.pane.points.diameter(person.canvas.view, 1.0)
    assert (window.pane.points.size, window.pane.points.opacity) == (1.0, 0.75)
    point_size(window).setValue(180)
    assert window.pane.points.diameter(person.canvas.view, 1.0) == round(1.8 * usual)
    assert person.map_at_rest() != before
    window.pane.layer_panel._controls["Points"][1].setValue(40)
    assert window.pane.points.opacity == 0.4
    window.workbench.settings.save()
    other = new_window(small_bundle).window
    assert (other.pane.points.size, other.pane.points.opacity) == (1.8, 0.4)
    assert other.pane.layer_panel.layers()["Points"] == (True, 0.4)
    assert point_size(other).value() == 180


def test_the_same_points_of_other_classes_have_other_colours() -> None:
    layer, uv, label = PointLayer(), np.arange(8, dtype=np.float32).reshape(4, 2), np.array([0, 0, 1, 1])
    layer.show(uv, label, 2, frozenset(), DARK)
    layer.regroup(label[::-1].copy())
    assert [layer.colour(number) for number in range(4)] == [DARK.class_colour(number) for number in (1, 1, 0, 0)]
    assert layer.index.per_class.tolist() == [2, 2]
    layer.regroup(None)
    assert [layer.colour(number) for number in range(4)] == 4 * [DARK.class_colour(0)]
