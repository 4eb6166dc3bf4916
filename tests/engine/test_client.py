"""The window's side of the conversation, with real engine processes."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.engine.client import Answer, EngineClient, EngineLost, Event, Urgency, Want
from latent_explorer.engine.handlers import ENGINE
from latent_explorer.engine.handlers.decode import Decode, want_pictures
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.evaluate import want_values
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Opened
from latent_explorer.engine.process import ProcessEngine, ThreadEngine, serve_inline
from latent_explorer.engine.protocol import Pictures, Values
from latent_explorer.errors import EngineError, ServiceError
from latent_explorer.service.codec import Numbered, Refused

PATIENCE = 150.0


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


@pytest.fixture(scope="module", params=[ProcessEngine, ThreadEngine])
def heard(request: pytest.FixtureRequest, small_bundle: Path) -> Iterator[tuple[EngineClient, list[Listener]]]:
    """A client of each kind of engine for the tests that leave it alive, and its listeners, of which the last hears."""
    listeners = [Listener()]
    client = EngineClient(lambda event: listeners[-1].events.put(event), request.param)
    client.subscribe("tiles", print)
    client.open(str(small_bundle))
    listeners[-1].until(Opened)
    yield client, listeners
    client.close()


@pytest.fixture
def client(heard: tuple[EngineClient, list[Listener]], listener: Listener) -> EngineClient:
    client, listeners = heard
    listeners.append(listener)
    return client


def point(u: float, v: float = 0.0) -> np.ndarray:
    return np.array([u, v], np.float32)


def wants(count: int, size: int = 64) -> list[Want]:
    return [want_pictures(key, np.full((size, 2), key / count, np.float32)) for key in range(count)]


def test_the_newest_hover_is_answered(client: EngineClient, listener: Listener) -> None:
    for step in range(50):
        number = client.ask(Hover, point(step / 50))
    answer = listener.until(Picture)
    while isinstance(answer, Answer) and answer.reply.number != number:
        answer = listener.until(Picture)
    assert isinstance(answer, Answer)
    assert answer.reply.number == number


def test_batches_come_in_the_order_requested(client: EngineClient, listener: Listener) -> None:
    client.request("tiles", wants(12))
    answers = listener.until_batches(12)
    assert [answer.key for answer in answers] == list(range(12))
    assert client.waiting == 0


def test_a_new_request_withdraws_what_is_no_longer_wanted(client: EngineClient, listener: Listener) -> None:
    client.request("tiles", wants(200, 1000))
    client.request("tiles", wants(5)[3:])
    answers = listener.until_batches(2)
    assert {answer.key for answer in answers} == {3, 4}
    assert client.waiting == 0


def test_a_place_is_described(client: EngineClient, listener: Listener) -> None:
    number = client.ask(Describe, point(0))
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
    client.subscribe("tiles", print)
    client.open(str(small_bundle))
    listener.until(Opened)
    yield client
    client.close()


def kill(client: EngineClient) -> None:
    assert isinstance(client.engine, ProcessEngine)
    client.engine._process.kill()


def test_a_killed_engine_loses_nothing(process_client: EngineClient, listener: Listener) -> None:
    client = process_client
    client.request("tiles", wants(30, 400))
    listener.until_batches(2)
    kill(client)
    number = client.ask(Hover, point(0.5))
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
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_no_engine_outlives_its_window(ending: signal.Signals, small_bundle: Path) -> None:
    program = (
        "import signal, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # who starts the tests may have it ignored
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
    client = EngineClient(listener.events.put, ThreadEngine)
    client.open(str(small_bundle))  # whether this has been sent yet when the next comes is a matter of luck
    client.open("/no/such/bundle")
    listener.until(Refused)
    number = client.ask(Hover, point(0.5))
    answer = listener.until(Picture)
    client.close()
    assert isinstance(answer, Answer)
    assert answer.reply.number == number


class Scripted:
    """An engine that answers each request as a test says."""

    replaceable = True

    def __init__(self, answer: Callable[[Numbered], list[Numbered | Exception]]) -> None:
        self._answer, self.sent = answer, list[Numbered]()
        self._replies: queue.SimpleQueue[Numbered | Exception | None] = queue.SimpleQueue()

    def offer(self, request: Numbered) -> bool:
        self.send(request)
        return True

    def send(self, request: Numbered) -> None:
        self.sent.append(request)
        for reply in self._answer(request):
            self._replies.put(reply)

    def receive(self) -> Numbered | None:
        reply = self._replies.get()
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stop(self) -> None:
        self._replies.put(None)


def pictures_for(request: Numbered) -> list[Numbered | Exception]:
    return [Pictures(request.number, 0, np.zeros((len(request.z), 1, 1, 1), np.uint8))]  # type: ignore[attr-defined]


def test_each_answer_goes_to_who_has_subscribed_to_its_topic_and_to_nobody_else(listener: Listener) -> None:
    client = EngineClient(listener.events.put, lambda: Scripted(pictures_for))
    taken: dict[str, list[object]] = {"pins": [], "film": []}
    for topic, answers in taken.items():
        client.subscribe(topic, answers.append)
    client.request("film", wants(1, 3))
    (answer,) = listener.until_batches(1)
    client.dispatch(answer)
    client.close()
    assert taken == {"pins": [], "film": [answer]}


def test_what_nobody_takes_is_an_error(listener: Listener) -> None:
    client = EngineClient(listener.events.put, lambda: Scripted(lambda _: []))
    client.subscribe("tiles", print)
    with pytest.raises(EngineError, match="the answers of 'tiles' have a subscriber already"):
        client.subscribe("tiles", print)
    with pytest.raises(EngineError, match="the answers of 'tilse' have no subscriber"):
        client.request("tilse", wants(1))
    for event in (Answer("tilse", Refused(1, "no")), Answer(Hover, Refused(1, "no")), EngineLost(True)):
        with pytest.raises(EngineError, match="no subscriber"):
            client.dispatch(event)
    client.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda request: [Values(request.number, 0, np.zeros((4, 1), np.float32))], "answered with Values"),
        (lambda request: [Pictures(request.number, 2, np.zeros((3, 1, 1, 1), np.uint8))], "does not fit"),
        (lambda request: [Refused(0, "nobody takes it")], "nobody takes it"),
        (lambda request: [ServiceError("a message of 2 bytes was announced")], "was announced"),
    ],
)
def test_an_engine_that_answers_what_nobody_takes_is_ended_and_its_work_asked_of_another(
    listener: Listener, answer: Callable[[Numbered], list[Numbered | Exception]], words: str
) -> None:
    engines = [Scripted(pictures_for), Scripted(answer)]
    client = EngineClient(listener.events.put, engines.pop)
    client.subscribe("tiles", print)
    client.request("tiles", wants(1, 4))
    lost = listener.until(EngineLost)
    listener.until_batches(1)
    client.close()
    assert isinstance(lost, EngineLost)
    assert lost.again
    assert words in lost.reason


def test_what_is_too_large_to_be_sent_is_refused(
    process_client: EngineClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ENGINE.requests, "largest", 10_000)
    huge = want_pictures("huge", np.zeros((2000, 2), np.float32))
    process_client.request("tiles", [huge, *wants(1)])
    refused = listener.until(Refused)
    assert isinstance(refused, Answer)
    assert refused.key == "huge"
    assert "ask for less" in refused.reply.reason  # type: ignore[attr-defined]
    assert [answer.key for answer in listener.until_batches(1)] == [0]


def test_the_more_urgent_is_asked_first_and_kinds_do_not_wait_for_each_other(listener: Listener) -> None:
    engine = Scripted(lambda _: [])
    client = EngineClient(listener.events.put, lambda: engine)
    client.subscribe("export", print, Urgency.EXPORT)
    client.subscribe("tiles", print, Urgency.VIEW)
    client.subscribe("pins", print, Urgency.ASKED)
    z = np.zeros((1, 2), np.float32)
    client._sending = True  # all of it is wanted before any of it can go
    client.request("export", wants(9, 1))
    client.request("tiles", [*wants(2, 2), want_values("v", "veil", z)])
    client.request("pins", [want_pictures("pin", z)])
    client._sending = False
    client.ask(Hover, z[0])
    client.close()
    assert [type(each).__name__ for each in engine.sent] == ["Hover", "Decode", "Decode", "Decode", "Evaluate"]
    assert [len(each.z) for each in engine.sent if isinstance(each, Decode)] == [1, 2, 2]


@pytest.mark.skipif(os.name != "posix", reason="writes to a pipe's number")
def test_an_engine_refuses_what_it_does_not_know_and_ends_at_a_frame_that_claims_too_much() -> None:
    class Sing(Numbered, frozen=True, tag=True):
        pass

    engine = ProcessEngine()
    engine.send(Sing(7))
    refused = engine.receive()
    assert isinstance(refused, Refused)
    assert (refused.number, "'Sing'" in refused.reason) == (7, True)
    os.write(engine._requests.fileno(), (2**60).to_bytes(8, "little"))
    assert engine.receive() is None
    engine.stop()
    engine.close()


def test_the_loop_names_what_it_does_not_take() -> None:
    class Sing(Numbered, frozen=True, tag=True):
        pass

    (refused,) = serve_inline([Sing(3)])
    assert isinstance(refused, Refused)
    assert refused.reason == "the engine takes no request called 'Sing'"
