"""What the engine learns from few labels, and says of it; the field shows it."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import read_latents
from latent_explorer.engine.handlers.evaluate import want_values
from latent_explorer.engine.handlers.learn_labels import LabelsLearned, LearnLabels
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.fields.shares import LearnedShares, RememberedNeighbours
from latent_explorer.service.codec import Refused
from tests.nets.families import CONDITIONAL, registered, trained_on_noise

NONE = np.zeros(0, np.int64)


def ask(bundle: Path, *requests):
    return serve_inline([Open(1, str(bundle)), *requests])[1:]


def last(replies, number):
    return [each for each in replies if each.number == number][-1]


@pytest.fixture(scope="module")
def truth(small_bundle):
    return read_latents(small_bundle).label


def lesson(number, truth, *images, **rest):
    numbers = np.array(images, np.int64)
    return LearnLabels(number, numbers, truth[numbers], 3, **rest)


def one_of_each(truth):
    return [int(np.flatnonzero(truth == label)[0]) for label in range(3)]


def test_three_labels_teach_three_clouds(small_bundle, truth):
    replies = ask(small_bundle, lesson(2, truth, *one_of_each(truth)))
    told = last(replies, 2)
    assert isinstance(told, LabelsLearned)
    assert not told.more
    assert told.accuracy >= 0.8
    assert (told.classes == truth).mean() > 0.8
    assert told.certainty.max() <= 1.0001
    assert 0 <= told.following < len(truth)
    assert told.following not in one_of_each(truth)
    assert all(each.more for each in replies[:-1])


@pytest.mark.parametrize("space", ["pca", "pixels"])
@pytest.mark.parametrize("probe", ["propagation", "logistic"])
def test_pixels_and_pca_are_beside_and_are_not_shown(small_bundle, truth, space, probe):
    told = last(ask(small_bundle, lesson(2, truth, *one_of_each(truth), space=space, probe=probe, shown=False)), 2)
    assert told.accuracy is not None
    assert len(told.classes) == 0
    assert told.following == -1


def test_the_field_shows_what_was_learned_last(small_bundle, truth):
    z = read_latents(small_bundle).mean[:40]
    few = one_of_each(truth)
    values = want_values("a", "learned", z)
    refused, *_ = ask(small_bundle, values.make(3))
    assert isinstance(refused, Refused)
    assert "label some images first" in refused.reason
    replies = serve_inline([Open(1, str(small_bundle)), lesson(2, truth, *few)])
    assert not isinstance(replies[-1], Refused)
    replies = ask(small_bundle, values.make(9), lesson(2, truth, *few))
    assert isinstance(last(replies, 9), Refused)  # what is shown is asked for before what is learned


def test_without_labels_the_first_image_to_label_is_named(small_bundle):
    told = last(ask(small_bundle, LearnLabels(2, NONE, NONE, 3, probe="")), 2)
    assert told.following >= 0
    one = np.array([told.following])
    after = last(ask(small_bundle, LearnLabels(2, one, np.zeros(1, np.int64), 3, probe="")), 2)
    assert after.following not in (-1, told.following)
    assert isinstance(last(ask(small_bundle, LearnLabels(2, one + 10**6, one * 0, 3, probe="")), 2), Refused)
    assert told.accuracy is None


def test_an_image_to_label_is_named_before_the_neighbours_of_all_are_known(small_bundle, truth, monkeypatch):
    monkeypatch.setattr("latent_explorer.engine.few_labels._SOME", 100)
    first, *_, end = ask(small_bundle, LearnLabels(2, NONE, NONE, 3, probe=""))
    assert first.more
    assert first.following == end.following >= 0  # it does not change under the hand
    replies = ask(small_bundle, lesson(2, truth, *one_of_each(truth)), lesson(3, truth, *one_of_each(truth)))
    assert next(each.following >= 0 for each in replies if each.number == 2 and each.more)
    assert not any(each.more for each in replies if each.number == 3)  # all is known by then
    assert last(replies, 2).following not in one_of_each(truth)


@pytest.mark.parametrize(
    ("numbers", "classes", "words"),
    [([3], [0], "nothing to tell apart"), ([3, 4], [1, 1], "name one class"), ([3, 10**6], [0, 1], "expected images")],
)
def test_what_teaches_nothing_is_refused_in_a_sentence(small_bundle, numbers, classes, words):
    told = last(ask(small_bundle, LearnLabels(2, np.array(numbers), np.array(classes), 3)), 2)
    assert isinstance(told, Refused)
    assert words in told.reason


def test_an_unknown_space_or_probe_is_named(small_bundle, truth):
    for wrong in ({"space": "dreams"}, {"probe": "dreams"}):
        told = last(ask(small_bundle, lesson(2, truth, *one_of_each(truth), **wrong)), 2)
        assert isinstance(told, Refused)
        assert "dreams" in told.reason


def test_styles_are_learned_of_a_conditional_model_and_measured_by_no_class(tmp_path):
    with registered(CONDITIONAL):
        folder = trained_on_noise(tmp_path, "told", count=90)
        styles = LearnLabels(2, np.array([0, 1, 30, 31]), np.array([0, 0, 1, 1]), 2)
        told = last(ask(folder, styles), 2)
        assert isinstance(told, LabelsLearned), told
        assert len(told.classes) == len(read_latents(folder))
        assert told.classes[[0, 1, 30, 31]].tolist() == [0, 0, 1, 1]
        assert (told.accuracy, told.following >= 0) == (None, True)


class CountedNear:
    """Counts for how many places the nearest were looked for."""

    def __init__(self, count):
        self.count, self.asked = count, 0

    def nearest(self, z, count):
        self.asked += len(z)
        return np.ones((len(z), count)), np.tile(np.arange(count), (len(z), 1))


def test_neighbours_of_places_stay_known_whatever_is_learned():
    near, remembered = CountedNear(20), RememberedNeighbours()
    z = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    first = np.zeros((20, 2), np.float32)
    first[:, 0] = 1
    assert LearnedShares(first, near, remembered).vote(z)[:, 0].tolist() == [0] * 50
    found = LearnedShares(first[:, ::-1].copy(), near, remembered).vote(z[::2])
    assert np.allclose(found, 1)
    assert near.asked == 50


def test_places_without_end_are_forgotten_again(monkeypatch):
    monkeypatch.setattr("latent_explorer.fields.shares._ROOM", 64)
    near, remembered = CountedNear(20), RememberedNeighbours()
    for seed in range(5):
        z = np.random.default_rng(seed).normal(size=(50, 3)).astype(np.float32)
        assert remembered.near(near, np.concatenate([z, z[:3]]))[1].shape == (53, 10)
        assert remembered.near(near, z[:20])[0].shape == (20, 10)
