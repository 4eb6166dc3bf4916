"""The neighbourhood of a place, against plain reckoning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood

SEEDS = st.integers(0, 5_000)


def cloud(seed: int, count: int = 200, dimensions: int = 2) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    return random.standard_normal((count, dimensions)).astype(np.float32), random.integers(0, 4, count)


@given(SEEDS, st.sampled_from([1, 2, 5, 16]), st.floats(0, 6))
def test_neighbours_and_shares_are_those_of_a_search_through_all(seed: int, dimensions: int, away: float) -> None:
    means, labels = cloud(seed, dimensions=dimensions)
    z = np.full(dimensions, away, np.float32)
    found = Neighbourhood(means, labels, 4).around(z)
    distances = np.linalg.norm(means.astype(np.float64) - z, axis=1)
    np.testing.assert_allclose(found.distances, np.sort(distances)[:8])
    np.testing.assert_allclose(distances[found.indices], found.distances)
    nearest = np.argsort(distances, kind="stable")[:50]
    np.testing.assert_allclose(found.shares, np.bincount(labels[nearest], minlength=4) / 50)


@given(SEEDS, st.integers(1, 70))
def test_shares_add_up_to_one(seed: int, count: int) -> None:
    means, labels = cloud(seed, count)
    found = Neighbourhood(means, labels, 6).around(np.zeros(2, np.float32))
    assert found.shares.shape == (6,)
    assert found.shares.sum() == pytest.approx(1)
    assert (found.shares >= 0).all()
    assert len(found.indices) == min(8, count)


def test_without_labels_there_are_no_shares() -> None:
    means, _ = cloud(0)
    assert Neighbourhood(means, None, 10).around(means[0]).shares.size == 0


def test_a_single_image() -> None:
    neighbourhood = Neighbourhood(np.zeros((1, 3), np.float32), np.zeros(1, np.int64), 1)
    found = neighbourhood.around(np.ones(3, np.float32))
    assert found.indices.tolist() == [0]
    assert found.shares.tolist() == [1.0]
    assert found.reach == pytest.approx(3**0.5)
    assert neighbourhood.reach(np.zeros((1, 3), np.float32), of_images=True).tolist() == [0]


@given(SEEDS, st.sampled_from([1, 2, 5, 16]))
def test_the_reach_is_the_distance_to_the_tenth_nearest(seed: int, dimensions: int) -> None:
    means, _ = cloud(seed, dimensions=dimensions)
    neighbourhood, places = Neighbourhood(means, None, 0), means[:20] + 0.5
    for z, of_images, rank in ((places, False, 9), (means[:20], True, 10)):
        distances = np.sort(np.linalg.norm(means[None].astype(np.float64) - z[:, None], axis=2), axis=1)
        np.testing.assert_allclose(neighbourhood.reach(z, of_images), distances[:, rank], rtol=1e-5)
    assert neighbourhood.around(places[0]).reach == pytest.approx(neighbourhood.reach(places[:1])[0])


@given(SEEDS)
def test_the_density_of_an_even_square_is_its_share_per_area(seed: int) -> None:
    side = 4.0
    means = (np.random.default_rng(seed).random((20_000, 2)) * side).astype(np.float32)
    middle = np.array([[2, 2], [1.5, 2.5]], np.float32)
    assert Neighbourhood(means, None, 0).log_density(middle) == pytest.approx(np.log10(1 / side**2), abs=0.25)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 5, 8])
def test_the_density_of_an_even_cube_is_its_share_per_volume_in_any_dimension(dimensions: int) -> None:
    random, side = np.random.default_rng(0), 4.0  # in its middle the ball of the 50 nearest lies inside it
    means = (random.random((60_000, dimensions)) * side).astype(np.float32)
    places = (side / 2 + random.uniform(-0.1, 0.1, (200, dimensions)) * side).astype(np.float32)
    found = Neighbourhood(means, None, 0).log_density(places).mean()
    assert found == pytest.approx(-dimensions * np.log10(side), abs=0.05)


@given(SEEDS)
def test_the_vote_is_the_largest_share(seed: int) -> None:
    means, labels = cloud(seed)
    neighbourhood = Neighbourhood(means, labels, 4)
    z = np.random.default_rng(seed).uniform(-3, 3, (12, 2)).astype(np.float32)
    for (label, share), place in zip(neighbourhood.vote(z), z, strict=True):
        shares = neighbourhood.around(place).shares
        assert shares[int(label)] == pytest.approx(shares.max())
        assert share == pytest.approx(shares.max())


@given(SEEDS)
def test_what_is_interpolated_stays_between_its_neighbours(seed: int) -> None:
    means, _ = cloud(seed)
    values = np.random.default_rng(seed).random(len(means)).astype(np.float32)
    neighbourhood = Neighbourhood(means, None, 0)
    found = neighbourhood.interpolated(values, means[:1])[0]
    nearest = np.sort(np.linalg.norm(means - means[0], axis=1))[1]
    if nearest > 0.02:  # two images in one place have one value
        assert found == pytest.approx(values[0], abs=0.02)
    far = neighbourhood.interpolated(values, np.array([[50, 50]], np.float32))
    nearest = np.argsort(np.linalg.norm(means - 50, axis=1))[:10]
    assert values[nearest].min() <= far[0] <= values[nearest].max()


@given(SEEDS, st.floats(0.01, 100))
def test_what_is_interpolated_is_weighted_by_the_inverse_square_of_the_distance(seed: int, unit: float) -> None:
    means, _ = cloud(seed)
    values, z = np.random.default_rng(seed).random(len(means)), np.full((1, 2), 3, np.float32)
    found = Neighbourhood(means * np.float32(unit), None, 0).interpolated(values.astype("f4"), z * np.float32(unit))
    distances = np.linalg.norm(means - z, axis=1)
    nearest = np.argsort(distances)[:10]
    assert found[0] == pytest.approx(np.average(values[nearest], weights=distances[nearest] ** -2.0), rel=1e-3)
