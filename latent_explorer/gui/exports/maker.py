"""Makes content from choices: requests missing pictures, then works in the worker's thread."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.export import Format, Options, Provenance
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.subjects import Subject
from latent_explorer.gui.exports.worker import Outcome, Watch, Worker
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.service.codec import Refused

_LOOK_MS = 30  # interval of checking whether everything is loaded


@dataclass(frozen=True, eq=False)
class Order:
    """A file to write, free of widgets, for any thread. content: for format.write."""

    format: Format
    content: Any
    options: Options
    provenance: Provenance

    def write(self, path: Path, overwrite: bool, watch: Watch) -> Path:
        """Write the file. Raises UserError on failure, and Cancelled if the watch is cancelled."""
        watch.check()
        content = watch.over(self.content)
        return self.format.write(path, content, self.options, provenance=self.provenance, overwrite=overwrite)


class Decoding:
    """Requests batches of pictures and joins them; a newer request replaces the previous one.

    pictures: (n, h, w, c), of all wants of pictures in order; None if there are none. values: of the other wants, by
    key. Equal keys mean the same pictures: batches of the last request are reused.
    """

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._wants: list[Want] = []
        self._missing: dict[Hashable, int] = {}  # the start of each missing batch
        self.pictures: NDArray[np.uint8] | None = None
        self.values: dict[Hashable, NDArray[np.float32]] = {}

    @property
    def fraction(self) -> float:
        """The share that has arrived, in [0, 1]."""
        return 1 - len(self._missing) / max(1, len(self._wants))

    def ask(self, wants: list[Want]) -> None:
        """Request these batches only."""
        if [want.key for want in wants] != [want.key for want in self._wants]:
            ends = np.cumsum([0, *(_pictures_of(want) for want in wants)]).tolist()
            self._wants, self.pictures, self.values = wants, None, {}
            self._missing = {want.key: start for want, start in zip(wants, ends[:-1], strict=True)}
        self.again()

    def again(self) -> None:
        """Request again what is missing."""
        self._client.request("export", [want for want in self._wants if want.key in self._missing])

    def take(self, answer: Answer) -> None:
        """Take a batch."""
        batch = answer.pictures
        if answer.values is not None and self._missing.pop(answer.key, None) is not None:
            self.values[answer.key] = answer.values
        if batch is None or answer.key not in self._missing:
            return
        if self.pictures is None:
            self.pictures = np.empty((sum(map(_pictures_of, self._wants)), *batch.shape[1:]), np.uint8)
        start = self._missing.pop(answer.key)
        self.pictures[start : start + len(batch)] = batch


def _pictures_of(want: Want) -> int:
    """The number of pictures of a want."""
    return 0 if want.kind is Evaluate else want.count


class Maker(QObject):
    """Makes one order of a subject at a time, the newest; owns the worker. made: the Outcome."""

    made = pyqtSignal(object)

    def __init__(self, parent: QObject, subject: Subject, client: EngineClient, worker: Worker) -> None:
        super().__init__(parent)
        self._subject, self._worker = subject, worker
        self._decodings = {client: Decoding(client)}  # by engine
        self._client = client
        self._known: Format | None = None
        self._waiting: Callable[[], Watch] | None = None  # starts the work once everything is decoded
        self._choices: Choices | None = None
        self._task: Watch | None = None
        self._look = timer(self, _LOOK_MS, self._go_on, once=True)
        worker.done.connect(self._take_outcome)

    @property
    def decoding(self) -> bool:
        """Whether it waits for pictures from the engine."""
        return self._waiting is not None

    @property
    def progress(self) -> tuple[str, float]:
        """A description of the current work and its progress in [0, 1]."""
        if self._task is None:
            return self._subject.waiting, self._fraction
        return "Writing", self._task.fraction

    def begin(self, known: Format, choices: Choices, run: Callable[[Order, Watch], Any]) -> None:
        """Call `run`, which must not use widgets, with the order for these choices, in the worker's thread."""
        self.drop()
        self._waiting, self._known, self._choices = partial(self._work, known, choices, run), known, choices
        self._ask()
        self._go_on()

    def _ask(self) -> None:
        """Request what the parts of the subject need, each from its engine."""
        parts = dict(self._parts())
        for client in parts.keys() - self._decodings.keys():
            self._decodings[client] = Decoding(client)
        for client, decoding in self._decodings.items():
            assert self._choices is not None
            decoding.ask(parts[client].wants(self._choices) if client in parts else [])

    def _parts(self) -> Iterator[tuple[EngineClient, Subject]]:
        assert self._known is not None
        assert self._choices is not None
        yield self._client, self._subject
        other = self._subject.other(self._known, self._choices)
        if other is not None:
            yield other.client, other.subject

    @property
    def _fraction(self) -> float:
        """The share of requests that is answered."""
        return min(each.fraction for each in self._decodings.values())

    def drop(self) -> None:
        """Cancel the work, without an outcome."""
        if self._task is not None:
            self._task.cancel()
        self._waiting = self._task = None
        self._look.stop()

    def cancel(self) -> None:
        """Cancel the work; emits an outcome without a result when everything has ended."""
        if self._task is not None:
            self._task.cancel()
        elif self._waiting is not None:
            self._fail("")

    def end(self) -> None:
        """Cancel the work and drop all pictures."""
        self.drop()
        self._want_nothing()
        self._worker.stop()

    def _want_nothing(self) -> None:
        for decoding in self._decodings.values():
            decoding.ask([])

    def again(self) -> None:
        """Make requests again, after the engine has dropped them."""
        for decoding in self._decodings.values():
            decoding.again()

    def take(self, client: EngineClient, answer: Answer) -> None:
        """Take pictures from an engine, or a refusal."""
        if client not in self._decodings:
            return
        if not isinstance(answer.reply, Refused):
            self._decodings[client].take(answer)
            self._go_on()
        elif self._waiting is not None:
            self._fail(answer.reply.reason)

    def _work(self, known: Format, choices: Choices, run: Callable[[Order, Watch], Any]) -> Watch:
        content, *others = [self._content(subject, client) for client, subject in self._parts()]
        if others:
            content = self._subject.joined(known, choices, content, others[0])
        order = Order(known, content, choices.options, self._subject.provenance(choices))
        return self._worker.begin(partial(run, order))

    def _content(self, subject: Subject, client: EngineClient) -> Any:
        assert self._known is not None
        assert self._choices is not None
        found = self._decodings[client]
        return subject.content_of(self._known, self._choices, found.pictures, found.values)

    def _go_on(self) -> None:
        if self._waiting is None or self._fraction < 1:
            return
        if not all(subject.settled for _, subject in self._parts()):
            self._look.start()
            return
        if self._subject.live:  # it may have changed in the meantime
            self._ask()
        if self._fraction == 1:
            waiting, self._waiting = self._waiting, None
            self._task = waiting()

    def _fail(self, error: str) -> None:
        self._waiting = None
        self._want_nothing()
        self.made.emit(Outcome(error=error))

    def _take_outcome(self, outcome: Outcome) -> None:
        if outcome.watch is self._task and self._task is not None:
            self._task = None
            self.made.emit(outcome)
