"""An engine in the caller's process, and the window's side of it, over two pipes."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.engine.caller import (
    CALLER,
    CallerChannel,
    CallerEngine,
    CloseWindow,
    Probed,
    Selected,
    ShowBundle,
    Word,
)
from latent_explorer.engine.client import Answer, EngineClient, EngineLost
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.loop import serve
from latent_explorer.service.server import Server, channel_of


class Both:
    """Both ends. window: its engine. heard: what the caller was told; told: what the window was."""

    def __init__(self) -> None:
        self.heard: list[Word] = []
        self.told: list[Word] = []
        asked, answered = os.pipe(), os.pipe()
        self.replies = os.fdopen(answered[1], "wb")
        self.server = Server(CALLER, self.replies, lambda: None, os.fdopen(asked[0], "rb"))
        self.serving = threading.Thread(target=self._serve)
        self.serving.start()
        self.window = CallerEngine(os.fdopen(asked[1], "wb"), os.fdopen(answered[0], "rb"), self.told.append)

    def _serve(self) -> None:
        serve(CallerChannel(channel_of(self.server), self.heard.append), abandon=True)
        self.replies.close()


@pytest.fixture
def both() -> Iterator[Both]:
    both = Both()
    yield both
    both.window.stop()
    both.serving.join()


def until(seen: Callable[[], object]) -> None:
    deadline = time.monotonic() + 150
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_requests_are_answered_and_words_heard_between_them(both: Both, small_bundle: Path) -> None:
    events: list[Answer | EngineLost] = []
    client = EngineClient(events.append, lambda: both.window)
    client.open(str(small_bundle))
    both.window.tell(Selected(np.arange(70_000)))
    client.ask(Hover, np.zeros(2, np.float32))
    until(lambda: any(isinstance(each, Answer) and isinstance(each.reply, Picture) for each in events))
    until(lambda: both.heard)
    client.close()
    assert [each.topic for each in events if isinstance(each, Answer)] == [Open, Hover]
    assert isinstance(both.heard[0], Selected)
    assert (both.heard[0].indices == np.arange(70_000)).all()


def test_of_words_the_newest_is_told_and_the_last_before_the_end(both: Both) -> None:
    for number in range(50):
        both.window.tell(Probed(np.full(3, number, np.float32)))
    both.window.stop()
    both.serving.join()
    last = both.heard[-1]
    assert isinstance(last, Probed)
    assert last.z.tolist() == [49, 49, 49]


def test_the_caller_says_what_to_show_and_its_end_closes_the_window_once(both: Both) -> None:
    receiving = threading.Thread(target=both.window.receive)
    receiving.start()
    both.server.send(ShowBundle("elsewhere"))
    until(lambda: both.told)
    both.replies.close()
    until(lambda: len(both.told) == 2)
    assert receiving.is_alive()  # else another engine would be started in its place
    both.window.stop()
    receiving.join()
    assert both.told == [ShowBundle("elsewhere"), CloseWindow()]


def test_what_the_window_left_unanswered_is_given_up_when_it_is_gone(both: Both) -> None:
    both.window.send(Hover(1, np.zeros(2, np.float32)))
    both.window.stop()
    both.serving.join(30)
    assert not both.serving.is_alive()


def test_a_caller_that_does_not_answer_is_not_replaced(both: Both) -> None:
    assert not both.window.replaceable
