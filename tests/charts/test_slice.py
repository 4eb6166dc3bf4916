"""Slices: through any point, along any two dimensions or directions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.charts import ChartSpec, chart_for
from latent_explorer.errors import UserError

SEEDS = st.integers(0, 10_000)
CLOUD = np.random.default_rng(0).normal((5, 0, -3, 1), 1, (60, 4)).astype(np.float32)


def sliced(text: str):
    return chart_for(CLOUD, ChartSpec.of(text))


def written(values: np.ndarray) -> str:
    return ",".join(map(repr, values.tolist()))


def test_along_dimensions_plane_coordinates_are_the_latents_own() -> None:
    chart = sliced("slice:across=3,up=1,through=7,8,9,10")
    np.testing.assert_array_equal(chart.to_latent((0.25, -2.0)), (7, -2, 9, 0.25))
    np.testing.assert_array_equal(chart.to_plane((7, -2, 9, 0.25)), (0.25, -2.0))
    assert chart.axis_names == ("dimension 3", "dimension 1")


def test_without_a_choice_it_is_the_first_two_dimensions_through_the_middle_of_the_data() -> None:
    np.testing.assert_allclose(sliced("slice").to_latent((1.0, 2.0)), (1, 2, *CLOUD.mean(0)[2:]), rtol=1e-6)


@given(SEEDS)
def test_it_holds_its_point_and_both_directions(seed: int) -> None:
    across, up, point = np.random.default_rng(seed).standard_normal((3, 4)) * 5
    chart = sliced(f"slice:across={written(across)},up={written(up)},through={written(point)}")
    for z in (point, point + across, point - 3 * up, point + across - up):
        np.testing.assert_allclose(chart.to_latent(chart.to_plane(z)), z, atol=1e-4)
    np.testing.assert_allclose(chart.axes @ chart.axes.T, np.eye(2), atol=1e-9)
    step = chart.to_plane(point + across) - chart.to_plane(point)
    np.testing.assert_allclose(step, (np.linalg.norm(across), 0), atol=1e-9)
    assert chart.axis_names[0].startswith("direction ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slice:across=2,up=2", "the same direction, and span no plane"),
        ("slice:across=1,up=0,2,0,0", "the same direction"),
        ("slice:across=0,0,0,0", "across is no direction"),
        ("slice:up=4", "expected a dimension from 0 to 3 or 4 numbers"),
    ],
)
def test_what_spans_no_plane_is_refused(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        sliced(text)


def test_the_plane_through_two_points_of_the_data_may_be_named_by_them() -> None:
    one, other, third = CLOUD[:3].astype(float)
    chart = sliced(f"slice:across={written(other - one)},up={written(third - one)},through={written(one)}")
    for z in (one, other, third):
        np.testing.assert_allclose(chart.to_latent(chart.to_plane(z)), z, atol=1e-5)
