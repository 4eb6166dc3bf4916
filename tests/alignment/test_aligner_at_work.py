"""What takes the aligner long: pairs that are found, slow fits, closures; told as they go on, given up when asked."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from latent_explorer.alignment import fit_both, pairing
from latent_explorer.alignment.blind import Blind
from latent_explorer.alignment.bootstrap import Grown
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.protocol import (
    BothFitted,
    Cancel,
    ErrorsMeasured,
    Fitting,
    PairOpened,
)
from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.bundles import read_latents
from latent_explorer.service.codec import Refused
from tests.alignment.conftest import ANCHORS, fitting, of_kind, opening

pytestmark = pytest.mark.usefixtures("plain_affine")


# -- pairs that are found


@pytest.fixture
def finders(monkeypatch):
    """In place of what finds pairs: image i is image i, of every second image. calls: what was asked, in order."""
    calls, ended = [], []

    def found(anchors):
        try:
            for share in (0.2, 0.7):
                yield FitProgress(share, "looking")
        finally:
            ended.append(len(calls))
        free = np.setdiff1d(np.arange(0, 120, 2), anchors)
        return Grown(np.concatenate([anchors, np.stack([free, free], 1)]), 0.9, 0.5)

    def grow(source, target, anchors):
        calls.append(("grow", len(anchors)))
        return (yield from found(anchors))

    def find_pairs(source, target):
        calls.append(("find", 0))
        grown = yield from found(np.zeros((0, 2), np.int64))
        return Blind(grown, True, 1, 9)

    monkeypatch.setattr(pairing, "grow", grow)
    monkeypatch.setattr(pairing, "find_pairs", find_pairs)
    return SimpleNamespace(calls=calls, ended=ended)


def test_anchors_grow_and_keep_their_places(small_bundle, turned, finders, plain_affine, answers):
    replies = answers(opening(small_bundle, turned), fitting(growth="bootstrapped"))
    assert [reply.words for reply in of_kind(Fitting, replies)][1:] == ["looking", "looking"]
    (fitted,) = of_kind(BothFitted, replies)
    assert len(plain_affine[0][0]) == len(ANCHORS) + len(fitted.grown)
    assert not set(fitted.grown[:, 0].tolist()) & set(ANCHORS)
    assert fitted.leave_one_out.shape == (2, len(ANCHORS))
    assert "grown" in fitted.note
    errors = of_kind(ErrorsMeasured, replies)[0].forth
    assert np.array_equal(np.flatnonzero(np.isnan(errors)), np.sort(ANCHORS))


def test_pairs_found_without_anchors_are_kept_whatever_is_asked_of_them_next(small_bundle, turned, finders, answers):
    blind = [fitting(number=number, growth="blind") for number in (2, 3)]
    moved = fitting((7, 8, 9), number=4, growth="blind", charts=("", "identity"))
    replies = answers(opening(small_bundle, turned), *blind, moved)
    assert finders.calls == [("find", 0)]
    fits = of_kind(BothFitted, replies)
    assert [fitted.leave_one_out.shape for fitted in fits] == [(2, 7), (2, 7), (2, 3)]
    assert np.allclose(fits[2].leave_one_out, 0, atol=1e-4)  # the anchors were not fitted on, and are right
    assert "mutual share 0.90" in fits[0].note


def test_at_most_so_many_pairs_are_fitted_on_all_anchors_among_them(
    small_bundle, turned, finders, plain_affine, monkeypatch, answers
):
    monkeypatch.setattr(pairing, "MOST", 20)
    replies = answers(opening(small_bundle, turned), fitting(growth="bootstrapped"))
    (fitted,) = of_kind(BothFitted, replies)
    assert len(fitted.grown) == 20 - len(ANCHORS)
    assert np.array_equal(plain_affine[0][0][: len(ANCHORS)], read_latents(small_bundle).mean[list(ANCHORS)])


def test_where_nothing_is_found_it_is_said(small_bundle, turned, monkeypatch, answers):
    def nothing(source, target):
        yield FitProgress(0.5, "looking")
        return Blind(Grown(np.zeros((0, 2), np.int64), 0.0, 1.0), False, 5, 0)

    monkeypatch.setattr(pairing, "find_pairs", nothing)
    assert "ailed" in of_kind(Refused, answers(opening(small_bundle, turned), fitting((), growth="blind")))[0].reason


def test_looking_for_pairs_is_given_up_when_it_is_cancelled(small_bundle, turned, finders, answers):
    replies = answers(opening(small_bundle, turned), [], [], fitting(growth="blind"), [], Cancel(2), at_once=True)
    assert [type(reply) for reply in replies] == [PairOpened, Fitting, Fitting]
    assert finders.ended == [1]


# -- slow fits


def test_a_slow_fit_is_given_up_for_a_newer_one_and_no_two_run_at_once(small_bundle, turned, monkeypatch, answers):
    running, most, let_go = [], [0], threading.Event()
    affine = TRANSLATORS["affine"].fit

    def slow(source, target):
        running.append(len(source))
        most[0] = max(most[0], len(running))
        let_go.wait(0.05 if len(source) == 3 else 20)
        running.pop()
        return affine(source, target)

    monkeypatch.setattr(fit_both, "_PATIENCE", 0.01)
    monkeypatch.setitem(TRANSLATORS, "affine", SimpleNamespace(name="affine", fit=slow))

    def at_last():
        let_go.set()
        return [fitting((4, 5, 6), number=4)]

    rounds = opening(small_bundle, turned), [], [], fitting(), fitting((1, 2), number=3), at_last
    replies = answers(*rounds, at_once=True)
    assert [reply.number for reply in of_kind(BothFitted, replies)] == [4]
    assert most == [1]
    assert {reply.words for reply in of_kind(Fitting, replies)} == {"fitting a translator affine"}
