"""The window's side of the conversation, with real engine processes."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.engine.client import Answer, EngineClient, EngineLost, Event, Want
from latent_explorer.engine.process import ProcessEngine, ThreadEngine
from latent_explorer.engine.protocol import Opened, Picture, Place, Refused

PATIENCE = 60.0


class Listener:
    """Collects the events of a client."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()

    def until(self, wanted: type, key: object = None) -> Event:
        """The next event that is a `wanted`, or an Answer that holds one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            event = self.events.get(timeout=max(0.01, deadline - time.monotonic()))
            if isinstance(event, wanted) or (isinstance(event, Answer) and isinstance(event.reply, wanted)):
                return event

    def until_batches(self, count: int) -> list[Answer]:
        found: list[Answer] = []
        while len(found) < count:
            event = self.events.get(timeout=PATIENCE)
            if isinstance(event, Answer) and event.pictures is not None:
                found.append(event)
        return found


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(params=[ProcessEngine, ThreadEngine])
def client(request: pytest.FixtureRequest, listener: Listener, small_bundle: Path) -> Iterator[EngineClient]:
    client = EngineClient(listener.events.put, request.param)
    client.open(str(small_bundle))
    listener.until(Opened)
    yield client
    client.close()


def point(u: float, v: float = 0.0) -> np.ndarray:
    return np.array([u, v], np.float32)


def wants(count: int, size: int = 64) -> list[Want]:
    return [Want(key, np.full((size, 2), key / count, np.float32)) for key in range(count)]


def test_the_newest_hover_is_answered(client: EngineClient, listener: Listener) -> None:
    for step in range(50):
        number = client.hover(point(step / 50))
    answer = listener.until(Picture)
    while isinstance(answer, Answer) and answer.reply.number != number:
        answer = listener.until(Picture)
    assert isinstance(answer, Answer)
    assert answer.reply.number == number


def test_batches_come_in_the_order_wished(client: EngineClient, listener: Listener) -> None:
    client.wish("tiles", wants(12))
    answers = listener.until_batches(12)
    assert [answer.key for answer in answers] == list(range(12))
    assert client.waiting == 0


def test_a_new_wish_withdraws_what_is_no_longer_wanted(client: EngineClient, listener: Listener) -> None:
    client.wish("tiles", wants(200, 1000))
    client.wish("tiles", wants(5)[3:])
    answers = listener.until_batches(2)
    assert {answer.key for answer in answers} == {3, 4}
    assert client.waiting == 0


def test_a_place_is_described(client: EngineClient, listener: Listener) -> None:
    number = client.describe(point(0))
    answer = listener.until(Place)
    assert isinstance(answer, Answer)
    assert answer.reply.number == number


def test_a_refusal_reaches_the_window(client: EngineClient, listener: Listener) -> None:
    number = client.open("/no/such/bundle")
    answer = listener.until(Refused)
    assert isinstance(answer, Answer)
    assert answer.reply.number == number


@pytest.fixture
def process_client(listener: Listener, small_bundle: Path) -> Iterator[EngineClient]:
    client = EngineClient(listener.events.put)
    client.open(str(small_bundle))
    listener.until(Opened)
    yield client
    client.close()


def kill(client: EngineClient) -> None:
    assert isinstance(client.engine, ProcessEngine)
    client.engine._process.kill()


def test_a_killed_engine_loses_nothing(process_client: EngineClient, listener: Listener) -> None:
    client = process_client
    client.wish("tiles", wants(30, 400))
    listener.until_batches(2)
    kill(client)
    number = client.hover(point(0.5))
    keys, hovered, lost = {0, 1}, None, []
    while len(keys) < 30 or hovered != number or not lost:
        event = listener.events.get(timeout=PATIENCE)
        if isinstance(event, EngineLost):
            lost.append(event)
        elif event.pictures is not None:
            keys.add(event.key)
        elif isinstance(event.reply, Picture):
            hovered = event.reply.number
    assert lost == [EngineLost(again=True)]
    assert keys == set(range(30))


def test_an_engine_that_always_dies_is_given_up(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false" if os.name == "posix" else sys.executable)
    client = EngineClient(listener.events.put)
    outcomes = [listener.until(EngineLost) for _ in range(5)]
    client.close()
    assert outcomes == [EngineLost(True)] * 4 + [EngineLost(False)]


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state in "ZX"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_engine_outlives_its_window(ending: signal.Signals, small_bundle: Path) -> None:
    program = (
        "import sys, time\n"
        "from latent_explorer.engine.client import EngineClient\n"
        "client = EngineClient(lambda event: print(client.engine.pid, flush=True))\n"
        f"client.open({str(small_bundle)!r})\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        pid = int(window.stdout.readline())
        assert not gone(pid)
        window.send_signal(ending)
    deadline = time.monotonic() + PATIENCE
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(pid)


def test_what_was_to_be_opened_first_stays_when_the_next_is_refused(listener: Listener, small_bundle: Path) -> None:
    client = EngineClient(listener.events.put)
    client.open(str(small_bundle))  # whether this has been sent yet when the next comes is a matter of luck
    client.open("/no/such/bundle")
    listener.until(Refused)
    number = client.hover(point(0.5))
    answer = listener.until(Picture)
    client.close()
    assert isinstance(answer, Answer)
    assert answer.reply.number == number
