"""An engine that says nothing is noticed, what it did not answer is refused, and another takes its place."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.engine.client import Answer, EngineClient, EngineLost, Event
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.engine.process import ThreadEngine
from latent_explorer.engine.watchdog import SilenceWatch
from latent_explorer.service.codec import Numbered, Refused


class Deafening(ThreadEngine):
    """An engine that hears nothing any more, once `deaf` is set."""

    def __init__(self) -> None:
        self.deaf = False
        super().__init__()

    def send(self, request: Numbered) -> None:
        if not self.deaf:
            super().send(request)


class Deaf:
    """An engine that never heard anything."""

    replaceable = True

    def __init__(self) -> None:
        self._ended = threading.Event()

    def send(self, request: Numbered) -> None: ...

    def offer(self, request: Numbered) -> bool:
        return True

    def receive(self) -> Numbered | None:
        self._ended.wait()
        return None

    def stop(self) -> None:
        self._ended.set()


def until(events: "queue.Queue[Event]", wanted: type) -> Event:
    while True:
        event = events.get(timeout=150)
        if isinstance(event, wanted) or (isinstance(event, Answer) and isinstance(event.reply, wanted)):
            return event


def test_patience_counts_from_the_last_word() -> None:
    watch = SilenceWatch(answer=10, opening=100)
    assert watch.look(waiting=True, opening=True, now=10**6) == 0
    watch.hear()
    assert watch.look(waiting=True, opening=False, now=0) == 0
    assert watch.look(waiting=True, opening=False, now=9) == 0
    watch.hear()
    assert watch.look(waiting=True, opening=False, now=11) == 0
    assert watch.look(waiting=True, opening=False, now=20) == 0
    assert watch.look(waiting=True, opening=True, now=30) == 0
    assert watch.look(waiting=True, opening=False, now=30) == 19
    assert watch.look(waiting=False, opening=False, now=40) == 0
    assert watch.look(waiting=True, opening=False, now=45) == 5 * 0
    watch.begin()
    assert watch.look(waiting=True, opening=False, now=50) == 0
    assert watch.look(waiting=True, opening=False, now=149) == 0
    assert watch.look(waiting=True, opening=False, now=151) == 101


@pytest.fixture
def events() -> "queue.Queue[Event]":
    return queue.Queue()


def test_one_that_falls_silent_is_replaced_and_has_the_bundle_open(small_bundle: Path, events) -> None:
    client = EngineClient(events.put, Deafening, SilenceWatch(1.0, 60.0))
    try:
        client.subscribe("tiles", lambda answer: None)
        client.open(str(small_bundle))
        until(events, Opened)
        first = client.engine
        first.deaf = True
        number = client.ask(Hover, np.zeros(2, np.float32))
        client.request("tiles", [want_pictures("a", np.zeros((4, 2), np.float32))])
        refused = [until(events, Refused) for _ in range(2)]
        assert {each.topic for each in refused} == {Hover, "tiles"}
        assert all("did not answer for 1 second" in each.reply.reason.replace("seconds", "second") for each in refused)
        assert number in {each.reply.number for each in refused}
        lost = until(events, EngineLost)
        assert lost.again
        assert "did not answer" in lost.reason
        client.ask(Hover, np.zeros(2, np.float32))
        assert until(events, Picture).reply.image.shape == (8, 8, 1)
        assert client.engine is not first
    finally:
        client.close()


def test_a_bundle_that_never_opens_is_refused_and_others_open(small_bundle: Path, events) -> None:
    engines = iter([Deaf])
    client = EngineClient(events.put, lambda: next(engines, ThreadEngine)(), SilenceWatch(0.2, 1.0))
    try:
        client.open("/a/bundle/that/hangs")
        refused = until(events, Refused)
        assert refused.topic is Open
        assert "did not answer" in refused.reply.reason
        client.open(str(small_bundle))
        until(events, Opened)
    finally:
        client.close()


class Caller(Deafening):
    """An engine in somebody else's process, which cannot be replaced."""

    replaceable = False


def test_one_that_cannot_be_replaced_is_said_to_be_silent_until_it_answers(small_bundle: Path, events) -> None:
    client = EngineClient(events.put, Caller, SilenceWatch(0.2, 60.0))
    try:
        client.open(str(small_bundle))
        until(events, Opened)
        caller = client.engine
        caller.deaf = True
        client.ask(Hover, np.zeros(2, np.float32))
        wait_until(lambda: client.silent)
        assert client.engine is caller
        caller.deaf = False
        client.ask(Hover, np.zeros(2, np.float32))
        until(events, Picture)
        wait_until(lambda: not client.silent)
    finally:
        client.close()


def wait_until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 150
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_that_was_given_up_is_not_complained_about_any_more(events, caplog: pytest.LogCaptureFixture) -> None:
    def dying() -> Deaf:
        engine = Deaf()
        engine.stop()
        return engine

    client = EngineClient(events.put, dying, SilenceWatch(0.01, 0.01))
    try:
        while until(events, EngineLost).again:
            pass
        client.ask(Hover, np.zeros(2, np.float32))
        time.sleep(1.2)  # the watch looks twice a second
        assert client.given_up
        assert not [line for line in caplog.messages if "did not answer" in line]
    finally:
        client.close()
