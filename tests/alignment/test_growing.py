"""Pairs found by neighbours: grown from few anchors, and without any, of small clouds whose truth is known."""

import numpy as np
import pytest

from latent_explorer.alignment.blind import find_pairs
from latent_explorer.alignment.bootstrap import grow
from latent_explorer.alignment.clouds import sampled
from latent_explorer.alignment.maps import affine, kernel, rotation
from latent_explorer.alignment.mutual import mutual_neighbours, mutual_of_many, own_share
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.errors import UserError
from latent_explorer.steps import finished


def groups_of_points(count=600, dimensions=5, seed=0):
    """Points in nine groups of unlike size and width, in no order, and the group of each."""
    rng = np.random.default_rng(7)
    centres, widths = rng.normal(size=(9, dimensions)) * 3, rng.uniform(0.5, 1.2, 9)
    shares = np.arange(3, 12) / np.arange(3, 12).sum()
    draw = np.random.default_rng(seed)
    group = draw.choice(9, count, p=shares)
    return centres[group] + widths[group, None] * draw.normal(size=(count, dimensions)), group


def elsewhere(points, dimensions=5):
    """The same points as another model might arrange them: turned, stretched and a little bent."""
    rng = np.random.default_rng(3)
    turned = points @ np.linalg.qr(rng.normal(size=(points.shape[1], points.shape[1])))[0]
    wider = np.pad(turned, ((0, 0), (0, max(0, dimensions - turned.shape[1]))))[:, :dimensions]
    return 4 + 2 * wider + 0.3 * np.sin(wider)


def run(steps):
    """What a generator of reports returns, and its reports."""
    reports = []
    return finished(steps, reports.append), reports


def shuffled(dimensions=5, count=600):
    """A cloud, and the same elsewhere in another order; which row of the second each row of the first is."""
    points, group = groups_of_points(count)
    order = np.random.default_rng(1).permutation(count)
    return points, elsewhere(points, dimensions)[order], np.argsort(order), group


def one_a_group(group, there):
    first = np.array([np.flatnonzero(group == each)[0] for each in range(9)])
    return np.stack([first, there[first]], 1)


@pytest.mark.parametrize("dimensions", [5, 7])
def test_anchors_grow_into_all_pairs(dimensions):
    source, target, there, group = shuffled(dimensions)
    anchors = one_a_group(group, there)
    grown, reports = run(grow(source, target, anchors))
    assert (there[grown.pairs[:, 0]] == grown.pairs[:, 1]).mean() > 0.98
    assert len(grown.pairs) > 0.95 * len(source)
    assert (grown.pairs[:9] == anchors).all()
    assert all(len(set(column)) == len(column) for column in grown.pairs.T.tolist())
    assert grown.share > 0.95
    assert grown.same_images
    assert all(isinstance(each, FitProgress) and 0 <= each.share <= 1 for each in reports)
    assert "pairs" in reports[-1].words


def test_of_other_images_neighbours_in_the_same_group_are_paired():
    source, group = groups_of_points(600, seed=0)
    others, group_there = groups_of_points(600, seed=5)
    firsts = [np.array([np.flatnonzero(each == number)[0] for number in range(9)]) for each in (group, group_there)]
    grown, _ = run(grow(source, elsewhere(others), np.stack(firsts, 1)))
    assert (group[grown.pairs[:, 0]] == group_there[grown.pairs[:, 1]]).mean() > 0.9
    assert not grown.same_images
    assert grown.share < 0.75


def test_large_clouds_are_looked_through_as_a_whole(monkeypatch):
    monkeypatch.setattr("latent_explorer.alignment.bootstrap._MOST", 400)
    monkeypatch.setattr("latent_explorer.alignment.bootstrap._SOUGHT", 300)
    source, target, there, group = shuffled(count=1500)
    grown, reports = run(grow(source, target, one_a_group(group, there)))
    assert (there[grown.pairs[:, 0]] == grown.pairs[:, 1]).mean() > 0.95
    assert len(grown.pairs) > 250
    assert any("all 1,500" in each.words for each in reports)


@pytest.fixture(autouse=True)
def _few_cuts(monkeypatch):
    monkeypatch.setattr("latent_explorer.alignment.blind._GROUPS", range(8, 11))


def test_pairs_are_found_without_any_known():
    source, target, there, _ = shuffled(6)
    found, reports = run(find_pairs(source, target))
    assert (run(find_pairs(source, target))[0].grown.pairs == found.grown.pairs).all()  # the same seed finds the same
    assert found.found, found.note
    assert (there[found.grown.pairs[:, 0]] == found.grown.pairs[:, 1]).mean() > 0.98
    assert 0 < found.groups < 20
    assert "found without anchors" in found.note
    assert [each.share for each in reports] == sorted(each.share for each in reports)


def test_clouds_that_have_nothing_in_common_are_not_found():
    source, _ = groups_of_points(500)
    target = np.random.default_rng(4).uniform(size=(500, 5)) ** 3
    found, _ = run(find_pairs(source, target, attempts=2))
    assert not found.found
    assert found.attempts == 2
    assert "failed after 2 attempts" in found.note


def test_a_shape_with_symmetries_is_not_said_to_be_found():
    rng = np.random.default_rng(0)
    found, _ = run(find_pairs(rng.normal(size=(900, 3)), rng.normal(size=(900, 3)), attempts=1))
    assert not found.found


def test_they_can_be_given_up():
    source, target, there, group = shuffled()
    for steps in (grow(source, target, one_a_group(group, there)), find_pairs(source, target)):
        next(steps)
        steps.close()
        with pytest.raises(StopIteration):
            next(steps)


def test_the_same_seed_finds_the_same():
    source, target, there, group = shuffled()
    anchors = one_a_group(group, there)
    once, again = (run(grow(source, target, anchors, seed=3))[0] for _ in range(2))
    assert (once.pairs == again.pairs).all()


def test_a_constant_dimension_and_one_group_do_no_harm():
    source, target, there, group = shuffled()
    source[:, 2] = 1
    target[:, 0] = 5
    grown, _ = run(grow(source, target, one_a_group(group, there)))
    assert len(grown.pairs) > 100
    alone = np.random.default_rng(2).normal(size=(300, 4)) * (4, 2, 1, 0.5)
    anchors = np.stack([np.arange(10)] * 2, 1)
    grown, _ = run(grow(alone, elsewhere(alone), anchors))
    assert (grown.pairs[:, 0] == grown.pairs[:, 1]).mean() > 0.9


ANCHORS = np.stack([np.arange(9)] * 2, 1)


def spoiled(points, value):
    return np.where(np.arange(len(points))[:, None] == 3, value, points)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda x: spoiled(x, np.nan), "source: 1 of 600 latents are not finite, the first is 3"),
        (lambda x: spoiled(x, np.inf), "not finite"),
        (lambda x: np.ones_like(x), "source: all 600 latents are alike"),
        (lambda x: x[:20], "source: expected at least 50 latents"),
        (lambda x: x[:, 0], "source: expected at least 50 latents"),
    ],
)
def test_latents_that_cannot_be_compared(change, sentence):
    source, target, *_ = shuffled()
    for steps in (grow(change(source), target, ANCHORS), find_pairs(change(source), target)):
        with pytest.raises(UserError, match=sentence):
            run(steps)


@pytest.mark.parametrize(
    ("anchors", "sentence"),
    [
        (ANCHORS[:2], "at least 3 pairs"),
        (ANCHORS[:0], "at least 3 pairs"),
        (ANCHORS.astype(float), "at least 3 pairs"),
        (np.array([[0, 1], [1, 600], [2, 3]]), "the target has no latent 600; expected 0 to 599"),
        (np.array([[-1, 1], [1, 2], [2, 3]]), "the source has no latent -1"),
        (np.array([[0, 1], [1, 2], [0, 3]]), "latent 0 of the source is in two pairs"),
    ],
)
def test_anchors_that_cannot_grow(anchors, sentence):
    source, target, *_ = shuffled()
    with pytest.raises(UserError, match=sentence):
        run(grow(source, target, anchors))


def test_anchors_that_are_all_alike():
    source, target, *_ = shuffled()
    source[:9] = source[0]
    with pytest.raises(UserError, match="all have the same latent in the source space"):
        run(grow(source, target, ANCHORS))


def test_no_attempt_is_refused():
    with pytest.raises(UserError, match="at least 1 attempt"):
        run(find_pairs(*shuffled()[:2], attempts=0))


def test_mutual_neighbours_are_each_others_nearest():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 3)), rng.normal(size=(50, 3))
    found = mutual_of_many(x, y, np.arange(60))
    apart = np.linalg.norm(x[:, None] - y, axis=2)
    expected = [(i, j) for i, j in enumerate(apart.argmin(1)) if apart[:, j].argmin() == i]
    assert found.pairs.tolist() == [list(each) for each in expected]
    assert found.share == len(expected) / 60
    near_x, near_y = np.sort(apart, 1)[:, :10].mean(1), np.sort(apart, 0)[:10].mean(0)
    scores = 2 * apart - near_x[:, None] - near_y
    expected = [[i, j] for i, j in enumerate(scores.argmin(1)) if scores[:, j].argmin() == i]
    assert mutual_neighbours(x, y).pairs.tolist() == expected


def test_halves_of_one_cloud_share_about_half():
    points, _ = groups_of_points()
    assert 0.4 < own_share(points, np.random.default_rng(0)) < 0.65


def test_a_sample_keeps_what_it_must():
    rng = np.random.default_rng(0)
    assert sampled(5, 9, rng).tolist() == [0, 1, 2, 3, 4]
    rows = sampled(1000, 50, rng, np.array([999, 3]))
    assert len(rows) == 50
    assert {3, 999} <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()


def test_few_points_turn_only_what_they_span():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 6))
    turned = rotation(x, x)(rng.normal(size=(40, 6)))
    assert np.linalg.matrix_rank(turned - turned.mean(0), tol=1e-9) == 2
    assert np.allclose(rotation(x, x)(x), x)


def test_a_kernel_bends_where_an_affine_map_cannot():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2))
    y = np.stack([np.sin(2 * x[:, 0]), x[:, 1] ** 2], 1)
    apart = [float(np.square(to(x) - y).mean()) for to in (affine(x, y), kernel(x, y, rng))]
    assert apart[1] < 0.1 * apart[0]
