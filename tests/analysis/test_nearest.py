"""A tree and a search through all points find the same neighbours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import KDTree

from latent_explorer.analysis import neighbourhood
from latent_explorer.analysis.neighbourhood import Nearest


@given(st.integers(0, 5_000), st.sampled_from([1, 6, 7, 40]), st.integers(1, 90), st.integers(1, 30))
def test_the_nearest_are_those_of_a_tree(seed: int, dimensions: int, many: int, count: int) -> None:
    random = np.random.default_rng(seed)
    points, z = (random.normal(5, 1, (size, dimensions)).astype(np.float32) for size in (many, 4))
    distances, indices = Nearest(points).find(z, count)
    expected, _ = KDTree(points).query(z, k=np.arange(1, min(count, many) + 1))
    np.testing.assert_allclose(distances, expected, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(points[indices] - z[:, None], axis=2), distances, rtol=1e-5)


@pytest.mark.parametrize("dimensions", [2, 64])
def test_a_point_is_its_own_nearest_at_no_distance(dimensions: int) -> None:
    points = np.random.default_rng(0).normal(100, 1, (300, dimensions)).astype(np.float32)
    distances, indices = Nearest(points).find(points, 1)
    assert indices[:, 0].tolist() == list(range(300))
    assert (distances == 0).all()


def test_many_places_are_searched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    points, z = random.normal(size=(50, 9)).astype(np.float32), random.normal(size=(33, 9)).astype(np.float32)
    whole = Nearest(points).find(z, 5)
    monkeypatch.setattr(neighbourhood, "_DISTANCES", 120)
    sizes, search = [], Nearest._search
    monkeypatch.setattr(Nearest, "_search", lambda self, z, count: sizes.append(len(z)) or search(self, z, count))
    np.testing.assert_array_equal(Nearest(points).find(z, 5)[1], whole[1])
    assert sum(sizes) == len(z)
    assert max(sizes) * len(points) <= 120
