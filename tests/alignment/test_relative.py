"""Coordinates relative to anchors: what they do not see, the way back from them, and what is refused."""

import numpy as np
import pytest

from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.relative import MEASURES, absolute, comparable, relative
from latent_explorer.errors import UserError

MEASURED = pytest.mark.parametrize("measure", MEASURES)
KINDS = {"cosine": "relative", "euclidean": "relative-euclidean"}


def two_spaces(count=200, dimensions=5):
    """Latents, and the same turned, moved and in other units."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(count, dimensions)) * np.arange(1, dimensions + 1) + 7
    return z, 3 * z @ np.linalg.qr(rng.normal(size=(dimensions, dimensions)))[0] - 20


def test_cosines_and_distances_are_what_they_say():
    z, anchors = np.array([[3.0, 1.0]]), np.array([[2.0, 1.0], [0.0, 1.0], [1.0, 2.0], [1.0, 0.0]])
    assert np.allclose(relative(z, anchors, "cosine"), [[1, -1, 0, 0]])
    assert np.allclose(relative(z, anchors, "euclidean"), [[1, 3, np.sqrt(5), np.sqrt(5)]])


@MEASURED
def test_neither_turning_nor_moving_nor_units_matter(measure):
    z, there = two_spaces()
    assert np.allclose(relative(z, z[:8], measure), relative(there, there[:8], measure), atol=1e-6)
    there = there if measure == "euclidean" else there + 20  # cosines to rank by are those about the origin
    assert np.allclose(comparable(z, z[:8], measure), comparable(there, there[:8], measure))


@MEASURED
def test_ranks_by_relative_coordinates_find_the_true_image(measure):
    z, there = two_spaces()
    noisy = there + 20 + np.random.default_rng(1).normal(size=there.shape) * 0.01
    scores = comparable(z, z[:20], measure) @ comparable(noisy, noisy[:20], measure).T
    assert (scores.argmax(1) == np.arange(200)).mean() > 0.95


@MEASURED
def test_the_inverse_projection_undoes_them(measure):
    z, there = two_spaces()
    middle, unit = z[:12].mean(0), np.sqrt(np.square(z[:12] - z[:12].mean(0)).sum(1).mean())
    lengths = np.linalg.norm(z - middle, axis=1) / unit
    coordinates = relative(z, z[:12], measure)
    assert np.allclose(absolute(coordinates, z[:12], measure, lengths), z)
    assert np.allclose(absolute(coordinates, there[:12], measure, lengths), there)


@MEASURED
def test_the_translator_goes_by_them(measure):
    """As taking relative coordinates and the inverse projection by themselves, but for the ridge."""
    z, there = two_spaces()
    there = there + np.sin(there)
    fitted = translator_kind(KINDS[measure]).fit(z[:60], there[:60])
    unit = np.sqrt(np.square(z[:60] - z[:60].mean(0)).sum(1).mean())
    lengths = np.linalg.norm(z - z[:60].mean(0), axis=1) / unit
    by_hand = absolute(relative(z, z[:60], measure), there[:60], measure, lengths)
    assert np.abs(fitted.translator.to(z) - by_hand).mean() < 0.05 * there.std()


@MEASURED
def test_an_anchor_left_out_is_missed_as_said(measure):
    z, there = two_spaces(30)
    there[4] += 15
    fitted = translator_kind(KINDS[measure]).fit(z, there)
    assert fitted.leave_one_out.argmax() == 4
    rest = np.arange(30) != 4
    taken = translator_kind(KINDS[measure]).fit(z[rest], there[rest]).translator.to(z[[4]])[0]
    spread = np.sqrt(np.square(there - there.mean(0)).sum(1).mean())
    assert np.linalg.norm(taken - there[4]) / spread == pytest.approx(fitted.leave_one_out[4], rel=0.2)


@MEASURED
def test_a_constant_dimension_and_an_anchor_in_the_middle_do_no_harm(measure):
    z, _ = two_spaces()
    z[:, 1] = 4
    z[5] = np.delete(z[:9], 5, 0).mean(0)
    for values in (
        relative(z, z[:9], measure),
        comparable(z, z[:9], measure),
        absolute(np.ones((2, 9)), z[:9], measure),
    ):
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("anchors", "sentence"),
    [
        (np.ones((1, 3)), "at least 2 anchors"),
        (np.ones((4, 3)), "all anchors have the same latent"),
        (np.array([[1.0, 2, 3], [np.nan, 2, 3]]), "not finite"),
    ],
)
def test_anchors_that_say_nothing(anchors, sentence):
    with pytest.raises(UserError, match=sentence):
        relative(np.ones((5, 3)), anchors, "cosine")


def test_an_unknown_measure():
    with pytest.raises(UserError, match="unknown measure 'angle'; expected cosine or euclidean"):
        relative(np.ones((5, 3)), np.eye(3), "angle")
