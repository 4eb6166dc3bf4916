"""Trust in places: calibrated on held-out images, two-sided, for any number of dimensions."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.analysis import EDGE, INSIDE, OUTSIDE, HeldOut, Neighbourhood, Spread, Trust, held_out
from latent_explorer.analysis.trust import RadiusTails, Tail

SEEDS = st.integers(0, 5_000)
DIMENSIONS = [1, 2, 5, 16, 40]
Returned = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def encoder(seed: int) -> Returned:
    """Puts pictures a little beside where they were decoded; so much the farther, the farther out that was."""
    random = np.random.default_rng(seed)
    return lambda z: (z + 0.1 * np.linalg.norm(z, axis=1, keepdims=True) * random.normal(size=z.shape)).astype("f4")


class Model:
    """Gaussian latents (1500 training and 1500 test images), and an encoder."""

    def __init__(self, dimensions: int, seed: int = 0, scale: float = 1.0) -> None:
        random = np.random.default_rng(seed)
        self.draw = lambda count: (scale * (3 + random.standard_normal((count, dimensions)))).astype(np.float32)
        means, split = self.draw(3000), (np.arange(3000) % 2).astype(np.uint8)
        self.near, self.back = Neighbourhood(means, None, 0), encoder(seed)
        numbers = held_out(split)
        error = np.exp(random.normal(-4, 0.5, len(numbers)))
        z, spread = means[numbers], Spread(means)
        self.held = HeldOut(numbers, z, self.near.reach(z, of_images=True), error, spread)
        self.trust = Trust(self.held, self.back(z - spread._middle) + spread._middle)

    def returned(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        middle = self.held.spread._middle.astype(np.float32)
        return self.back(z - middle) + middle

    def score(self, z: NDArray[np.float32]) -> NDArray[np.float64]:
        return self.trust.score(z, self.near.reach, self.returned)

    def verdict(self, z: NDArray[np.float32]):
        return self.trust.verdict(z, float(self.near.reach(z[None])[0]), self.returned)


@pytest.mark.parametrize("dimensions", DIMENSIONS)
def test_one_further_image_in_twenty_is_not_inside(dimensions: int) -> None:
    model = Model(dimensions)
    assert 0.03 <= (model.score(model.draw(4000)) > 1).mean() <= 0.075
    middle = model.trust.score(model.held.z, lambda _: model.held.reach, model.returned)
    assert np.quantile(middle, 0.95) == pytest.approx(1, abs=0.15)  # but for what the encoder drew anew


def test_the_middle_of_many_dimensions_is_too_central_and_that_of_two_is_not() -> None:
    many, two = Model(16), Model(2)
    found = many.verdict(np.full(16, 3, np.float32))
    assert (found.word, found.reason) == (OUTSIDE, "central")
    assert found.radius < found.usual_radius[0]
    found = two.verdict(np.full(2, 3, np.float32))
    assert (found.word, found.reason) == (INSIDE, "")


@pytest.mark.parametrize("dimensions", DIMENSIONS)
def test_far_from_all_images_is_outside(dimensions: int) -> None:
    found = Model(dimensions).verdict(np.full(dimensions, 30, np.float32))
    assert (found.word, found.reason) == (OUTSIDE, "far")
    assert found.reach > 2
    assert found.radius > found.usual_radius[1]


@pytest.mark.parametrize("dimensions", DIMENSIONS)
def test_a_picture_that_does_not_come_back_is_outside(dimensions: int) -> None:
    model = Model(dimensions)
    scores = model.score(model.held.z)
    z = model.held.z[scores < 0.6][0]
    assert model.verdict(z).word == INSIDE
    model.back = lambda z: z + np.float32(2.5)
    found = model.verdict(z)
    assert (found.word, found.reason) == (OUTSIDE, "astray")
    assert found.astray is not None
    assert found.astray > 1


def test_farther_away_the_word_never_turns_back() -> None:
    model = Model(2)
    model.back = lambda z: z
    words = [INSIDE, EDGE, OUTSIDE]
    found = [words.index(model.verdict(np.array([5.5 + step, 3], np.float32)).word) for step in np.linspace(0, 9, 40)]
    assert found == sorted(found)
    assert set(found[1:]) >= {1, 2}


@settings(max_examples=30)
@given(SEEDS, st.sampled_from(DIMENSIONS))
def test_the_veil_agrees_with_the_word_and_asks_no_more_than_it_needs(seed: int, dimensions: int) -> None:
    model, asked = Model(dimensions), []
    model.back = lambda z: 0.9 * z  # the same at each time it is asked
    z = (3 + np.random.default_rng(seed).normal(0, 2, (60, dimensions))).astype(np.float32)

    def returned(some: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(len(some))
        return model.returned(some)

    cover = model.trust.cover(z, model.near.reach, returned)
    words = [model.verdict(place).word for place in z]
    assert all(share == 0 for share, word in zip(cover, words, strict=True) if word == INSIDE)
    assert all(0 <= share <= 1 for share in cover)
    assert all(share == 1 for share, word in zip(cover, words, strict=True) if word == OUTSIDE)
    assert sum(asked) <= len(z) - sum(model.trust.score(z, model.near.reach) >= model.trust.edge)


@settings(max_examples=10)
@given(SEEDS, st.floats(1e-3, 1e3))
def test_the_unit_of_latent_space_does_not_matter(seed: int, scale: float) -> None:
    one, other = Model(5, seed % 5), Model(5, seed % 5, scale)
    z = one.draw(30)
    np.testing.assert_allclose(other.draw(30), scale * z, rtol=1e-4)
    reach = one.trust.score(z, one.near.reach)
    np.testing.assert_allclose(other.trust.score(z * np.float32(scale), other.near.reach), reach, rtol=1e-2)


def test_an_image_of_ones_own_is_judged_by_its_reconstruction_too() -> None:
    model = Model(2)
    z = model.draw(2000)
    reach, back = model.near.reach(z), model.returned(z)
    usual = np.exp(np.random.default_rng(9).normal(-4, 0.5, len(z)))
    assert 0.03 <= (model.trust.score_images(z, reach, back, usual) > 1).mean() <= 0.075
    assert (model.trust.score_images(z, reach, back, 8 * usual) > 1).mean() > 0.95


def test_without_an_encoder_reach_and_radius_are_left() -> None:
    model = Model(16)
    trust = Trust(model.held, None)
    found = trust.verdict(np.full(16, 3, np.float32), 1.0)
    assert (found.word, found.reason, found.astray) == (OUTSIDE, "central", None)
    assert 0.03 <= (trust.score(model.draw(4000), model.near.reach) > 1).mean() <= 0.075


def test_a_dimension_that_is_not_used_is_as_wide_as_the_prior() -> None:
    means = np.random.default_rng(0).standard_normal((500, 3)).astype(np.float32) * (1, 1, 1e-4)
    log_variance = np.log(np.full((500, 3), 1e-2, np.float32))
    log_variance[:, 2] = 0
    prior = np.array([[0, 0, 2]], np.float32)
    assert Spread(means.astype(np.float32), log_variance).radius(prior)[0] == pytest.approx(2, abs=0.1)
    assert Spread(means.astype(np.float32)).radius(prior)[0] > 100


@pytest.mark.parametrize("count", [1, 2, 30])
def test_images_that_all_lie_on_one_spot(count: int) -> None:
    means, near = np.zeros((count, 2), np.float32), Neighbourhood(np.zeros((count, 2), np.float32), None, 0)
    held = HeldOut(np.arange(count), means, near.reach(means, of_images=True), None, Spread(means))
    trust = Trust(held, means)
    for z, word in ((np.zeros(2, np.float32), INSIDE), (np.ones(2, np.float32), OUTSIDE)):
        assert trust.verdict(z, float(near.reach(z[None])[0]), lambda z: z).word == word


def test_the_tail_is_the_share_of_images_and_goes_on_beyond_them() -> None:
    tail = Tail(np.random.default_rng(0).exponential(1, 100_000))
    values = np.array([0.1, 1, 2, 4, 9, 20])
    np.testing.assert_allclose(tail.surprise(values), values, rtol=0.03)


@pytest.mark.parametrize(("dimensions", "weight"), [(1, 0), (2, 0), (3, 0.5), (4, 1), (16, 1)])
def test_the_lower_side_of_the_radius_counts_as_the_density_of_its_square_falls(dimensions: int, weight: float) -> None:
    """Of a ball filled evenly, the share within r is r^d, and the density of r² goes as r^(d - 2)."""
    radius = np.random.default_rng(0).random(100_000) ** (1 / dimensions)
    tails, at = RadiusTails(radius), np.array([0.1, 0.02]) ** (2 / dimensions)
    assert tails.weight == pytest.approx(weight, abs=0.05)
    np.testing.assert_allclose(tails.surprise(at), -weight * dimensions * np.log(at), atol=0.3 + 0.2 * weight)
    assert tails.is_central(at[0]) or not weight
    assert not tails.is_central(1.1)


def test_the_upper_side_of_the_radius_is_exponential_in_its_square() -> None:
    radius = np.sqrt(np.random.default_rng(0).exponential(2, 100_000))  # as of two Gaussian dimensions
    at = np.array([2.5, 3, 6])
    np.testing.assert_allclose(RadiusTails(radius).surprise(at), at**2 / 2, rtol=0.05)


def test_held_out_are_test_images_the_same_every_time() -> None:
    split = (np.arange(9000) % 3 == 0).astype(np.uint8)
    numbers = held_out(split)
    assert len(set(numbers.tolist())) == 2000
    assert (split[numbers] == 1).all()
    np.testing.assert_array_equal(numbers, held_out(split))
    assert sorted(held_out(np.zeros(50, np.uint8)).tolist()) == list(range(50))


def test_of_few_images_the_tail_counts_each() -> None:
    surprise = Tail(np.arange(1.0, 100.0)).surprise(np.array([0.0, 1.0, 51.0, 80.0]))
    np.testing.assert_allclose(surprise, -np.log([1, 1, 0.5, 0.21]))


@pytest.mark.parametrize("dimensions", DIMENSIONS)
def test_one_image_in_a_thousand_lies_beyond_the_edge(dimensions: int) -> None:
    """Scores are surprises by the share of images that have more, in units of what one in twenty has."""
    trust = Model(dimensions).trust
    assert math.exp(-trust._most * trust.edge) == pytest.approx(math.exp(-trust._most) * 0.001 / 0.05)
