"""A plane turned so that a map stays beside the one before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes

from latent_explorer.charts import Turn, TurnedChart, chart_for, identity_chart


def points(seed: int, count: int = 50) -> np.ndarray:
    return np.random.default_rng(seed).normal((1, -2), (3, 1), (count, 2)).astype(np.float32)


@given(st.integers(0, 1000))
def test_the_turn_is_that_of_the_procrustes_problem(seed: int) -> None:
    uv, before = points(seed), points(seed + 1)
    found, _ = orthogonal_procrustes(uv.astype(float), before.astype(float))  # rows: uv @ R is near before
    np.testing.assert_allclose(Turn.between(uv, before).matrix, found.T, atol=1e-6)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 30, -135, 180])
def test_what_was_turned_is_turned_back(degrees: float, mirrored: bool) -> None:
    a = np.radians(degrees)
    away = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) @ np.diag([1, -1 if mirrored else 1])
    uv = points(3)
    turn = Turn.between(uv @ away.T, uv)
    np.testing.assert_allclose(uv @ away.T @ turn.matrix.T, uv, atol=1e-5)
    assert turn.mirrored == mirrored
    assert turn.degrees % 360 == pytest.approx((degrees if mirrored else -degrees) % 360)


def test_points_without_extent_are_not_turned() -> None:
    assert Turn.between(np.zeros((4, 2)), points(0, 4)) == Turn()


@pytest.mark.parametrize("dim", [2, 5])
def test_a_turned_chart_is_a_chart(dim: int) -> None:
    means = np.random.default_rng(0).normal(size=(300, dim)).astype(np.float32)
    chart = chart_for(means, None, tuple(Turn.between(points(1), points(2))))
    uv = points(5)
    z = chart.to_latent(uv)
    assert z.shape == (50, dim)
    np.testing.assert_allclose(chart.to_plane(z), uv, atol=1e-4)
    np.testing.assert_allclose(chart.to_latent(uv[0]), z[0], atol=1e-6)
    step = 1e-2
    moved = (chart.to_latent(uv[0] + (step, 0)) - chart.to_latent(uv[0] - (step, 0))) / (2 * step)
    np.testing.assert_allclose(chart.slopes(uv[0])[0], moved, atol=0.02)


def test_it_has_a_name_of_its_own() -> None:
    assert TurnedChart(identity_chart(), Turn()).name == "identity turned"
