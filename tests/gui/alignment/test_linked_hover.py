"""The pointer on one of two linked maps: a mark on the other, and the pictures of both side by side."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.alignment.anchors import TEST
from latent_explorer.gui.alignment.compare import RANDOM
from latent_explorer.gui.alignment.linking import USUAL
from latent_explorer.gui.widgets.images import to_array
from tests.gui.alignment.conftest import BACK, FORTH, Two


def place_of(two: Two, side: int):
    return two.bench.linking.hovering.ways[side].place


def seen(view) -> np.ndarray:
    return to_array(view.picture.image)[..., 0].astype(int)


def test_hovering_shows_the_translated_picture_and_the_nearest_image(two: Two, decoded, small_bundle: Path) -> None:
    two.fit()
    panel = two.bench.linking.panel
    for side, (person, other, translator) in enumerate(((two.left, two.right, FORTH), (two.right, two.left, BACK))):
        u, v = person.pane.bundle.uv[3 + side].tolist()
        person.move(person.point(u, v))
        person.wait_until(lambda side=side: place_of(two, side) is not None and place_of(two, side).match is not None)
        place = place_of(two, side)
        expected = translator.to(place.probe.z[None])[0]
        assert np.abs(place.picture.astype(int) - decoded(small_bundle, expected).astype(int)).max() <= 1
        assert np.abs(seen(panel.there) - place.picture[..., 0]).max() <= 1
        person.wait_until(lambda side=side: place_of(two, side).probe.picture is not None)
        assert np.abs(seen(panel.here) - decoded(small_bundle, place.probe.z)[..., 0].astype(int)).max() <= 1
        mean = other.pane.bundle.latents.mean
        assert place.match.index == np.square(mean - expected).sum(1).argmin()
        assert f"no. {place.match.index:,}" in panel.nearest.note.text()
        assert other.canvas.marks.linked == pytest.approx(expected.tolist())
        assert person.canvas.marks.linked is None
        assert other.pane.prober.probe is None or side == 1  # its own probe is left alone


def test_only_the_mark_is_painted_on_the_other_map(two: Two) -> None:
    two.fit()
    left, right = two.left, two.right
    left.move(left.point(0.1, 0.1))
    left.wait_until(lambda: right.canvas.marks.linked is not None)
    left.wait(0.3)
    ground = []
    paint = right.canvas._ground_item._paint
    right.canvas._ground_item._paint = lambda painter, exposed: (ground.append(exposed), paint(painter, exposed))
    before = right.canvas.marks.linked
    left.move(left.point(0.2, 0.1))
    left.wait_until(lambda: right.canvas.marks.linked != before)
    left.wait(0.1)
    assert ground
    assert max(exposed.width() * exposed.height() for exposed in ground) < 120 * 120


def test_without_anchors_it_is_said_what_to_do_and_random_ones_are_offered(two: Two) -> None:
    panel = two.bench.linking.panel
    assert "Place at least" in panel.sentence.text()
    assert not panel.random.isHidden()
    assert two.bench.docks.by_title["Compare"].isVisible()
    two.left.press_button(panel.random)
    anchors = two.link.alignment.state.anchors
    split = two.left.pane.bundle.latents.split
    assert len(anchors) == min(RANDOM, np.count_nonzero(split != TEST))
    assert not any(split[source] == TEST for source, _ in anchors)
    assert all(source == target for source, target in anchors)
    two.left.wait_until(lambda: two.link.fit is not None)
    assert panel.random.isHidden()
    two.left.move(two.left.point(0.1, 0.2))
    two.left.wait_until(lambda: place_of(two, 0).picture is not None)
    probe = place_of(two, 0).probe.z
    assert np.allclose(place_of(two, 0).z, probe, atol=0.1)  # the same model on both sides
    two.bench.close_pane(two.right.pane)
    assert "second map" in panel.sentence.text()
    assert two.bench.docks.by_title["Compare"].isHidden()


def test_the_pointer_need_not_travel(two: Two) -> None:
    two.fit()
    two.left.move(two.left.point(0.1, 0.1))
    two.left.wait_until(lambda: two.right.canvas.marks.linked is not None)
    two.bench.linking.toggle_travel("pointer")
    assert two.right.canvas.marks.linked is None
    two.left.move(two.left.point(0.3, 0.1))
    two.left.wait(0.1)
    assert two.right.canvas.marks.linked is None
    assert two.bench.linking.travels == USUAL - {"pointer"}


def test_pictures_of_other_shapes_are_compared_in_latent_space_only(two: Two, make_bundle) -> None:
    other = make_bundle("larger", shape=(12, 12, 1), count=60)
    two.right.pane.open(other)
    two.right.wait_until(lambda: two.right.pane.ready and two.right.pane.bundle.folder == other)
    assert "no images in common" in two.bench.linking.panel.sentence.text()
    assert two.bench.linking.panel.random.isHidden()
    two.fit()
    two.left.move(two.left.point(0.1, 0.1))
    panel = two.bench.linking.panel
    two.left.wait_until(lambda: "latent space only" in panel.sentence.text())
    assert "MSE" not in panel.sentence.text()


def test_an_engine_that_is_started_again_goes_on(two: Two) -> None:
    two.fit()
    two.right.pane.restart_engine()
    two.left.move(two.left.point(0.1, 0.1))
    two.left.wait_until(lambda: place_of(two, 0) is not None and place_of(two, 0).picture is not None)
