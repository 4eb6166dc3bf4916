"""Figures of two spaces as they are: against their definitions, and what they must not depend on."""

import numpy as np
import pytest

from latent_explorer.alignment import distances
from latent_explorer.alignment.similarity import linear_cka, neighbours, overlap, rbf_cka, svcca

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5)) * (5, 4, 3, 2, 1)
TURN = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
NOISE = RNG.normal(size=(300, 4))


@pytest.mark.parametrize("measure", [linear_cka, rbf_cka, svcca])
def test_a_turned_and_scaled_space_is_the_same(measure):
    assert measure(X, 3 * X @ TURN + 7) == pytest.approx(1, abs=1e-4)
    assert measure(X, NOISE) < 0.3
    assert measure(X, NOISE) == pytest.approx(measure(NOISE, X), abs=1e-5)


def test_kernel_alignment_is_what_centred_kernels_give():
    def gram(x):
        squares = np.square(x[:, None] - x).sum(2)
        width = np.median(squares[np.triu_indices(len(x), 1)]) * 0.25 * 2
        return np.exp(-squares / width)

    y = np.concatenate([X[:, :2] ** 2, NOISE], axis=1)
    middle = np.eye(300) - 1 / 300
    k, other = (middle @ gram(each) @ middle for each in (X, y))
    expected = (k * other).sum() / np.sqrt((k * k).sum() * (other * other).sum())
    assert rbf_cka(X, y) == pytest.approx(expected, rel=1e-3)


def test_blocks_change_nothing(monkeypatch):
    whole = rbf_cka(X, NOISE)
    monkeypatch.setattr(distances, "_HELD", 4 * 300 * 7)
    assert rbf_cka(X, NOISE) == pytest.approx(whole, rel=1e-5)


def test_directions_of_next_to_no_variance_do_not_count():
    tiny = np.concatenate([X, 1e-3 * NOISE], axis=1)
    assert svcca(X, tiny) == pytest.approx(1, abs=1e-3)


def test_a_point_is_no_neighbour_of_itself_even_among_its_likes():
    found = neighbours(np.zeros((30, 3)), 10)
    assert found.shape == (30, 10)
    assert (found != np.arange(30)[:, None]).all()


def test_the_overlap_of_neighbours():
    near = neighbours(X)
    assert overlap(near, neighbours(2 * X @ TURN)) == 1
    assert overlap(near, neighbours(RNG.normal(size=(300, 2)))) < 0.1
    assert overlap(np.array([[1, 2], [3, 4]]), np.array([[2, 5], [4, 3]])) == 0.75


def test_spaces_of_one_point_are_not_alike_and_no_trouble():
    assert linear_cka(X * 0, X) == rbf_cka(X * 0, X) == 0
