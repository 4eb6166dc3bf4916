"""The neighbourhood of a place, against plain reckoning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.analysis import EDGE, INSIDE, NOWHERE, Neighbourhood

ORDER = [INSIDE, EDGE, NOWHERE]
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


@given(SEEDS)
def test_farther_away_the_word_never_turns_back(seed: int) -> None:
    means, _ = cloud(seed)
    neighbourhood = Neighbourhood(means, None, 0)
    places = [neighbourhood.around(np.array([3 + step, 0], np.float32)) for step in np.linspace(0, 12, 30)]
    words = [ORDER.index(place.word) for place in places]
    assert words == sorted(words)
    assert words[-1] == ORDER.index(NOWHERE)
    assert all(place.reach > 0 for place in places)


@given(SEEDS)
def test_the_words_are_those_of_the_quantiles(seed: int) -> None:
    """Of the images themselves 95 % are inside, and all but one in a thousand are inside or at the edge."""
    means, _ = cloud(seed, 400)
    distances = np.sort(np.linalg.norm(means[:, None].astype(np.float64) - means[None], axis=2), axis=1)[:, 10]
    inside, edge = np.quantile(distances, (0.95, 0.999))
    z = np.array([2.2, -1.9], np.float32)
    reach = np.sort(np.linalg.norm(means.astype(np.float64) - z, axis=1))[9]
    found = Neighbourhood(means, None, 0).around(z)
    assert found.word == (INSIDE if reach <= inside else EDGE if reach <= edge else NOWHERE)
    assert found.reach == pytest.approx(reach / inside)


def test_without_labels_there_are_no_shares() -> None:
    means, _ = cloud(0)
    assert Neighbourhood(means, None, 10).around(means[0]).shares.size == 0


def test_images_that_all_lie_on_one_spot() -> None:
    neighbourhood = Neighbourhood(np.zeros((30, 2), np.float32), np.zeros(30, np.int64), 1)
    assert neighbourhood.around(np.zeros(2, np.float32)).word == INSIDE
    assert neighbourhood.around(np.ones(2, np.float32)).word == NOWHERE


def test_a_single_image() -> None:
    found = Neighbourhood(np.zeros((1, 3), np.float32), np.zeros(1, np.int64), 1).around(np.ones(3, np.float32))
    assert found.indices.tolist() == [0]
    assert found.shares.tolist() == [1.0]
    assert found.word == NOWHERE


@given(SEEDS, st.sampled_from([1, 2, 5]))
def test_remoteness_agrees_with_the_word(seed: int, dimensions: int) -> None:
    means, _ = cloud(seed, dimensions=dimensions)
    neighbourhood = Neighbourhood(means, None, 0)
    z = np.linspace(0, 9, 40, dtype=np.float32)[:, None] * np.ones(dimensions, np.float32)
    for share, place in zip(neighbourhood.remoteness(z), z, strict=True):
        word = neighbourhood.around(place).word
        assert share == 0 if word == INSIDE else share == 1 if word == NOWHERE else 0 <= share <= 1


@given(SEEDS)
def test_the_density_of_an_even_square_is_its_share_per_area(seed: int) -> None:
    side = 4.0
    means = (np.random.default_rng(seed).random((20_000, 2)) * side).astype(np.float32)
    middle = np.array([[2, 2], [1.5, 2.5]], np.float32)
    assert Neighbourhood(means, None, 0).log_density(middle) == pytest.approx(np.log10(1 / side**2), abs=0.25)


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
