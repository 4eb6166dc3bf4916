"""Charts: there and back, and what principal components promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from latent_explorer.charts import LinearChart, chart_for, identity_chart, principal_chart

SEEDS = st.integers(0, 10_000)
PLANE = arrays(np.float64, (5, 2), elements=st.floats(-50, 50))


def stretched_cloud(seed: int, dimensions: int, count: int = 60) -> NDArray[np.float32]:
    """Points whose spread differs clearly from direction to direction, the directions at random."""
    random = np.random.default_rng(seed)
    spreads = 3.0 ** -np.arange(dimensions)
    turned, _ = np.linalg.qr(random.standard_normal((dimensions, dimensions)))
    points = random.standard_normal((count, dimensions)) * spreads @ turned + random.uniform(-3, 3, dimensions)
    return points.astype(np.float32)


def same_axes(one: LinearChart, other: LinearChart) -> bool:
    return np.allclose(one.axes, other.axes, atol=1e-5)


@given(PLANE)
def test_the_identity_is_the_identity(uv: NDArray[np.float64]) -> None:
    chart = identity_chart()
    np.testing.assert_array_equal(chart.to_latent(uv), uv.astype(np.float32))
    np.testing.assert_array_equal(chart.to_plane(uv), uv)


@given(PLANE, SEEDS, st.integers(2, 7))
def test_a_plane_point_comes_back(uv: NDArray[np.float64], seed: int, dimensions: int) -> None:
    chart = chart_for(stretched_cloud(seed, dimensions))
    np.testing.assert_allclose(chart.to_plane(chart.to_latent(uv)), uv, atol=1e-4)


@given(PLANE, SEEDS)
def test_of_one_dimension_the_first_plane_coordinate_comes_back(uv: NDArray[np.float64], seed: int) -> None:
    chart = chart_for(stretched_cloud(seed, 1))
    back = chart.to_plane(chart.to_latent(uv))
    np.testing.assert_allclose(back[:, 0], uv[:, 0], atol=1e-4)
    np.testing.assert_array_equal(back[:, 1], 0)


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_one_point_maps_as_a_batch_of_one(dimensions: int) -> None:
    chart = chart_for(stretched_cloud(0, dimensions))
    z = chart.to_latent((0.3, -0.7))
    assert z.shape == (dimensions,)
    assert z.dtype == np.float32
    np.testing.assert_array_equal(z, chart.to_latent([(0.3, -0.7)])[0])
    np.testing.assert_array_equal(chart.to_plane(z), chart.to_plane(z[None])[0])


@given(SEEDS, st.integers(2, 7))
def test_plane_distances_are_latent_distances(seed: int, dimensions: int) -> None:
    chart = principal_chart(stretched_cloud(seed, dimensions))
    np.testing.assert_allclose(chart.axes @ chart.axes.T, np.eye(2), atol=1e-9)


@given(SEEDS, st.integers(2, 7))
def test_no_direction_spreads_wider_than_the_first_axis(seed: int, dimensions: int) -> None:
    points = stretched_cloud(seed, dimensions).astype(np.float64)
    spreads = principal_chart(points).to_plane(points).std(0)
    total = np.sqrt(points.var(0).sum())
    directions = np.random.default_rng(seed).standard_normal((20, dimensions))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert spreads[0] >= spreads[1]
    assert spreads[0] >= (points @ directions.T).std(0).max() - 1e-9
    assert np.hypot(*spreads) <= total + 1e-9


@given(SEEDS, st.integers(1, 7))
def test_the_order_of_the_points_does_not_matter(seed: int, dimensions: int) -> None:
    points = stretched_cloud(seed, dimensions)
    shuffled = np.random.default_rng(seed).permutation(points)
    assert same_axes(principal_chart(points), principal_chart(shuffled))


@given(SEEDS, st.integers(1, 7))
def test_moving_all_points_moves_the_origin_alone(seed: int, dimensions: int) -> None:
    points = stretched_cloud(seed, dimensions).astype(np.float64)
    moved, still = principal_chart(points + 2.5), principal_chart(points)
    assert same_axes(moved, still)
    np.testing.assert_allclose(moved.origin, still.origin + 2.5, atol=1e-9)


@given(SEEDS, st.integers(1, 7))
def test_mirrored_points_keep_their_axes(seed: int, dimensions: int) -> None:
    points = stretched_cloud(seed, dimensions)
    assert same_axes(principal_chart(points), principal_chart(-points))


@given(SEEDS, st.integers(1, 7))
def test_each_axis_points_to_where_its_largest_entry_is_positive(seed: int, dimensions: int) -> None:
    axes = principal_chart(stretched_cloud(seed, dimensions)).axes[: min(2, dimensions)]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], axis=1)
    assert (largest > 0).all()


@pytest.mark.parametrize("dimensions", [1, 3, 5])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_handful_of_points_has_a_chart(dimensions: int, count: int) -> None:
    points = stretched_cloud(1, dimensions, count)
    chart = principal_chart(points)
    assert np.isfinite(chart.to_plane(points)).all()
    np.testing.assert_allclose(chart.to_plane(points).mean(0), 0, atol=1e-5)


def test_two_dimensions_are_seen_as_they_are() -> None:
    assert chart_for(np.zeros((4, 2), np.float32)).name == "identity"
    assert chart_for(np.zeros((4, 3), np.float32)).name == "following"


@pytest.mark.parametrize(("count", "dimensions"), [(2000, 600), (50, 600), (4000, 520)])
def test_in_many_dimensions_the_components_are_those_of_the_covariance(count: int, dimensions: int) -> None:
    draw = np.random.default_rng(dimensions)
    scales = np.r_[9.0, 6.0, np.linspace(3, 0.5, dimensions - 2)]
    turn, _ = np.linalg.qr(draw.standard_normal((dimensions, dimensions)))
    points = ((draw.standard_normal((count, dimensions)) * scales) @ turn + 5).astype(np.float32)
    chart = principal_chart(points)
    spread, vectors = np.linalg.eigh(np.cov(points.astype(np.float64), rowvar=False, bias=True))
    for axis, exact in zip(chart.axes, vectors.T[::-1], strict=False):
        assert abs(axis @ exact) > 0.999
    assert f"({spread[-1] / spread.sum():.0%})".replace("%", " %") in chart.axis_names[0]
    np.testing.assert_allclose(chart.axes @ chart.axes.T, np.eye(2), atol=1e-6)
