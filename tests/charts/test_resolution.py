"""Where float32 latents no longer differ."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.charts import LinearChart, identity_chart, least_step, principal_chart

PLACES = st.tuples(st.floats(-100, 100), st.floats(-100, 100))


@given(PLACES)
def test_a_step_of_that_size_changes_the_latent_and_a_tenth_of_it_is_lost_somewhere(place) -> None:
    chart = identity_chart()
    step = least_step(chart, place)
    u, v = (float(np.float32(each)) for each in place)
    here = chart.to_latent((u, v))
    assert (chart.to_latent((u + step, v)) != here).any()
    assert (chart.to_latent((u, v + step)) != here).any()
    assert (
        not (chart.to_latent((u + step / 10, v)) != here).any()
        or not (chart.to_latent((u, v + step / 10)) != here).any()
    )


@given(PLACES, st.integers(0, 5))
def test_in_many_dimensions_one_coordinate_that_changes_is_enough(place, seed: int) -> None:
    points = np.random.default_rng(seed).standard_normal((60, 5)) * (5, 3, 1, 1, 1)
    chart = principal_chart(points)
    step = 1.01 * least_step(chart, place)  # the rates are measured in float32
    here = chart.to_latent(place)
    assert (chart.to_latent((place[0] + step, place[1])) != here).any()
    assert (chart.to_latent((place[0], place[1] + step)) != here).any()


def test_an_axis_that_moves_nothing_has_no_say() -> None:
    line = LinearChart("line", np.array([1.0]), np.array([[1.0], [0.0]]))
    assert least_step(line, (0.0, 3.0)) == np.spacing(np.float32(1))
