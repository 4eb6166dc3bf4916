"""Charts that follow the data: exact in the plane, continuous, and amid the data off it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from latent_explorer.charts import chart_for, following_chart, least_step, principal_chart

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25)
PLANE = arrays(np.float64, (5, 2), elements=st.floats(-50, 50))


def bent_sheet(seed: int, dimensions: int = 6, count: int = 2000) -> NDArray[np.float32]:
    """Points near a sheet that is curved at right angles to its widest extent, turned at random."""
    random = np.random.default_rng(seed)
    wide = random.standard_normal((count, 2)) * (4, 3)
    bent = np.zeros((count, dimensions))
    bent[:, :2], bent[:, 2] = wide, 1.5 * np.sin(wide[:, 0] / 2)
    turned, _ = np.linalg.qr(random.standard_normal((dimensions, dimensions)))
    noise = 0.2 * random.standard_normal((count, dimensions))
    return ((bent + noise) @ turned + random.uniform(-2, 2, dimensions)).astype(np.float32)


@FEW
@given(PLANE, SEEDS, st.integers(3, 9), st.integers(1, 200))
def test_a_plane_point_comes_back(uv: NDArray[np.float64], seed: int, dimensions: int, count: int) -> None:
    chart = chart_for(bent_sheet(seed, dimensions, count))
    np.testing.assert_allclose(chart.to_plane(chart.to_latent(uv)), uv, atol=1e-4)


@FEW
@given(SEEDS)
def test_the_data_lie_nearer_to_it_than_to_the_flat_plane(seed: int) -> None:
    points, others = np.split(bent_sheet(seed, count=2500), [2000])
    flat, following = principal_chart(points), following_chart(points)
    uv = flat.to_plane(others)
    to_flat, to_following = (np.linalg.norm(chart.to_latent(uv) - others, axis=1) for chart in (flat, following))
    assert to_following.mean() < 0.7 * to_flat.mean()


def test_between_two_heaps_it_leads_from_one_to_the_other() -> None:
    random = np.random.default_rng(0)
    uv = random.standard_normal((1000, 2)) * (0.2, 1) + np.where(np.arange(1000) % 2, 5, -5)[:, None] * (1, 0)
    points = np.column_stack([uv, np.where(uv[:, 0] > 0, 1.0, -1.0)]).astype(np.float32)
    chart = following_chart(points)
    first, last = chart.to_plane(points[1]), chart.to_plane(points[0])
    np.testing.assert_allclose(chart.to_latent(first), points[1], atol=0.1)
    np.testing.assert_allclose(chart.to_latent(last), points[0], atol=0.1)
    height = chart.to_latent(np.linspace(first, last, 500))[:, 2]
    assert np.abs(np.diff(height)).max() < 0.15


@FEW
@given(SEEDS, st.tuples(st.floats(-20, 20), st.floats(-20, 20)), st.floats(0, 2 * np.pi))
def test_a_small_step_in_the_plane_is_a_small_step_in_latent_space(seed: int, place, angle: float) -> None:
    chart = following_chart(bent_sheet(seed % 7))
    before = np.array(place)
    after = before + 1e-3 * np.array([np.cos(angle), np.sin(angle)])
    assert np.linalg.norm(chart.to_latent(after) - chart.to_latent(before)) < 2e-2


def test_far_beyond_the_data_it_is_as_at_their_edge() -> None:
    chart = following_chart(bent_sheet(3))
    far = chart.to_latent([(60.0, 0.0), (1e5, 0.0)]).astype(np.float64)
    flat = chart.plane.to_latent([(60.0, 0.0), (1e5, 0.0)]).astype(np.float64)
    np.testing.assert_allclose((far - flat)[0], (far - flat)[1], atol=0.02)


@FEW
@given(SEEDS)
def test_equal_data_give_an_equal_chart_and_equal_latents(seed: int) -> None:
    points, uv = bent_sheet(seed, count=300), np.random.default_rng(seed).uniform(-9, 9, (64, 2))
    np.testing.assert_array_equal(following_chart(points).to_latent(uv), following_chart(points.copy()).to_latent(uv))


@FEW
@given(SEEDS, st.tuples(st.floats(-15, 15), st.floats(-15, 15)))
def test_slopes_are_those_of_the_latents(seed: int, place) -> None:
    chart = following_chart(bent_sheet(seed % 5))
    step = 1e-2
    units = np.eye(2) * step
    ahead, behind = (chart.to_latent(np.array(place) + sign * units).astype(np.float64) for sign in (1, -1))
    np.testing.assert_allclose(chart.slopes(place), (ahead - behind) / (2 * step), atol=0.1)  # a kink at the edge


@FEW
@given(SEEDS, st.tuples(st.floats(-15, 15), st.floats(-15, 15)))
def test_the_deepest_zoom_still_tells_neighbours_apart(seed: int, place) -> None:
    chart = following_chart(bent_sheet(seed % 5))
    step = 1.01 * least_step(chart, place)  # slopes are measured, and change a little along the step
    assert 0 < step < 1e-4
    here = chart.to_latent(place)
    assert (chart.to_latent((place[0] + step, place[1])) != here).any()
    assert (chart.to_latent((place[0], place[1] + step)) != here).any()


@pytest.mark.parametrize("points", [np.ones((1, 4)), np.ones((30, 4)), np.outer(np.linspace(0, 1, 20), np.ones(5))])
def test_data_without_extent_have_a_chart_too(points: NDArray[np.float64]) -> None:
    chart = chart_for(points.astype(np.float32))
    assert np.isfinite(chart.to_latent([(0.0, 0.0), (3.0, -2.0)])).all()
    np.testing.assert_allclose(chart.to_latent(chart.to_plane(points[0])), points[0], atol=1e-2)


def test_of_many_data_few_decide() -> None:
    points = bent_sheet(1, count=50_000)
    uv = np.random.default_rng(0).uniform(-5, 5, (64, 2))
    np.testing.assert_allclose(
        following_chart(points).to_latent(uv), following_chart(points[::3]).to_latent(uv), atol=0.25
    )


@pytest.mark.parametrize(("count", "dimensions"), [(1, 4096), (3, 4096), (40, 700)])
def test_few_points_in_many_dimensions_lie_near_their_chart(count: int, dimensions: int) -> None:
    points = np.random.default_rng(0).standard_normal((count, dimensions)).astype(np.float32)
    chart = chart_for(points)
    there = chart.to_latent(chart.to_plane(points))
    assert there.shape == points.shape
    apart, spread = (
        np.linalg.norm(there - points, axis=1).mean(),
        np.linalg.norm(points - points.mean(0), axis=1).mean(),
    )
    assert apart <= (spread if count > 3 else 0.05 * spread + 1e-3)
    uv = np.array([[0.5, -1.0]])
    np.testing.assert_allclose(chart.to_plane(chart.to_latent(uv)), uv, atol=1e-3)
