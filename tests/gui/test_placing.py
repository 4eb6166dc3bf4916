"""Which points have room for a thumbnail."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.points.index import PointIndex
from latent_explorer.points.placing import distance_for, with_room

CLOUDS = st.builds(
    lambda seed, count, spread: np.random.default_rng(seed).normal(0, spread, (count, 2)).astype(np.float32),
    st.integers(0, 10**6),
    st.integers(1, 3000),
    st.sampled_from([0.0, 1e-3, 1.0, 300.0]),
)
REGIONS = st.builds(
    lambda u, v, width, height: Region(u - width, v - height, u + width, v + height),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(0.01, 4),
    st.floats(0.01, 4),
)
APART = st.floats(0.02, 3)


def everything(positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.ones(len(positions), bool)


def within(uv: NDArray[np.float32], region: Region) -> NDArray[np.bool_]:
    u, v = uv.astype(np.float64).T
    return (u >= region.left) & (u <= region.right) & (v >= region.bottom) & (v <= region.top)


def index_of(uv: NDArray[np.float32]) -> PointIndex:
    return PointIndex(uv, np.arange(len(uv)) % 5)


@settings(max_examples=60)
@given(uv=CLOUDS, region=REGIONS, apart=APART)
def test_no_two_are_too_near_and_all_lie_in_the_region(uv: NDArray[np.float32], region: Region, apart: float) -> None:
    numbers = with_room(index_of(uv), region, apart, everything)
    places = uv[numbers].astype(np.float64)
    assert within(uv[numbers], region).all()
    gaps = np.abs(places[:, None] - places[None]).max(2)
    np.fill_diagonal(gaps, np.inf)
    assert gaps.min(initial=np.inf) > apart * (1 - 1e-9)


@settings(max_examples=60)
@given(uv=CLOUDS, region=REGIONS, apart=APART, by=st.tuples(st.floats(-2, 2), st.floats(-2, 2)))
def test_panning_changes_nothing_that_stays_in_sight(
    uv: NDArray[np.float32], region: Region, apart: float, by: tuple[float, float]
) -> None:
    index, (du, dv) = index_of(uv), by
    panned = Region(region.left + du, region.bottom + dv, region.right + du, region.top + dv)
    before, after = (with_room(index, each, apart, everything) for each in (region, panned))
    both = within(uv, region) & within(uv, panned)
    assert set(before[both[before]]) == set(after[both[after]])


@given(uv=CLOUDS, region=REGIONS, apart=APART)
def test_where_there_are_points_one_of_them_has_room(uv: NDArray[np.float32], region: Region, apart: float) -> None:
    """The highest of all in a wide enough neighbourhood; so also that of the whole plane."""
    around = Region(
        *(10 * apart * side + middle for side, middle in zip((-1, -1, 1, 1), (*uv[0], *uv[0]), strict=True))
    )
    assert len(with_room(index_of(uv), around, apart, everything)) > 0


@given(uv=CLOUDS, apart=APART, seed=st.integers(0, 99))
def test_only_eligible_points_have_room(uv: NDArray[np.float32], apart: float, seed: int) -> None:
    eligible = np.random.default_rng(seed).random(len(uv)) < 0.5
    index = index_of(uv)
    numbers = with_room(index, Region(-2, -2, 2, 2), apart, lambda at: eligible[index.points.order[at]])
    assert eligible[numbers].all()


@given(uv=CLOUDS, apart=APART, number=st.integers(0, 2999))
def test_points_that_are_not_eligible_take_no_room(uv: NDArray[np.float32], apart: float, number: int) -> None:
    index, only = index_of(uv), number % len(uv)
    u, v = uv[only].tolist()
    region = Region(u - apart, v - apart, u + apart, v + apart)
    numbers = with_room(index, region, apart, lambda at: index.points.order[at] == only)
    np.testing.assert_array_equal(numbers, [only])


def test_hardly_any_room_is_left_over() -> None:
    """Few points that have no room are farther from all that have one than they would need to be."""
    uv = np.random.default_rng(5).uniform(-3, 3, (20_000, 2)).astype(np.float32)
    numbers = with_room(index_of(uv), Region(-1, -1, 1, 1), 0.1, everything)
    inner = uv[within(uv, Region(-0.9, -0.9, 0.9, 0.9))]
    alone = np.abs(inner[:, None] - uv[numbers][None]).max(2).min(1) > 0.1
    assert alone.mean() < 0.05


@given(scale=st.floats(1e-4, 1e12), pixels=st.floats(10, 100))
def test_the_distance_is_as_many_pixels_or_up_to_a_factor_more(scale: float, pixels: float) -> None:
    on_screen = distance_for(scale, pixels) * scale
    assert pixels * (1 - 1e-9) <= on_screen <= pixels * 2**0.5 * (1 + 1e-9)
    assert distance_for(scale * 0.999, pixels) >= distance_for(scale, pixels)
