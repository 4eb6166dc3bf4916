"""Relative coordinates: named by anchors, made of two bundles, and seen as any other chart."""

import numpy as np
import pytest

from latent_explorer.charts import CHARTS, ChartSpec, chart_for, checked
from latent_explorer.charts.relative import relative_spec
from latent_explorer.errors import UserError

ONE = ("seal a", "seal b", [1, 2, 3], [4, 5, 6])


def test_every_other_anchor_measure_or_model_is_another_chart_and_the_name_is_read_again() -> None:
    names = [
        relative_spec(*ONE),
        relative_spec(*ONE, "euclidean"),
        relative_spec("seal a", "seal b", [1, 2, 4], [4, 5, 6]),
        relative_spec("seal a", "seal c", [1, 2, 3], [4, 5, 6]),
        relative_spec("seal b", "seal a", [4, 5, 6], [1, 2, 3]),
    ]
    assert len(set(map(str, names))) == len(names)
    for spec in names:
        assert checked(ChartSpec.of(str(spec)), 16) == spec
    assert relative_spec(*ONE) == names[0]


def test_it_is_a_chart_with_a_way_back() -> None:
    draw = np.random.default_rng(0)
    z = draw.standard_normal((400, 3)).astype(np.float32)
    chart = chart_for(z, relative_spec(*ONE), fitted={"points": z[:, :2].copy()})
    np.testing.assert_allclose(chart.to_plane(z), z[:, :2], atol=1e-6)
    np.testing.assert_allclose(chart.to_plane(z[7]), z[7, :2], atol=1e-6)
    assert chart.to_latent((0.1, 0.2)).shape == (3,)
    assert chart.axis_names == ("relative 1", "relative 2")


def test_without_what_was_made_of_both_it_says_where_it_is_made() -> None:
    z = np.zeros((9, 3), np.float32)
    with pytest.raises(UserError, match="two linked maps and their anchors"):
        chart_for(z, relative_spec(*ONE))
    assert "Alignment panel" in CHARTS["relative"].lacks(None)


@pytest.mark.parametrize("name", ["", "1e5", "a b", "../x", "a" * 60, "A1"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="a letter and then letters and digits"):
        checked(ChartSpec("relative", {"anchors": name}), 16)
