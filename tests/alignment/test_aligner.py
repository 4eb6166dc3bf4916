"""The aligner answers what is asked of two bundles: in process through a queue, and as a process of its own."""

import threading

import numpy as np
import pytest

from latent_explorer.alignment.all_images import FIRST
from latent_explorer.alignment.linear import restore_linear
from latent_explorer.alignment.protocol import (
    ALIGNING,
    BothFitted,
    Cancel,
    ErrorsMeasured,
    FitBoth,
    PairOpened,
    Placed,
)
from latent_explorer.alignment.serve import serve
from latent_explorer.bundles import read_latents
from latent_explorer.charts import chart_for
from latent_explorer.service.child import Client, Lost
from latent_explorer.service.codec import Refused, Unreadable
from latent_explorer.service.server import QueueChannel
from tests.alignment.conftest import ANCHORS, fitting, of_kind, opening

pytestmark = pytest.mark.usefixtures("plain_affine")


# -- which images are the same


def test_bundles_of_the_same_images_have_them_all_in_common(small_bundle, turned, answers):
    (opened,) = answers(opening(small_bundle, turned))
    assert isinstance(opened, PairOpened)
    assert (opened.number, opened.common, opened.note) == (1, True, "")
    assert np.array_equal(opened.counterparts, np.arange(120))


def test_moments_of_a_run_are_the_same_images(snapshots, answers):
    (opened,) = answers(opening(snapshots[0], snapshots[2]))
    assert opened.common


def test_latents_of_some_images_are_found_by_their_index(small_bundle, tmp_path, answers, with_latents):
    some, others = np.arange(0, 120, 2), np.arange(0, 120, 3)
    known = read_latents(small_bundle)
    folders = []
    for name, index in (("some", some), ("others", others)):
        rows = {each: getattr(known, each)[index] for each in ("mean", "label", "split", "error")}
        folders.append(with_latents(small_bundle, tmp_path / name, index=index, **rows))
    opened = answers(opening(*folders))[0]
    assert not opened.common
    there = np.flatnonzero(opened.counterparts >= 0)
    assert np.array_equal(some[there], np.arange(0, 120, 6))
    assert np.array_equal(others[opened.counterparts[there]], some[there])
    assert "20 images are in both" in opened.note


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"fingerprint": "0" * 64}, "other images"), ({"fingerprint": "0" * 64, "name": "letters"}, "letters")],
)
def test_bundles_of_other_images_have_none(changes, words, small_bundle, tmp_path, answers, with_latents):
    other = with_latents(small_bundle, tmp_path / "other", changes)
    (opened,) = answers(opening(small_bundle, other))
    assert not opened.common
    assert (opened.counterparts == -1).all()
    assert words in opened.note
    assert "by hand" in opened.note


def test_the_same_images_in_another_order_have_none(small_bundle, tmp_path, answers, with_latents):
    label = read_latents(small_bundle).label[::-1].copy()
    (opened,) = answers(opening(small_bundle, with_latents(small_bundle, tmp_path / "other", label=label)))
    assert not opened.common
    assert "order" in opened.note


def test_a_bundle_that_is_not_there_is_refused(small_bundle, tmp_path, answers):
    assert "nowhere" in of_kind(Refused, answers(opening(small_bundle, tmp_path / "nowhere")))[0].reason


# -- fitting


def test_a_fit_both_ways_undoes_itself(small_bundle, turned, plain_affine, answers):
    replies = answers(opening(small_bundle, turned), fitting())
    (fitted,) = of_kind(BothFitted, replies)
    z, there = read_latents(small_bundle).mean, read_latents(turned).mean
    assert fitted.number == 2
    assert np.allclose(restore_linear(fitted.forth).to(z), there, atol=1e-3)
    assert np.allclose(restore_linear(fitted.back).to(there), z, atol=1e-3)
    assert fitted.leave_one_out.shape == (2, len(ANCHORS))
    assert fitted.grown.shape == (0, 2)
    assert np.array_equal(plain_affine[0][0], z[list(ANCHORS)])
    assert np.array_equal(plain_affine[0][1], there[list(ANCHORS)])


def test_errors_are_of_images_that_are_no_anchors(small_bundle, turned, answers):
    (errors,) = of_kind(ErrorsMeasured, answers(opening(small_bundle, turned), fitting()))
    for each in (errors.forth, errors.back):
        assert np.array_equal(np.flatnonzero(np.isnan(each)), np.sort(ANCHORS))
        assert np.nanmax(each) < 1e-4


def test_errors_are_in_units_of_the_spread(small_bundle, turned, answers):
    wrong = [*ANCHORS[1:], ANCHORS[0]]
    replies = answers(opening(small_bundle, turned), fitting(ANCHORS, wrong))
    (fitted,), (errors,) = of_kind(BothFitted, replies), of_kind(ErrorsMeasured, replies)
    z, there = read_latents(small_bundle).mean, read_latents(turned).mean
    apart = np.linalg.norm(restore_linear(fitted.forth).to(z) - there, axis=1)
    spread = np.sqrt(np.square(there - there.mean(0)).sum(1).mean())
    assert np.allclose(errors.forth[0], apart[0] / spread, rtol=1e-4)
    assert errors.forth[0] > 0.1


def test_without_counterparts_nothing_is_known_of_the_errors(small_bundle, turned, tmp_path, answers, with_latents):
    other = with_latents(turned, tmp_path / "other", {"fingerprint": "0" * 64})
    replies = answers(opening(small_bundle, other), fitting())
    (errors,) = of_kind(ErrorsMeasured, replies)
    assert np.isnan(errors.forth).all()
    assert np.isnan(errors.back).all()
    assert of_kind(Placed, replies)  # on the map they are all the same


def test_each_image_is_placed_once_where_the_chart_puts_it(small_bundle, turned, answers):
    asked = fitting(charts=("", "identity"), places=(True, True))
    replies = answers(opening(small_bundle, turned), asked)
    (fitted,) = of_kind(BothFitted, replies)
    ends = (small_bundle, turned, fitted.forth, True), (turned, small_bundle, fitted.back, False)
    for here, there, translator, forth in ends:
        placed = [reply for reply in of_kind(Placed, replies) if reply.forth == forth]
        images, uv = (np.concatenate([getattr(each, name) for each in placed]) for name in ("images", "uv"))
        assert np.array_equal(np.sort(images), np.arange(120))
        chart = chart_for(read_latents(there).mean)
        assert np.allclose(
            uv, chart.to_plane(restore_linear(translator).to(read_latents(here).mean[images])), atol=1e-4
        )
        assert [each.last for each in placed] == [False] * (len(placed) - 1) + [True]


def test_some_spread_over_all_are_placed_before_anything_else(make_bundle, answers):
    many = make_bundle("many", count=3 * FIRST)
    placed = of_kind(Placed, replies := answers(opening(many, many), fitting()))
    assert isinstance(replies[1], Placed)
    assert [len(each.images) for each in placed] == [FIRST, 2 * FIRST]
    first = placed[0].images
    assert not np.array_equal(np.sort(first), np.arange(FIRST))
    again = of_kind(Placed, answers(opening(many, many), fitting((1, 2, 3, 4, 5))))
    assert np.array_equal(again[0].images, first)


def test_nothing_is_placed_that_was_not_asked_for(small_bundle, turned, answers):
    assert not of_kind(Placed, answers(opening(small_bundle, turned), fitting(places=(False, False))))


def test_a_map_of_a_chart_that_is_not_fitted_is_said_and_all_else_goes_on(wide_bundle, answers):
    replies = answers(opening(wide_bundle, wide_bundle), fitting(charts=("", "tsne:seed=7")))
    assert not of_kind(Placed, replies)
    assert "must be fitted" in of_kind(BothFitted, replies)[0].note
    assert of_kind(ErrorsMeasured, replies)


# -- bad input


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (fitting((1, 2)), "needs at least 3 anchors, found 2"),
        (fitting(()), "found 0"),
        (fitting((0, 5, 120)), "no image 120; expected 0 to 119"),
        (fitting((0, 5, -1)), "no image -1"),
        (fitting((0, 5, 9), (0, 5, 500)), "target, small, has no image 500"),
        (fitting((0, 5, 5, 7)), "image 5 of the source"),
        (fitting((0, 5, 7), (0, 5)), "found 3 and 2"),
        (fitting(np.zeros((2, 2), np.int64)), "(2, 2)"),
        (FitBoth(2, np.zeros(3, np.float32), np.zeros(3, np.float32), "affine"), "float32"),
        (fitting(kind="magic"), "unknown translator 'magic'"),
    ],
)
def test_bad_input_is_refused_and_the_next_question_answered(asked, words, small_bundle, turned, answers):
    replies = answers(opening(small_bundle, turned), asked, fitting(number=3))
    assert isinstance(replies[1], Refused)
    assert replies[1].number == 2
    assert words in replies[1].reason
    assert [reply.number for reply in of_kind(BothFitted, replies)] == [3]


def test_before_bundles_are_open_nothing_can_be_fitted(answers):
    assert "open them first" in of_kind(Refused, answers(fitting()))[0].reason


def test_what_cannot_be_read_is_refused(small_bundle, answers):
    replies = answers([Unreadable(9, "FitBoth cannot be read"), opening(small_bundle, small_bundle)])
    assert [reply.number for reply in replies] == [9, 1]


# -- the newest wins


def test_a_newer_fit_replaces_the_older(small_bundle, turned, plain_affine, answers):
    replies = answers(opening(small_bundle, turned), [fitting(number=2), fitting((7, 8, 9), number=3)])
    assert {reply.number for reply in replies[1:]} == {3}
    assert len(plain_affine) == 2


def test_a_newer_fit_comes_between_two_steps_of_the_older(make_bundle, answers):
    many = make_bundle("many", count=3 * FIRST)
    replies = answers(opening(many, many), [], [], fitting(), fitting((1, 2, 3, 4), number=3), at_once=True)
    assert [type(reply) for reply in replies if reply.number == 2] == [Placed, BothFitted]
    assert replies[-1] == of_kind(ErrorsMeasured, replies)[0]
    assert replies[-1].number == 3


def test_what_is_cancelled_is_not_answered(small_bundle, turned, answers):
    replies = answers(opening(small_bundle, turned), [fitting(number=2), Cancel(2)], [Cancel(77)])
    assert [reply.number for reply in replies] == [1]


def test_another_pair_ends_what_was_asked_of_the_one_before(small_bundle, turned, answers):
    replies = answers(opening(small_bundle, turned), [fitting(number=2), opening(turned, small_bundle, number=3)])
    assert [reply.number for reply in replies] == [1, 3]


def test_a_queue_serves_too(small_bundle):
    replies = []
    channel = QueueChannel(replies.append, [opening(small_bundle, small_bundle)])
    channel.end()
    serve(channel)
    assert replies[0].common


# -- the process


def test_a_process_that_is_lost_is_noticed_and_started_again(small_bundle, turned):
    replies, come = [], threading.Condition()

    def take(reply):
        with come:
            replies.append(reply)
            come.notify()

    client = Client("latent_explorer.alignment", ALIGNING, take)

    def await_one(kind):
        with come:
            assert come.wait_for(lambda: of_kind(kind, replies), 60)

    try:
        client.send(opening(small_bundle, turned))
        client.send(fitting((1, 777), number=2))
        await_one(Refused)
        assert replies[0].common
        client.kill()
        await_one(Lost)
        replies.clear()
        client.send(opening(small_bundle, turned, number=3))
        await_one(PairOpened)
    finally:
        client.close()
