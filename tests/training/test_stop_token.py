"""A run that is told to stand still does, and its clock with it."""

import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from latent_explorer.training.stop_token import Clock, StopToken, now


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watch = Watch()
    monkeypatch.setattr(time, "perf_counter", watch)
    return watch


def test_a_pause_does_not_count(watch: Watch) -> None:
    said: list[bool] = []

    def passing(paused: bool) -> None:
        said.append(paused)
        if paused:
            watch.time += 1000
            token.go_on()

    token = StopToken(passing)
    clock = Clock(0, 20, 10, token.now)
    watch.time += 4
    token.pause()
    assert said == []  # not before the run asks
    assert not token.is_set()
    assert said == [True, False]
    report = clock.report(1, 10, {"loss": 1.0})
    assert (report.images_per_second, report.seconds_left) == (25, 4)
    assert now(token) == watch.time - 1000
    assert now(Event()) == watch.time


def test_a_run_waits_until_it_may_go_on() -> None:
    standing, done = Event(), Event()
    token = StopToken(lambda paused: standing.set() if paused else None)
    token.pause()

    def step() -> None:
        assert not token.is_set()
        done.set()

    run = Thread(target=step)
    run.start()
    standing.wait()
    assert not done.is_set()
    token.go_on()
    run.join()
    assert done.is_set()


def test_a_stop_ends_a_pause_and_says_what_is_kept() -> None:
    said: list[bool] = []

    def stopping(paused: bool) -> None:
        said.append(paused)
        token.stop(keep=False)

    token = StopToken(stopping)
    token.pause()
    assert token.is_set()
    assert not token.keep
    assert said == [True]


def test_a_pause_taken_back_in_time_is_told_all_the_same() -> None:
    said: list[bool] = []
    token = StopToken(said.append)
    token.pause()
    token.go_on()
    assert not token.is_set()
    assert said == [True, False]
    assert not token.is_set()
    assert said == [True, False]
