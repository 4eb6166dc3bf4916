"""Each kind of translator: what it recovers, what it says of its anchors, and what it refuses."""

import numpy as np
import pytest

from latent_explorer.alignment.registry import TRANSLATORS, translator_kind
from latent_explorer.errors import UserError

KINDS = pytest.mark.parametrize("kind", TRANSLATORS.values(), ids=TRANSLATORS)


def cloud(count=60, dimensions=4, seed=0):
    return np.random.default_rng(seed).normal(size=(count, dimensions)) * np.arange(1, dimensions + 1) + 3


def rotation(dimensions, seed=1):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))[0]


def missed_without(kind, source, target, index):
    """How far a translator fitted without one anchor is off there, from scratch."""
    rest = np.arange(len(source)) != index
    taken = kind.fit(source[rest], target[rest]).translator.to(source[[index]])[0]
    spread = np.sqrt(np.square(target - target.mean(0)).sum(1).mean())
    return np.linalg.norm(taken - target[index]) / spread


@KINDS
@pytest.mark.parametrize("dimensions", [(4, 4), (4, 2), (2, 5), (1, 3), (16, 2)])
def test_any_pair_of_dimensions(kind, dimensions):
    source, target = (cloud(60, d, seed) for seed, d in enumerate(dimensions))
    fitted = kind.fit(source, target)
    made = fitted.translator.to(source.astype(np.float32))
    assert (made.shape, made.dtype) == (target.shape, np.float32)
    assert fitted.translator.to(source[:0]).shape == (0, dimensions[1])
    assert fitted.leave_one_out.shape == (60,)
    assert np.isfinite(fitted.leave_one_out).all()


@KINDS
def test_a_translator_is_its_arrays(kind):
    source, target = cloud(), cloud(60, 3, 2)
    translator = kind.fit(source, target).translator
    again = kind.restore(translator.arrays)
    assert (again.to(source) == translator.to(source)).all()
    name = next(iter(translator.arrays))
    for spoiled in (
        {},
        {**translator.arrays, "more": np.zeros(2)},
        {**translator.arrays, name: np.full_like(translator.arrays[name], np.nan)},
        {**translator.arrays, name: translator.arrays[name][..., None]},
    ):
        with pytest.raises(UserError):
            kind.restore(spoiled)


@KINDS
def test_a_wrong_pair_stands_out(kind):
    source = cloud(40, 2)
    target = source @ rotation(2) + 1
    target[7] += (25, -25)
    fitted = kind.fit(source, target)
    assert fitted.leave_one_out.argmax() == 7


@KINDS
def test_constant_dimensions_are_no_trouble(kind):
    source, target = cloud(), cloud(60, 4, 2)
    source[:, 1] = target[:, 2] = 5
    fitted = kind.fit(source, target)
    assert np.isfinite(fitted.translator.to(source)).all()
    assert np.isfinite(fitted.leave_one_out).all()


@KINDS
@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda s, t: (s[:1], t[:1]), "needs at least"),
        (lambda s, t: (s, t[:-1]), "as many source latents"),
        (lambda s, t: (np.where(np.arange(len(s))[:, None] == 3, np.nan, s), t), "anchor 4: its latent in the source"),
        (lambda s, t: (s, np.where(t == t.max(), np.inf, t)), "in the target space is not finite"),
        (lambda s, t: (s * 0 + 2, t), "all have the same latent in the source"),
        (lambda s, t: (s, t * 0 + 2), "all have the same latent in the target"),
    ],
)
def test_anchors_that_cannot_be_fitted_are_refused(kind, spoil, complaint):
    with pytest.raises(UserError, match=complaint):
        kind.fit(*spoil(cloud(), cloud(60, 4, 2)))


def test_an_unknown_kind_names_those_there_are():
    with pytest.raises(UserError, match="orthogonal, affine"):
        translator_kind("magic")


@pytest.mark.parametrize(("name", "count"), [("orthogonal", 12), ("nearest", 12), ("affine", 12), ("affine", 4)])
def test_leave_one_out_is_what_fitting_without_the_anchor_gives(name, count):
    kind, source = TRANSLATORS[name], cloud(count, 5)
    target = np.tanh(source @ rotation(5)) + 0.1 * cloud(count, 5, 4)
    found = kind.fit(source, target).leave_one_out
    if name == "affine" and count < 6:  # the shortest solution depends on the unit of each dimension
        source = source / source.std(0)
    expected = [missed_without(kind, source, target, index) for index in range(count)]
    assert found == pytest.approx(expected, rel=0.02 if count > 6 else 0.5)


@pytest.mark.parametrize("name", ["orthogonal", "affine", "ridge"])
def test_a_rotation_is_found(name):
    source = np.random.default_rng(0).normal(size=(4000, 4))
    turn = rotation(4)
    translator = TRANSLATORS[name].fit(source, source @ turn + 2).translator
    assert np.allclose(translator.to(source), source @ turn + 2, atol=0.2)


def test_procrustes_only_turns():
    translator = TRANSLATORS["orthogonal"].fit(cloud(), cloud(60, 4, 2)).translator
    scales = cloud().std(0)[:, None] * translator.weight / cloud(60, 4, 2).std(0)
    assert np.allclose(scales @ scales.T, np.eye(4))


def test_an_affine_map_is_found_to_more_and_to_fewer_dimensions():
    source = cloud()
    for weight in (np.arange(8.0).reshape(4, 2), np.arange(28.0).reshape(4, 7) % 5):
        fitted = TRANSLATORS["affine"].fit(source, source @ weight - 1)
        assert np.allclose(fitted.translator.to(source), source @ weight - 1, atol=1e-4)
        assert fitted.leave_one_out.max() < 1e-4


def test_a_ridge_holds_back_where_anchors_are_few_and_noisy():
    rng = np.random.default_rng(3)
    source, noise = rng.normal(size=(20, 12)), 3 * rng.normal(size=(20, 12))
    held, plain = (TRANSLATORS[name].fit(source, source + noise).leave_one_out.mean() for name in ("ridge", "affine"))
    assert held < plain / 1.5
