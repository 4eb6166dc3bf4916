"""Closures are measured by more and more anchors, a step at a time."""

import numpy as np
import pytest

from latent_explorer.alignment.protocol import ClosureMeasured, ErrorsMeasured, MeasureClosure
from latent_explorer.places import find_bundle
from latent_explorer.service.codec import Refused
from tests.alignment.conftest import ANCHORS, fitting, of_kind, opening

pytestmark = pytest.mark.usefixtures("plain_affine")


@pytest.fixture
def pictured(turned, tmp_path, with_latents):
    """The turned bundle, its images gone: its own pictures stand for them, which an untrained model cannot miss."""
    return with_latents(turned, tmp_path / "pictured", {"source": str(tmp_path / "gone.npz")})


def closure(number=5, kind="affine", anchors=()):
    images = np.asarray(anchors, np.int64)
    return MeasureClosure(number, kind, images, images)


def test_closure_is_measured_by_more_and_more_anchors_after_ones_own(small_bundle, pictured, answers):
    replies = answers(opening(small_bundle, pictured), closure(anchors=ANCHORS))
    found = of_kind(ClosureMeasured, replies)
    assert [(each.anchors, each.own) for each in found] == [
        (7, True),
        (5, False),
        (10, False),
        (20, False),
        (50, False),
    ]
    assert [each.last for each in found] == [False] * 4 + [True]
    assert np.allclose([each.closure for each in found], 1, atol=1e-3)  # these latents are affine images of those
    assert all("pictures of" in each.note for each in found)


def test_a_useless_translator_closes_nothing(small_bundle, pictured, tmp_path, answers, with_latents):
    mean = np.random.default_rng(5).standard_normal((120, 2)).astype(np.float32)
    other = with_latents(small_bundle, tmp_path / "other", mean=mean)
    assert of_kind(ClosureMeasured, answers(opening(other, pictured), closure()))[-1].closure < 0.5


def test_closure_of_trained_models_is_measured_on_images(answers):
    replies = answers(opening(find_bundle("mnist-ae-16d"), find_bundle("mnist-ae-16d-b")), closure())
    found = {each.anchors: each for each in of_kind(ClosureMeasured, replies)}
    assert found[300].closure > 0.95
    assert found[20].closure < found[50].closure < found[300].closure
    assert {each.note for each in found.values()} == {""}


def test_a_fit_goes_before_a_closure_that_was_asked_earlier(small_bundle, pictured, answers):
    kinds = [type(reply) for reply in answers(opening(small_bundle, pictured), [closure(), fitting()])]
    assert kinds.index(ErrorsMeasured) < kinds.index(ClosureMeasured)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (closure(kind="magic"), "unknown translator"),
        (closure(anchors=(3, 3)), "image 3"),
        (closure(anchors=(900,)), "900"),
    ],
)
def test_a_closure_that_cannot_be_measured_is_refused(asked, words, small_bundle, turned, answers):
    assert words in of_kind(Refused, answers(opening(small_bundle, turned), asked))[0].reason


def test_closure_needs_images_that_both_have_encoded(small_bundle, turned, tmp_path, answers, with_latents):
    other = with_latents(turned, tmp_path / "other", {"fingerprint": "0" * 64})
    assert "both models have encoded" in of_kind(Refused, answers(opening(small_bundle, other), closure()))[0].reason
    assert "open them first" in of_kind(Refused, answers(closure()))[0].reason


def test_where_no_translator_is_needed_there_is_no_gap_to_close(small_bundle, answers):
    found = of_kind(Refused, answers(opening(small_bundle, small_bundle), closure()))
    assert "need no translator" in found[0].reason
