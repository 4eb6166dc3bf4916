"""From choices to what is made of them: decodes what is missing, then works in the worker's thread."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.export import Format
from latent_explorer.gui.exports.choices import Choices
from latent_explorer.gui.exports.decoding import Decoding
from latent_explorer.gui.exports.order import Order
from latent_explorer.gui.exports.subject import Subject
from latent_explorer.gui.exports.watched import Watch
from latent_explorer.gui.exports.worker import Outcome, Task, Worker
from latent_explorer.service.codec import Refused


class Maker(QObject):
    """Makes one thing of a subject at a time, the newest. made: its Outcome."""

    made = pyqtSignal(object)

    def __init__(self, parent: QObject, subject: Subject, client: EngineClient, worker: Worker) -> None:
        super().__init__(parent)
        self._subject, self._worker = subject, worker
        self._decoding = Decoding(client)
        self._waiting: Callable[[], Order] | None = None  # makes the order, once all is decoded
        self._run: Callable[[Order, Watch], Any] | None = None
        self._task: Task | None = None
        worker.done.connect(self._take_outcome)

    @property
    def decoding(self) -> bool:
        """Whether the engine's pictures are waited for."""
        return self._waiting is not None

    @property
    def progress(self) -> tuple[str, float]:
        """What is going on, and how much of it is done, in [0, 1]."""
        if self._task is None:
            return self._subject.waiting, self._decoding.fraction
        return "Writing", self._task.watch.fraction

    def begin(self, known: Format, choices: Choices, run: Callable[[Order, Watch], Any]) -> None:
        """Call `run`, which must hold no widget, with the order for these choices, in the worker's thread."""
        self.drop()
        self._waiting, self._run = partial(self._order, known, choices), run
        self._decoding.ask(self._subject.wants(choices))
        self._go_on()

    def drop(self) -> None:
        """Make nothing any more, and say nothing of it."""
        if self._task is not None:
            self._task.watch.cancel()
        self._waiting = self._task = None

    def cancel(self) -> None:
        """Make nothing any more; the outcome, without a result, comes as soon as all has ended."""
        if self._task is not None:
            self._task.watch.cancel()
        elif self._waiting is not None:
            self._fail("")

    def end(self) -> None:
        """Make nothing any more, nor keep what was decoded."""
        self.drop()
        self._decoding.stop()

    def again(self) -> None:
        """Ask the engine once more; it has dropped what was wanted."""
        self._decoding.again()

    def take(self, answer: Answer) -> None:
        """Pictures have come, or their refusal."""
        if not isinstance(answer.reply, Refused):
            self._decoding.take(answer)
            self._go_on()
        elif self._waiting is not None:
            self._fail(answer.reply.reason)

    def _order(self, known: Format, choices: Choices) -> Order:
        content = self._subject.content(known, choices, self._decoding.pictures)
        return Order(known, content, choices.options, self._subject.provenance(choices))

    def _go_on(self) -> None:
        if self._waiting is None or self._run is None or not self._decoding.complete:
            return
        order, self._waiting = self._waiting(), None
        self._task = self._worker.begin(partial(self._run, order))

    def _fail(self, error: str) -> None:
        self._waiting = None
        self._decoding.stop()
        self.made.emit(Outcome(error=error))

    def _take_outcome(self, outcome: Outcome) -> None:
        if outcome.task is self._task and self._task is not None:
            self._task = None
            self.made.emit(outcome)
