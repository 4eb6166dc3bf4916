"""The window's client of the engine; free of Qt and torch.

The window states what it needs now, which never blocks. When the engine has room for a request, the thread that learns
this sends it, as a thread switch is the largest delay of a hover; another thread sends requests that would block, and a
third receives. If the engine dies, it is restarted, and unanswered requests are sent again. Subscribe before you make
requests: an answer without a subscriber is an error.
"""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Concatenate, ParamSpec

from latent_explorer.engine.answers import Answer as Answer
from latent_explorer.engine.answers import EngineLost as EngineLost
from latent_explorer.engine.answers import Event as Event
from latent_explorer.engine.answers import check_answers, more_follows
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.engine.protocol import Piece, Want
from latent_explorer.engine.request_queue import Batch, RequestQueue, Topic, Urgency
from latent_explorer.engine.watchdog import CALLER_SECONDS, SilenceWatch
from latent_explorer.errors import EngineError, ServiceError
from latent_explorer.service.codec import Numbered, Refused, path_to_text

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")

_LOOK_SECONDS = 0.5

PATIENCE = 5
"""The number of deaths in a row after which the engine is given up; any answer but `Opened` resets the count."""


class EngineClient:
    """Sends requests to the engine and dispatches its answers to subscribers.

    on_event: called in the receiving thread with each Answer and EngineLost, and passes it to `dispatch` in the thread
    of the subscribers. start: creates an engine. engine: the running one. silent: whether it has not answered for long
    and cannot be replaced.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        start: Callable[[], Engine] = ProcessEngine,
        watch: SilenceWatch | None = None,
    ) -> None:
        self._on_event = on_event
        self._watch, self._silence, self.silent = watch or SilenceWatch(), "", False
        self._ended = threading.Event()
        self._start = start
        self._subscribers: dict[Hashable, Callable[[Any], None]] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._queue = RequestQueue()
        self._closing = False
        self._outbox: deque[Numbered] = deque()  # not yet sent
        self._sending = False  # whether the sender thread is sending: nothing may overtake it
        self._open_bundle = ("", 0)  # its folder and class, to reopen after a restart
        self._asked_to_open: dict[int, tuple[str, int]] = {}
        self._deaths = 0
        self.engine: Engine = start()
        if watch is None and not self.engine.replaceable:
            self._watch = SilenceWatch(CALLER_SECONDS)
        self._threads = [
            threading.Thread(target=self._send_loop, name="engine sender", daemon=True),
            threading.Thread(target=self._receive_loop, name="engine receiver", daemon=True),
            threading.Thread(target=self._watch_loop, name="engine watch", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def subscribe(self, topic: str | type, take: Callable[[Any], None], urgency: Urgency = Urgency.VIEW) -> None:
        """Let `dispatch` call `take` with the answers of a topic.

        topic: a name for batches, with their urgency; topics of equal urgency are served in order of subscription. Or
        the type of a single request (Open, Hover, Describe), or EngineLost. Raises EngineError if the topic is taken.
        """
        if topic in self._subscribers:
            raise EngineError(f"the answers of {topic!r} have a subscriber already: use another topic")
        self._subscribers[topic] = take
        if isinstance(topic, str):
            with self._changed:
                self._queue.add_topic(Topic(topic, urgency))

    def dispatch(self, event: Event) -> None:
        """Pass an event to the subscriber of its topic. Raises EngineError if there is none."""
        topic = event.topic if isinstance(event, Answer) else EngineLost
        take = self._subscribers.get(topic)
        if take is None:
            raise EngineError(f"the answers of {topic!r} have no subscriber: subscribe to the topic first")
        take(event)

    @property
    def waiting(self) -> int:
        """The number of batches that are requested and incomplete."""
        with self._changed:
            return len(self._queue.asked) + sum(len(topic.wants) for topic in self._queue.topics)

    def open(self, folder: str, label: int = 0) -> int:
        """Open another bundle; drops all other requests. Returns the request's number.

        label: the class under which a conditional model decodes.
        """
        with self._changed:
            if Open in self._queue.unsent:  # still opened first: it stays open if the other is refused
                self._queue.ahead.append(self._queue.newest[Open])
            self._queue.want_nothing()
            return self._want_newest(self._to_open((folder, label)))

    def ask(self, kind: Callable[Concatenate[int, _P], Numbered], *content: _P.args, **named: _P.kwargs) -> int:
        """Send a single request, before all batches: ask(Hover, z). Replaces an unanswered one of the same type.

        Returns the request's number.
        """
        with self._changed:
            return self._want_newest(kind(next(self._numbers), *content, **named))

    def request(self, topic: str, wants: Sequence[Want]) -> None:
        """Set the batches wanted for a topic, in order; withdraws all others of the topic.

        Raises EngineError if the topic has no subscriber.
        """
        with self._changed:
            known = next((each for each in self._queue.topics if each.name == topic), None)
            if known is None:
                raise EngineError(f"the answers of {topic!r} have no subscriber: subscribe to the topic first")
            self._queue.want(known, list(wants))
            self._pass_on()

    @property
    def given_up(self) -> bool:
        """Whether the engine was given up after repeated deaths, until `restart`."""
        return not (self._closing or self._threads[1].is_alive())

    def restart(self) -> None:
        """Restart the engine, even one that was given up, and send pending requests again."""
        with self._changed:
            self._deaths = 0
        self.engine.stop()
        if self.given_up:
            self._renew_engine()
            self._threads[1] = threading.Thread(target=self._receive_loop, name="engine receiver", daemon=True)
            self._threads[1].start()

    def close(self) -> None:
        """Stop the engine and all threads; returns when they have ended."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._ended.set()
        self.engine.stop()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(5)

    def _to_open(self, bundle: tuple[str, int]) -> Open:
        folder, label = bundle
        request = Open(next(self._numbers), path_to_text(folder), label)
        self._asked_to_open[request.number] = bundle
        return request

    def _want_newest(self, request: Numbered) -> int:
        self._queue.newest[type(request)] = request
        self._queue.unsent.add(type(request))
        self._pass_on()
        return request.number

    def _pass_on(self) -> None:
        """Send requests as far as that does not block; the sender thread sends the rest."""
        if self._sending:
            return  # the sender thread calls this again when done
        self._outbox += self._queue.next_requests(self._numbers)
        try:
            while self._outbox and self.engine.offer(self._outbox[0]):
                self._outbox.popleft()
        except (OSError, ServiceError):
            pass  # the receiver resends after the engine has ended; the sender refuses what is too large
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
                engine, requests, self._sending = self.engine, list(self._outbox), True
                self._outbox.clear()
            for request in requests:
                try:
                    engine.send(request)
                except OSError:
                    pass  # as above
                except ServiceError as error:
                    self._pass(Refused(request.number, str(error)))

    def _watch_loop(self) -> None:
        """Replace an engine that does not answer; its unanswered requests are refused and not sent again."""
        while not self._ended.wait(_LOOK_SECONDS):
            with self._changed:
                waiting = not self.given_up and (bool(self._asked_to_open) or self._queue.prompt)
                opening = bool(self._asked_to_open)
                silent = self._watch.look(waiting=waiting, opening=opening, now=time.monotonic())
                if not self.engine.replaceable:
                    self.silent = silent > 0
                if not silent or not self.engine.replaceable:
                    continue
                self._silence = f"the engine did not answer for {silent:.0f} seconds"
                unanswered = self._withdraw_all(self._silence)
            _log.error("%s", self._silence)
            for answer in unanswered:
                self._on_event(answer)
            self.engine.stop()

    def _withdraw_all(self, reason: str) -> list[Answer]:
        """Drop all requests sent to the engine; returns a refusal for each."""
        queue = self._queue
        refused = [Answer(kind, Refused(request.number, reason)) for kind, request in queue.newest.items()]
        refused += [
            Answer(batch.topic.name, Refused(number, reason), batch.want.key) for number, batch in queue.asked.items()
        ]
        self._asked_to_open.clear()
        queue.newest.clear()
        queue.unsent.clear()
        queue.asked.clear()
        return refused

    def _receive_loop(self) -> None:
        while not self._closing:
            try:
                reason = ""
                while (reply := self.engine.receive()) is not None:
                    self._watch.hear()
                    self._pass(reply)
            except ServiceError as error:
                reason = str(error)
                _log.error("the engine is broken: %s", reason)
            reason, self._silence = reason or self._silence, ""
            if not self._revive(reason):
                return

    def _pass(self, reply: Numbered) -> None:
        """Pass the answer for a reply to `on_event`, if its request is still wanted."""
        answer = self._take(reply)
        if not isinstance(reply, Opened):  # an engine that dies of the next request sends it, too
            self._deaths = 0
        if answer is not None:
            self._on_event(answer)

    def _revive(self, reason: str) -> bool:
        if self._closing:
            return False
        self.engine.stop()
        self._deaths += 1
        again = self._deaths < PATIENCE
        if again:
            time.sleep(0.1 * (self._deaths - 1))  # wait in case the machine is short of memory
            self._renew_engine()
        _log.warning(
            "the engine ended unexpectedly%s", "; started again" if again else " repeatedly; not started again"
        )
        self._on_event(EngineLost(again, reason))
        return again

    def _renew_engine(self) -> None:
        with self._changed:
            if self._closing:
                return
            self.engine = self._start()
            self._watch.begin()
            self._open_again()
            self._outbox.clear()
            self._queue.ask_again()
            self._pass_on()

    def _open_again(self) -> None:
        """Let a new engine open the last bundle, before the one that is requested now."""
        wanted = self._queue.newest.get(Open)
        before = [bundle for number, bundle in self._asked_to_open.items() if wanted is None or number != wanted.number]
        self._asked_to_open = {} if wanted is None else {wanted.number: self._asked_to_open[wanted.number]}
        for bundle in [self._open_bundle, *before][-1:]:
            if bundle[0] and wanted is None:
                self._queue.newest[Open] = self._to_open(bundle)
            elif bundle[0]:
                self._queue.ahead = [self._to_open(bundle)]  # stays open if the other is refused

    def _take(self, reply: Numbered) -> Answer | None:
        """The answer for a reply; None if its request is no longer wanted.

        Raises ServiceError if the reply does not match a request.
        """
        with self._changed:
            bundle = self._asked_to_open.pop(reply.number, self._open_bundle)
            if isinstance(reply, Opened):  # even if another is requested by now, which may be refused
                self._open_bundle = bundle
            batch = self._queue.asked.get(reply.number)
            if batch is not None:
                return self._take_batch(batch, reply)
            for kind, request in self._queue.newest.items():
                if request.number == reply.number:
                    check_answers(kind, reply)
                    if not more_follows(reply):
                        del self._queue.newest[kind]
                    return Answer(kind, reply)
        if isinstance(reply, Refused) and not reply.number:
            raise ServiceError(f"the engine could not read what it was asked: {reply.reason}")
        return None

    def _take_batch(self, batch: Batch, reply: Numbered) -> Answer | None:
        check_answers(batch.want.kind, reply)
        if more_follows(reply):
            return Answer(batch.topic.name, reply, batch.want.key)
        if isinstance(reply, Piece) and not batch.take(reply):
            return None
        del self._queue.asked[reply.number]
        self._pass_on()
        content = None if isinstance(reply, Refused) else batch.content
        return Answer(batch.topic.name, reply, batch.want.key, content)
