"""Each kind of translator: what it recovers, what it says of its anchors, and what it refuses."""

import numpy as np
import pytest

from latent_explorer.alignment.registry import TRANSLATORS, translator_kind
from latent_explorer.errors import UserError

KINDS = pytest.mark.parametrize("kind", TRANSLATORS.values(), ids=TRANSLATORS)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr("latent_explorer.alignment.mlp._STEPS", 100)
    monkeypatch.setattr("latent_explorer.alignment.mlp._HIDDEN", 32)


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
    source = np.random.default_rng(0).normal(size=(1000, 4))
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


def bent(source):
    return np.stack([np.sin(source[:, 0]) + source[:, 1], np.cos(source[:, 1]), source[:, 0] ** 2 / 4], axis=1)


@pytest.mark.parametrize("name", ["kernel", "local", "mlp"])
def test_what_bends_is_followed_better_than_by_an_affine_map(name):
    rng = np.random.default_rng(0)
    source, unseen = rng.normal(size=(150, 2)), rng.normal(size=(150, 2))
    missed = {}
    for each in (name, "affine"):
        fitted = TRANSLATORS[each].fit(source, bent(source))
        missed[each] = np.square(fitted.translator.to(unseen) - bent(unseen)).mean(), fitted.leave_one_out.mean()
    assert np.less(missed[name], np.array(missed["affine"]) / 3).all()


def test_leave_one_out_of_a_kernel_is_what_fitting_without_the_anchor_gives():
    source = np.random.default_rng(0).normal(size=(60, 2))
    found = TRANSLATORS["kernel"].fit(source, bent(source)).leave_one_out[:12]
    expected = [missed_without(TRANSLATORS["kernel"], source, bent(source), index) for index in range(12)]
    assert np.median(found) == pytest.approx(np.median(expected), rel=0.25)
    assert np.corrcoef(found, expected)[0, 1] > 0.9


def test_of_very_many_anchors_a_kernel_keeps_some_and_is_tried_on_the_others(monkeypatch):
    monkeypatch.setattr("latent_explorer.alignment.kernel._CENTRES", 50)
    source = np.random.default_rng(0).normal(size=(400, 2))
    fitted = TRANSLATORS["kernel"].fit(source, bent(source))
    assert len(fitted.translator.arrays["centres"]) == 50
    off = np.linalg.norm(fitted.translator.to(source) - bent(source), axis=1)
    spread = np.sqrt(np.square(bent(source) - bent(source).mean(0)).sum(1).mean())
    assert fitted.leave_one_out[1] == pytest.approx(off[1] / spread, rel=1e-3)


def torn(source):
    """A plane whose right half is carried far away and turned."""
    right = source[:, :1] > 0
    return np.where(right, source @ rotation(2) + (30, -10), source)


def test_where_a_space_is_torn_the_local_translator_keeps_the_parts_apart():
    rng = np.random.default_rng(0)
    source, unseen = rng.uniform(-3, 3, (400, 2)), rng.uniform(-3, 3, (800, 2))
    off = {}
    for name in ("local", "kernel", "affine", "nearest"):
        made = TRANSLATORS[name].fit(source, torn(source)).translator.to(unseen)
        off[name] = np.mean(np.linalg.norm(made - torn(unseen), axis=1) > 0.3)
    assert off["local"] < 0.06
    assert off["local"] < min(off["kernel"], off["affine"], off["nearest"]) / 2


def longest_step(translator, count):
    line = np.linspace((-2, 0.1), (2, 0.3), count)
    return np.linalg.norm(np.diff(translator.to(line), axis=0), axis=1).max()


@KINDS
def test_a_kind_that_says_so_does_not_jump(kind):
    source = np.random.default_rng(0).uniform(-3, 3, (200, 2))
    translator = kind.fit(source, torn(source)).translator
    steps = longest_step(translator, 500), longest_step(translator, 20_000)
    assert (steps[1] < steps[0] / 5 and steps[1] < 3) == kind.smooth
