"""Which tiles are wanted, and in which order."""

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from latent_explorer.atlas import PICTURES, TileKey, level_for, spacing, tile_region
from latent_explorer.atlas.prefetch import heading, wanted_tiles
from latent_explorer.atlas.view import PICTURE_PIXELS, View
from latent_explorer.gui.shell.picture_menu import SIZES

VIEWS = st.builds(
    View,
    u=st.floats(-20, 20),
    v=st.floats(-20, 20),
    scale=st.floats(1, 1e5),
    width=st.integers(200, 2000),
    height=st.integers(200, 1500),
)


def wanted(view: View, before: View, near: tuple[float, float] | None = None) -> list[list[TileKey]]:
    return list(wanted_tiles(view, before, near, 34.0, field="picture", chart="identity"))


def distance(key: TileKey, place: tuple[float, float]) -> float:
    u, v = tile_region(key).centre
    return math.hypot(u - place[0], v - place[1])


@given(VIEWS, st.floats(0, 1), st.floats(0, 1))
def test_what_is_seen_comes_first_from_the_pointer_outward_then_the_ring(view: View, x: float, y: float) -> None:
    near = view.to_plane(x * view.width, y * view.height)
    seen, ring, *_ = wanted(view, view, near)
    assert set(seen) <= set(ring)
    distances = [distance(key, near) for key in seen]
    assert all(a <= b * (1 + 1e-9) for a, b in itertools.pairwise(distances))
    region = view.region
    covered = sum(tile_region(key).width ** 2 for key in seen)
    assert covered >= region.width * region.height * (1 - 1e-9)


@given(VIEWS, st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_then_the_next_level_under_the_pointer(view: View, x: float, y: float) -> None:
    near = view.to_plane(x * view.width, y * view.height)
    finer = wanted(view, view, near)[2]
    assert {key.level for key in finer} == {level_for(view.scale, 34.0) + 1}
    region = tile_region(finer[0])
    slack = 1e-6 * region.width
    assert region.left - slack <= near[0] <= region.right + slack
    assert region.bottom - slack <= near[1] <= region.top + slack


@given(VIEWS, st.floats(-300, 300), st.floats(-300, 300))
def test_last_comes_where_a_pan_is_heading(view: View, dx: float, dy: float) -> None:
    assume(abs(dx) + abs(dy) > 1)
    now = view.panned(dx, dy)
    ahead = heading(view, now)
    assert (ahead.u - now.u) * -dx >= 0
    assert (ahead.v - now.v) * dy >= 0
    assert abs(ahead.u - now.u) <= now.region.width * (1 + 1e-9)
    assert ahead.scale == now.scale
    assert len(wanted(now, view)) == 4


@given(VIEWS, st.sampled_from([0.5, 0.8, 1.25, 2.0]))
def test_and_where_a_zoom_is_heading(view: View, factor: float) -> None:
    now = view.zoomed(factor, view.width / 3, view.height / 4)
    ahead = heading(view, now)
    assert (ahead.scale > now.scale) == (factor > 1)
    assert 1 / 4.001 <= ahead.scale / now.scale <= 4.001


def test_a_view_that_rests_or_has_another_size_heads_nowhere() -> None:
    view = View(width=300, height=200)
    assert len(wanted(view, view)) == 3
    assert heading(View(u=5.0), view) == view


@pytest.mark.parametrize("aim", [*PICTURE_PIXELS, *(size for size in SIZES.values() if size)])
@given(scale=st.floats(1e-3, 1e11))
def test_a_picture_is_as_wide_as_aimed_at_within_a_factor_of_root_2_at_every_zoom(aim: float, scale: float) -> None:
    side = spacing(level_for(scale, aim)) * scale
    assert aim / 1.4143 <= side <= aim * 1.4143
    assert PICTURES == 8
