"""The nearest data are found exactly, by whatever way is quick."""

import numpy as np
import pytest

from latent_explorer.charts import Search, neighbourhood
from latent_explorer.charts.neighbours import least


@pytest.mark.parametrize(("count", "dimensions"), [(50, 3), (700, 5), (9000, 4)])
def test_the_nearest_of_all_are_those_of_a_tree(count: int, dimensions: int) -> None:
    from scipy.spatial import KDTree

    points = np.random.default_rng(0).standard_normal((count, dimensions)).astype(np.float32)
    blocks = list(Search(points).of_all(12))
    assert [block.start for block in blocks] == sorted({block.start for block in blocks})
    distances = np.concatenate([block.distances for block in blocks])
    expected, _ = KDTree(points.astype(float)).query(points.astype(float), 13)
    np.testing.assert_allclose(distances, expected[:, 1:], rtol=1e-4)
    assert all((block.indices != block.start + np.arange(len(block.indices))[:, None]).all() for block in blocks)


def test_data_that_are_the_same_count_as_neighbours() -> None:
    points = np.repeat(np.eye(4, dtype=np.float32), 30, axis=0)
    (block,) = Search(points).of_all(20)
    assert (block.distances == 0).all()


def test_the_least_of_rows_that_are_equal_are_as_many_as_asked_for() -> None:
    assert least(np.zeros((3, 5000), np.float32), 7).shape == (3, 7)
    assert [sorted(row) for row in least(-np.arange(10_000, dtype=np.float32).reshape(2, -1), 3).tolist()] == [
        [4997, 4998, 4999]
    ] * 2


def test_a_neighbourhood_is_exact_at_its_datum_and_lies_as_the_map_does() -> None:
    random = np.random.default_rng(1)
    flat = random.standard_normal((4000, 2)) * (2, 1)
    turn, _ = np.linalg.qr(random.standard_normal((5, 5)))
    points = (flat @ turn[:2] + 0.01 * random.standard_normal((4000, 5))).astype(np.float32)
    slopes = turn[:2] * [[1], [-1]]  # a map with up and down exchanged
    near = neighbourhood(Search(points), points[17], slopes)
    np.testing.assert_array_equal(near.chart.to_latent((0, 0)), points[17])
    assert 17 not in near.indices
    np.testing.assert_allclose(near.chart.axes @ near.chart.axes.T, np.eye(2), atol=1e-9)
    assert (np.diag(near.chart.axes @ slopes.T) > 0.98).all()
    assert 0 < near.reach < 1


def test_a_neighbourhood_of_equal_data_is_some_plane() -> None:
    near = neighbourhood(Search(np.ones((6, 3), np.float32)), np.ones(3, np.float32), np.zeros((2, 3)))
    np.testing.assert_array_equal(near.chart.to_latent((0, 0)), np.ones(3))
    assert near.reach > 0
