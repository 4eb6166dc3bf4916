"""The window's side of the conversation with the engine; free of Qt and of torch.

The window only says what it wants now, which never waits. Whatever the engine has room for is sent at once, by the
thread in which that becomes known, since a change of threads is what costs a hover most; one thread sends what would
take waiting, one receives. If the engine dies it is started again, and whatever was wanted and
not answered is asked again.
"""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.engine.protocol import Describe, Hover, Open, Opened, Pictures, Refused, Reply, Request, Values
from latent_explorer.engine.wishes import Batch, Want, WantAverage, Wanted, WantOriginals, WantTile, Wishes

__all__ = [
    "Answer",
    "EngineClient",
    "EngineLost",
    "Event",
    "Want",
    "WantAverage",
    "WantOriginals",
    "WantTile",
    "Wanted",
]

_log = logging.getLogger(__name__)

PATIENCE = 5
"""Deaths of the engine in a row, with no answer in between, after which it is not started again."""


@dataclass(frozen=True, eq=False)
class Answer:
    """A reply to the newest of its kind, or to a batch.

    reply: what the engine said. topic, key: of the Want, for a batch. content: a batch's, once complete: pictures
    uint8 (n, h, w, c), or the values float32 (n, channels) of a field.
    """

    reply: Reply
    topic: str = ""
    key: Hashable = None
    content: NDArray[Any] | None = None

    @property
    def pictures(self) -> NDArray[np.uint8] | None:
        """The pictures of a batch, once complete; None for all else."""
        return self.content if isinstance(self.reply, Pictures) else None

    @property
    def values(self) -> NDArray[np.float32] | None:
        """The values of a batch, once complete; None for all else."""
        return self.content if isinstance(self.reply, Values) else None


@dataclass(frozen=True)
class EngineLost:
    """The engine is gone. again: whether it has been started again, and what was wanted asked again."""

    again: bool


Event = Answer | EngineLost


class EngineClient:
    """Says what is wanted, and hands back what comes.

    on_event: called in the receiving thread with each Answer and EngineLost. start: makes an engine.
    """

    def __init__(self, on_event: Callable[[Event], None], start: Callable[[], Engine] = ProcessEngine) -> None:
        self._on_event = on_event
        self._start = start
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._wishes = Wishes()
        self._closing = False
        self._outbox: deque[Request] = deque()  # on the way to the engine
        self._sending = False  # whether the sender is at it, before which nothing may go
        self._open_bundle = ("", 0)  # its folder and the class it decodes under, for an engine that starts anew
        self._asked_to_open: dict[int, tuple[str, int]] = {}
        self._deaths = 0
        self._engine: Engine = start()
        self._threads = [
            threading.Thread(target=self._send_loop, name="engine sender", daemon=True),
            threading.Thread(target=self._receive_loop, name="engine receiver", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def engine(self) -> Engine:
        """The engine that runs now."""
        return self._engine

    @property
    def waiting(self) -> int:
        """Batches wanted and not yet there."""
        with self._changed:
            return len(self._wishes.asked) + sum(map(len, self._wishes.topics.values()))

    def open(self, folder: str, label: int = 0) -> int:
        """Open another bundle; all else that was wanted is dropped. Returns the request's number.

        label: the class under which a conditional one decodes.
        """
        with self._changed:
            self._wishes.withdrawn += self._wishes.asked
            self._wishes.asked.clear()
            for wants in self._wishes.topics.values():
                wants.clear()
            if Open in self._wishes.unsent:  # opened first all the same: it stays if the other is refused
                self._wishes.ahead.append(self._wishes.newest[Open])
            self._wishes.newest.clear()
            self._wishes.unsent.clear()
            return self._want_newest(self._to_open((folder, label)))

    def hover(self, z: NDArray[np.float32]) -> int:
        """Decode this latent (d,) before all else; replaces the one wanted before. Returns its number."""
        with self._changed:
            return self._want_newest(Hover(next(self._numbers), z))

    def describe(self, z: NDArray[np.float32]) -> int:
        """Say what the data say about this latent (d,); replaces the one wanted before. Returns its number."""
        with self._changed:
            return self._want_newest(Describe(next(self._numbers), z))

    def wish(self, topic: str, wants: Sequence[Wanted]) -> None:
        """These batches, in this order, are all that is wanted of a topic (of TOPICS) now; others are withdrawn."""
        with self._changed:
            wanted = {want.key for want in wants}
            under_way = set()
            for number, batch in list(self._wishes.asked.items()):
                if batch.topic == topic and batch.want.key in wanted:
                    under_way.add(batch.want.key)
                elif batch.topic == topic:
                    self._wishes.withdrawn.append(number)
                    del self._wishes.asked[number]
            self._wishes.topics[topic] = deque(want for want in wants if want.key not in under_way)
            self._pass_on()

    def restart(self) -> None:
        """Start the engine again, also one that was given up, and ask again for what was wanted."""
        with self._changed:
            self._deaths = 0
        self._engine.stop()
        if not self._threads[1].is_alive():
            self._renew_engine()
            self._threads[1] = threading.Thread(target=self._receive_loop, name="engine receiver", daemon=True)
            self._threads[1].start()

    def close(self) -> None:
        """End the engine and both threads; returns when they are gone."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._engine.stop()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(5)

    def _to_open(self, bundle: tuple[str, int]) -> Open:
        request = Open(next(self._numbers), *bundle)
        self._asked_to_open[request.number] = bundle
        return request

    def _want_newest(self, request: Request) -> int:
        self._wishes.newest[type(request)] = request
        self._wishes.unsent.add(type(request))
        self._pass_on()
        return request.number

    def _pass_on(self) -> None:
        """Send what is wanted, as far as that takes no waiting; the rest is left to the sender."""
        if self._sending:
            return  # which looks again when it is done
        self._outbox += self._wishes.next_requests(self._numbers)
        try:
            while self._outbox and self._engine.offer(self._outbox[0]):
                self._outbox.popleft()
        except OSError:
            pass  # the receiver sees the engine's end, and has all of it asked again
        if self._outbox:
            self._changed.notify_all()

    def _send_loop(self) -> None:
        while True:
            with self._changed:
                self._sending = False
                self._pass_on()
                while not self._closing and not self._outbox:
                    self._changed.wait()
                if self._closing:
                    return
                engine, requests, self._sending = self._engine, list(self._outbox), True
                self._outbox.clear()
            try:
                for request in requests:
                    engine.send(request)
            except OSError:
                pass  # as above

    def _receive_loop(self) -> None:
        while not self._closing:
            while (reply := self._engine.receive()) is not None:
                self._deaths = 0
                answer = self._take(reply)
                if answer is not None:
                    self._on_event(answer)
            if not self._revive():
                return

    def _revive(self) -> bool:
        if self._closing:
            return False
        self._engine.stop()
        self._deaths += 1
        again = self._deaths < PATIENCE
        if again:
            time.sleep(0.1 * (self._deaths - 1))  # a machine short of memory needs a moment
            self._renew_engine()
        _log.warning("the engine ended unexpectedly%s", "; started again" if again else " again and again; given up")
        self._on_event(EngineLost(again))
        return again

    def _renew_engine(self) -> None:
        with self._changed:
            if self._closing:
                return
            self._engine = self._start()
            self._open_again()
            self._outbox.clear()
            self._wishes.ask_again()
            self._pass_on()

    def _open_again(self) -> None:
        """Have a fresh engine open what was open, or was to be, before the bundle that is wanted now."""
        wanted = self._wishes.newest.get(Open)
        before = [bundle for number, bundle in self._asked_to_open.items() if wanted is None or number != wanted.number]
        self._asked_to_open = {} if wanted is None else {wanted.number: self._asked_to_open[wanted.number]}
        for bundle in [self._open_bundle, *before][-1:]:
            if bundle[0] and wanted is None:
                self._wishes.newest[Open] = self._to_open(bundle)
            elif bundle[0]:
                self._wishes.ahead = [self._to_open(bundle)]  # stays open if the other is refused

    def _take(self, reply: Reply) -> Answer | None:
        """What a reply means to the window; None where it answers what is no longer wanted."""
        with self._changed:
            bundle = self._asked_to_open.pop(reply.number, self._open_bundle)
            if isinstance(reply, Opened):  # also where another was wanted meanwhile, which may yet be refused
                self._open_bundle = bundle
            batch = self._wishes.asked.get(reply.number)
            if batch is not None:
                return self._take_batch(batch, reply)
            for kind, request in self._wishes.newest.items():
                if request.number == reply.number:
                    del self._wishes.newest[kind]
                    return Answer(reply)
        return None

    def _take_batch(self, batch: Batch, reply: Reply) -> Answer | None:
        done = isinstance(reply, Refused) or (isinstance(reply, Pictures | Values) and batch.take(reply))
        if not done:
            return None
        del self._wishes.asked[reply.number]
        self._pass_on()
        content = None if isinstance(reply, Refused) else batch.content
        return Answer(reply, batch.topic, batch.want.key, content)
