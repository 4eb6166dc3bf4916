"""Which of the aligner's answers a link takes, and that it goes on when the aligner is lost."""

import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.alignment.protocol import BothFitted, ErrorsMeasured, Placed
from latent_explorer.bench.person import Person
from latent_explorer.gui.alignment.link import Link

ANCHORS = ((0, 0), (3, 3), (5, 5), (8, 8), (13, 13))
NOWHERE = np.zeros((0, 2), np.float32), np.zeros(0, np.int64)


@pytest.fixture
def person(new_window: Callable[..., Person], small_bundle: Path) -> Person:
    """A person at two linked maps of the same images."""
    left = new_window(small_bundle)
    left.window.workbench.open_beside(small_bundle)
    Person(left.window).wait_for_the_engine()
    return left


@pytest.fixture
def silent(person: Person, monkeypatch) -> Link:
    """Their link, to an aligner that never answers by itself."""
    link, numbers = person.window.workbench.link, count(50)
    monkeypatch.setattr(link._aligner, "ask", lambda make: make(next(numbers)).number)
    return link


def fitted(number: int, note: str = "") -> BothFitted:
    linear = {"weight": np.eye(2), "offset": np.zeros(2)}
    return BothFitted(number, "affine", linear, linear, np.zeros((2, 5)), np.zeros((0, 2), np.int64), 0.1, note)


def asked(link: Link, anchors) -> int:
    link.preview(anchors)
    return link._fitting


def test_while_one_drags_each_answer_is_shown_though_a_newer_question_is_under_way(silent: Link) -> None:
    link, seen = silent, []
    link.placed.connect(lambda placed: seen.append(placed.number))
    first, second, third = (asked(link, ANCHORS[:size]) for size in (3, 4, 5))
    link._aligner.answered.emit(Placed(second, True, NOWHERE[1], NOWHERE[0], False))
    link._aligner.answered.emit(fitted(second))
    assert link.fit.anchors == ANCHORS[:4]
    link._aligner.answered.emit(fitted(first))
    link._aligner.answered.emit(Placed(first, True, NOWHERE[1], NOWHERE[0], False))
    assert link.fit.anchors == ANCHORS[:4]
    link._aligner.answered.emit(fitted(third))
    assert link.fit.anchors == ANCHORS
    link._aligner.answered.emit(ErrorsMeasured(second, *2 * [np.zeros(3, np.float32)]))
    assert link.fit.errors is None
    assert seen == [second]


def test_what_is_no_longer_wanted_is_not_shown(silent: Link) -> None:
    number = asked(silent, ANCHORS)
    asked(silent, ())
    silent._aligner.answered.emit(fitted(number))
    assert silent.fit is None


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_an_aligner_that_is_killed_is_noticed_and_started_again(person: Person) -> None:
    link, told = person.window.workbench.link, []
    link.said.connect(told.append)
    link.alignment.replace(ANCHORS)
    person.wait_until(lambda: link.fit is not None and link.fit.errors is not None)
    before, fit = link._aligner._client.pid, link.fit
    os.kill(before, signal.SIGKILL)
    person.wait_until(lambda: told)
    assert link.fit is fit
    link.alignment.delete({0})
    person.wait_until(lambda: link.fit is not fit and link.fit is not None)
    assert link.fit.anchors == ANCHORS[1:]
    assert link._aligner._client.pid != before
