"""The view's arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.atlas import Region
from latent_explorer.atlas.view import SCALES, View, tick_step, ticks

COORDINATES = st.floats(-20, 20)
SCREEN = st.floats(-200, 2200)
VIEWS = st.builds(
    View,
    u=COORDINATES,
    v=COORDINATES,
    scale=st.floats(0.02, 1e5),
    width=st.integers(1, 3000),
    height=st.integers(1, 2000),
)


def same(one: View, x: float, y: float, other: View) -> None:
    """The plane point under a pixel is the same in two views, to a small part of a pixel."""
    u, v = one.to_plane(x, y)
    np.testing.assert_allclose(other.to_screen(np.array([u, v])), (x, y), atol=1e-3)


@given(VIEWS, SCREEN, SCREEN)
def test_from_pixel_to_plane_and_back(view: View, x: float, y: float) -> None:
    same(view, x, y, view)


@given(VIEWS)
def test_the_corners_of_the_view_are_those_of_its_region(view: View) -> None:
    region = view.region
    left, top = view.to_plane(0, 0)
    right, bottom = view.to_plane(view.width, view.height)
    assert (left, bottom, right, top) == pytest.approx((region.left, region.bottom, region.right, region.top))


@given(VIEWS, st.floats(0.01, 100), SCREEN, SCREEN)
def test_a_zoom_leaves_the_point_under_the_pointer(view: View, factor: float, x: float, y: float) -> None:
    closer = view.zoomed(factor, x, y)
    same(view, x, y, closer)
    assert closer.scale == pytest.approx(view.scale * factor)


@given(VIEWS, st.floats(1.01, 50), SCREEN, SCREEN)
def test_zooming_there_and_back_changes_nothing(view: View, factor: float, x: float, y: float) -> None:
    back = view.zoomed(factor, x, y).zoomed(1 / factor, x, y)
    same(view, 0, 0, back)
    assert back.scale == pytest.approx(view.scale)


@given(VIEWS, st.sampled_from([1e-30, 1e30]), SCREEN, SCREEN)
def test_a_zoom_ends_at_the_last_scale(view: View, factor: float, x: float, y: float) -> None:
    last = view.zoomed(factor, x, y)
    assert last.scale in SCALES
    assert last.zoomed(factor, x, y) == last


@given(VIEWS, st.floats(-500, 500), st.floats(-500, 500))
def test_a_pan_moves_every_point_by_as_many_pixels(view: View, dx: float, dy: float) -> None:
    u, v = view.to_plane(11, 17)
    np.testing.assert_allclose(view.panned(dx, dy).to_screen(np.array([u, v])), (11 + dx, 17 + dy), atol=1e-3)


@given(VIEWS, COORDINATES, COORDINATES, st.floats(0, 30), st.floats(0, 30))
def test_fitted_it_shows_the_region_as_large_as_it_goes(
    view: View, left: float, bottom: float, width: float, height: float
) -> None:
    region = Region(left, bottom, left + width, bottom + height)
    seen = view.fitted(region).region
    slack = 1e-9 * max(1.0, abs(left), abs(bottom), width, height)
    assert seen.left <= region.left + slack
    assert seen.right >= region.right - slack
    assert seen.bottom <= region.bottom + slack
    assert seen.top >= region.top - slack
    if max(width, height) > 1e-3:
        wide = region.grown(0.06)
        scale = view.fitted(region).scale
        assert max(wide.width * scale / view.width, wide.height * scale / view.height) == pytest.approx(1)


@given(VIEWS, st.integers(-5, 3000), st.integers(-5, 3000))
def test_resized_it_keeps_its_middle_and_its_scale(view: View, width: int, height: int) -> None:
    other = view.resized(width, height)
    assert (other.u, other.v, other.scale) == (view.u, view.v, view.scale)
    assert other.width >= 1
    assert other.height >= 1


@given(st.floats(*SCALES))
def test_ticks_are_round_and_far_enough_apart(scale: float) -> None:
    step = tick_step(scale)
    assert 89 <= step * scale <= 230
    assert float(f"{step:.0e}") == pytest.approx(step)


@given(st.floats(-100, 100), st.floats(0.1, 50), st.sampled_from([0.1, 0.2, 0.5, 1, 2, 5, 10]))
def test_ticks_lie_within_and_are_all_there(start: float, length: float, step: float) -> None:
    found = list(ticks(start, start + length, 90 / step))
    assert all(start - 1e-9 <= tick <= start + length + 1e-9 for tick, _ in found)
    assert abs(len(found) - length / step) <= 1
    assert len({text for _, text in found}) == len(found)
    assert [float(text) for _, text in found] == pytest.approx([tick for tick, _ in found])


@given(st.floats(-4, 4))
def test_neighbouring_ticks_are_told_apart_at_the_deepest_zoom(start: float) -> None:
    found = list(ticks(start, start + 1000 / SCALES[1], SCALES[1]))
    assert len({text for _, text in found}) == len(found) > 3
