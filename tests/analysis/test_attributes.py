"""Attributes of pictures: both measures agree, and a walk changes one of them and leaves the others."""

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.analysis.attributes import (
    POINTS,
    STEPS,
    AttributeWalker,
    Classes,
    Directions,
    Measuring,
    learn,
)
from latent_explorer.analysis.attributes.figures import METHODS, figures
from latent_explorer.steps import finished

SIDE = 28


def frames(z: NDArray[np.floating]) -> NDArray[np.float32]:
    """Pictures (n, 28, 28, 1) of frames: they lean by z0, are as thick as z1 says, as high as z2 and as wide as z3."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    lean, thick, high, wide = (z[:, [each], None] for each in range(4))
    across = np.abs(x + 0.1 * lean * y) - 6 - 0.6 * wide
    up = np.broadcast_to(np.abs(y), across.shape) - 8 - 0.6 * high
    inside = np.maximum(across, up)
    line = np.maximum(inside, -inside - 3 - 0.4 * thick)
    return np.asarray(1 / (1 + np.exp(2 * np.clip(line, -20, 20))), np.float32)[..., None]


@pytest.fixture(scope="module")
def walker() -> AttributeWalker:
    z = np.random.default_rng(0).standard_normal((600, 4)).astype(np.float32)
    label = np.repeat([0, 1, 2], 200)
    z[:, 2] += label
    return AttributeWalker(finished(learn(z, Classes.of(z, label), frames)), frames)


@pytest.mark.parametrize("name", Measuring.of(frames(np.zeros((1, 4)))).names)
def test_what_is_followed_and_what_is_scored_say_the_same(name: str) -> None:
    measuring = Measuring.of(frames(np.zeros((1, 4))))
    z = np.random.default_rng(1).standard_normal((60, 4))
    place = measuring.names.index(name)
    both = measuring.followed(frames(z))[:, place], measuring.scored(frames(z))[:, place]
    assert np.corrcoef(*both)[0, 1] > 0.9


def test_dark_on_light_is_measured_as_light_on_dark() -> None:
    pictures = frames(np.random.default_rng(2).standard_normal((5, 4)))
    inverted = Measuring.of(1 - pictures)
    assert inverted.inverted
    np.testing.assert_allclose(inverted.followed(1 - pictures), Measuring.of(pictures).followed(pictures), rtol=1e-3)


def test_nothing_drawn_has_no_size() -> None:
    empty = np.zeros((2, SIDE, SIDE, 1), np.float32)
    measuring = Measuring.of(frames(np.zeros((1, 4))))
    assert np.isfinite(measuring.followed(empty)).all()
    assert (measuring.scored(empty) == 0).all()


def test_colours_are_measured_where_there_are_any() -> None:
    red = np.zeros((1, 8, 8, 3), np.float32)
    red[..., 0] = 1
    measuring = Measuring.of(red)
    assert measuring.names == ("brightness", "redness", "yellowness", "saturation")
    followed, scored = measuring.followed(red)[0], measuring.scored(red)[0]
    of_red = pytest.approx((53.2, 80.1, 67.2, 104.6), abs=0.3)  # that of sRGB in CIE L*a*b*
    assert followed == of_red
    assert scored == of_red


def test_colours_are_followed_by_means_and_scored_by_medians() -> None:
    mostly_grey = np.full((1, 8, 8, 3), 0.5, np.float32)
    mostly_grey[:, :2] = (1, 0, 0)
    measuring = Measuring.of(mostly_grey)
    assert (measuring.followed(mostly_grey)[0, 1:] > 10).all()
    assert measuring.scored(mostly_grey)[0] == pytest.approx((53.4, 0, 0, 0), abs=0.1)


@pytest.mark.parametrize("name", ["slant", "thickness", "height"])
def test_a_walk_changes_one_attribute(walker: AttributeWalker, name: str) -> None:
    measuring = walker.learned.measuring
    place, start = measuring.names.index(name), np.zeros((2, 4), np.float32)
    path = finished(walker.walk(start, place))
    assert path.shape == (2, POINTS, 4)
    np.testing.assert_array_equal(path[:, STEPS], start)
    scored = measuring.scored(frames(path[0]))[:, place] / walker.learned.scored_spread[place]
    assert scored[-1] - scored[0] > 0.7
    moved = measuring.followed(frames(path[0])) / walker.learned.spread
    assert np.corrcoef(np.arange(POINTS), moved[:, place])[0, 1] > 0.8  # the class held may take a step back
    for other in measuring.others(place):
        assert np.ptp(moved[:, other]) < 0.5 * np.ptp(moved[:, place])


def test_figures_tell_walks_from_straight_directions(walker: AttributeWalker) -> None:
    z = np.random.default_rng(3).standard_normal((2, 4)).astype(np.float32)
    found = list(figures(walker, z, lambda pictures: (pictures.sum((1, 2, 3)) > 60).astype(np.int64)))
    assert {(ends, method) for ends, _, method, _ in found} == {
        (ends, method) for ends in ("of_class", "of_image") for method in METHODS
    }
    told = next(told for ends, name, method, told in found if (ends, name, method) == ("of_class", "slant", "local"))
    assert told["rank_correlation"] > 0.9
    assert told["leakage"] < 0.6
    assert 0 <= told["class_kept"] <= 1


def test_every_direction_that_is_listed_can_be_followed(walker: AttributeWalker) -> None:
    directions = Directions(walker, ("low", "middle", "high"))
    titles = [each.title for each in directions.listed]
    assert "towards high" in titles
    for each in directions.listed:
        curve = finished(directions.curve(np.full(4, 0.3), each.name))
        assert curve.z.shape == (POINTS, 4)
        assert curve.position[0] < curve.position[-1]
    with pytest.raises(KeyError):
        finished(directions.curve(np.zeros(4), "no such"))


def test_principal_directions_are_those_of_the_latents(walker: AttributeWalker) -> None:
    curve = finished(Directions(walker).curve(np.zeros(4), "principal 0"))
    along = curve.z[-1] - curve.z[0]
    assert abs(along[2]) > 0.95 * np.linalg.norm(along)  # in which the classes differ


def test_the_first_local_direction_changes_the_picture_most(walker: AttributeWalker) -> None:
    directions = Directions(walker)
    changes = []
    for number in range(4):
        curve = finished(directions.curve(np.zeros(4), f"local {number}"))
        near = frames(curve.z[[STEPS - 1, STEPS + 1]])
        changes.append(float(np.square(near[0] - near[1]).sum()))
    assert changes[0] == max(changes)


def test_without_labels_there_is_no_class_to_keep() -> None:
    z = np.random.default_rng(4).standard_normal((200, 4)).astype(np.float32)
    walker = AttributeWalker(finished(learn(z, Classes.of(z, None), frames)), frames)
    assert not [each for each in Directions(walker).listed if each.group == "Classes"]
    curve = finished(Directions(walker).curve(np.zeros(4), "attribute slant"))
    assert (curve.classes == -1).all()


def test_attributes_that_never_vary_are_left_out() -> None:
    def still(z: NDArray[np.floating]) -> NDArray[np.float32]:
        return frames(np.zeros_like(z))

    z = np.random.default_rng(5).standard_normal((50, 4)).astype(np.float32)
    learned = finished(learn(z, Classes.of(z, None), still))
    assert learned.measuring.names == ()
    listed = Directions(AttributeWalker(learned, still)).listed
    assert {each.group for each in listed} == {"Principal", "Local"}
    finished(Directions(AttributeWalker(learned, still)).curve(np.zeros(4), "local 0"))
