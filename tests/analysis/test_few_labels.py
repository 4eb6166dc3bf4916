"""Few labels: what spreads along the graph, and what is measured of it."""

import numpy as np
import pytest

from latent_explorer.analysis.few_labels import PROBES, Labelled, PointSpace, probe_called
from latent_explorer.analysis.few_labels.choosing import next_images
from latent_explorer.analysis.few_labels.drawing import at_centres, at_random
from latent_explorer.analysis.few_labels.measuring import LabelFigures, LabelsAsked, Truth, measure
from latent_explorer.analysis.few_labels.probe import elsewhere
from latent_explorer.analysis.few_labels.propagation import spread
from latent_explorer.analysis.few_labels.spaces import principal, spaces
from latent_explorer.errors import UserError

RINGS = 600


def rings():
    """Two classes, one around the other: no plane tells them apart."""
    rng = np.random.default_rng(3)
    label = np.arange(RINGS) % 2
    angle = rng.uniform(0, 2 * np.pi, RINGS)
    radius = 1 + 2 * label + rng.normal(0, 0.08, RINGS)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype(np.float32)
    space = PointSpace(points)
    list(space.find_graph())
    return space, label.astype(np.int64)


@pytest.fixture(scope="module")
def known():
    return rings()


def labelled(label, *numbers, count=2):
    return Labelled(np.array(numbers, np.int64), label[list(numbers)], count)


def test_one_label_of_each_ring_is_enough_for_propagation_alone(known):
    space, label = known
    few = labelled(label, 0, 1)
    everyone = np.arange(RINGS)
    found = {name: probe.learn(space, few, None).accuracy(label, everyone) for name, probe in PROBES.items()}
    assert found["propagation"] > 0.98
    assert max(found["logistic"], found["nearest"]) < 0.85


@pytest.mark.parametrize("name", PROBES)
def test_shares_of_each_image_add_up_and_the_labelled_keep_their_class(known, name):
    space, label = known
    few = labelled(label, 0, 1, 2, 3)
    learned = PROBES[name].learn(space, few, None)
    assert learned.shares.shape == (RINGS, 2)
    assert np.allclose(learned.shares.sum(1), 1, atol=1e-4)
    assert (learned.classes[few.numbers] == few.classes).all()


def test_going_on_from_before_ends_where_a_beginning_does(known):
    space, label = known
    probe = PROBES["propagation"]
    before = probe.learn(space, labelled(label, 0, 1), None)
    more = labelled(label, 0, 1, 7)
    onward, anew = probe.learn(space, more, before), probe.learn(space, more, None)
    assert np.abs(onward.shares - anew.shares).max() < 0.05
    fewer = probe.learn(space, labelled(label, 0, 1), onward)
    assert (fewer.classes == before.classes).mean() > 0.99


def test_a_solved_column_is_left_alone(known):
    space, _ = known
    first = spread(space.graph, Labelled(np.array([0, 1]), np.array([0, 1]), 2), {})
    second = spread(space.graph, Labelled(np.array([1, 3, 0]), np.array([1, 1, 0]), 2), first)
    assert second[0] is first[0]
    assert not np.array_equal(first[1].values, second[1].values)


def test_a_new_class_is_learned_from_what_was_learned_of_fewer(known):
    space, label = known
    before = PROBES["propagation"].learn(space, labelled(label, 0, 1), None)
    three = Labelled(np.array([0, 1, 2]), np.array([0, 1, 2]), 3)
    assert PROBES["propagation"].learn(space, three, before).shares.shape == (RINGS, 3)


def test_what_no_label_reaches_takes_the_class_of_the_nearest_labelled():
    rng = np.random.default_rng(0)
    islands = np.concatenate([rng.normal(centre, 0.1, (80, 2)) for centre in (0, 5, 11)]).astype(np.float32)
    space = PointSpace(islands)
    list(space.find_graph())
    learned = PROBES["propagation"].learn(space, Labelled(np.array([0, 80]), np.array([0, 1]), 2), None)
    assert (learned.classes == np.repeat([0, 1, 1], 80)).all()


def test_places_between_images_take_the_shares_of_those_around(known):
    space, label = known
    learned = PROBES["propagation"].learn(space, labelled(label, 0, 1), None)
    shares = elsewhere(learned, space, np.array([[1.0, 0.0], [0.0, 3.0]], np.float32))
    assert shares.argmax(1).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("numbers", "classes", "words"),
    [
        ([], [], "no image has a label"),
        ([5], [0], "the only label"),
        ([5, 6], [1, 1], "all 2 labels name one class"),
        ([5, RINGS], [0, 1], "expected images 0 to 599"),
    ],
)
def test_what_teaches_nothing_is_said(known, numbers, classes, words):
    few = Labelled(np.array(numbers, np.int64), np.array(classes, np.int64), 2)
    with pytest.raises(UserError, match=words):
        PROBES["propagation"].learn(known[0], few, None)


def test_labels_that_contradict_themselves_are_refused():
    with pytest.raises(UserError, match="two labels"):
        Labelled(np.array([1, 1]), np.array([0, 1]), 2)
    with pytest.raises(UserError, match="classes 0 to 1"):
        Labelled(np.array([1]), np.array([2]), 2)
    with pytest.raises(UserError, match="propagation, logistic, nearest"):
        probe_called("magic")


def test_too_few_images_have_no_graph():
    with pytest.raises(UserError, match="at least 64 images"):
        list(PointSpace(np.zeros((10, 2), np.float32)).find_graph())


def test_labels_are_drawn_evenly_by_class_and_again_the_same():
    truth = np.repeat([0, 1, 2], [300, 30, 3])
    drawn = at_random(truth, np.arange(333), 12, 3, 1)
    assert np.bincount(drawn.classes).tolist() in ([5, 4, 3], [4, 5, 3], [4, 4, 3], [5, 4, 3])
    assert len(np.unique(drawn.numbers)) == 12
    assert np.array_equal(drawn.numbers, at_random(truth, np.arange(333), 12, 3, 1).numbers)
    assert np.bincount(at_random(truth, np.arange(333), 4, 3, 0).classes).tolist() in ([2, 1, 1], [1, 2, 1], [1, 1, 2])
    with pytest.raises(UserError, match="at least one for each of 3"):
        at_random(truth, np.arange(333), 2, 3, 0)
    with pytest.raises(UserError, match="only 333 training"):
        at_random(truth, np.arange(333), 400, 3, 0)


def test_the_next_to_label_is_amid_the_many_that_are_not_told_apart(known):
    space, label = known
    everyone, nobody = np.arange(RINGS), np.zeros(0, np.int64)
    first = next_images(space.graph, None, everyone, nobody, 4)
    assert len(set(first.tolist())) == 4
    assert set(label[first].tolist()) == {0, 1}
    learned = PROBES["propagation"].learn(space, labelled(label, 0, 1), None)
    asked = next_images(space.graph, learned, everyone[10:], np.array([0, 1]), 1)
    assert asked[0] >= 10
    assert len(next_images(space.graph, None, everyone[:3], everyone[:3])) == 0


def test_centres_are_images(known):
    space, label = known
    drawn = at_centres(space, label, np.arange(300), 12, 2, 0)
    assert drawn.numbers.max() < 300
    assert 2 <= len(drawn.numbers) <= 12


def test_measuring_says_all_methods_with_pixels_and_pca_beside():
    space, label = rings()
    images = np.random.default_rng(0).integers(0, 255, (RINGS, 4, 4, 1), np.uint8)
    train = np.arange(400)
    truth = Truth(label, 2, train, np.arange(400, RINGS))
    told = list(measure(spaces(space.points, images, train), truth, LabelsAsked((4, 10), 2)))
    figures = told[-1]
    assert isinstance(figures, LabelFigures)
    assert figures.mean("propagation", 10) > 0.95
    assert figures.mean("propagation_inductive", 10) > 0.95
    assert figures.mean("pixels_propagation", 10) < 0.7
    assert len(figures.runs["pca_logistic"][4]) == 2
    assert len(figures.runs["propagation_next"][10]) == 1
    assert figures.mean("magic", 4) is None
    with pytest.raises(UserError, match="no test split"):
        list(measure(spaces(space.points, None, train), Truth(label, 2, train, train[:0]), LabelsAsked()))


def test_principal_components_keep_most_of_what_varies():
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(200, 1)) * np.ones((1, 6)) + 0.01 * rng.normal(size=(200, 6))).astype(np.float32)
    found = principal(rows, np.arange(150), 2)
    assert found.shape == (200, 2)
    assert found[:, 0].var() > 100 * found[:, 1].var()
