"""Progress messages for parts that wait until the engine has prepared the data."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.progress import AskProgress, Preparing
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work

_EVERY_MS = 500


class Waiting(QObject):
    """Asks the engine about its progress as long as a part waits.

    waits: returns whether a part waits. told: the progress has changed, or work has ended. work: the work in progress.
    """

    told = pyqtSignal()

    def __init__(self, client: EngineClient, waits: Callable[[], bool]) -> None:
        super().__init__()
        self._client, self._waits = client, waits
        self.work: tuple[Work, ...] = ()
        self._waiting = False
        self._timer = timer(self, _EVERY_MS, self._ask)
        self._timer.start()

    @property
    def words(self) -> str:
        """The progress, such as "finding neighbours: 40%"; empty if nothing is being prepared."""
        return "".join(f"{work.words}: {work.share:.0%}" for work in self.work)

    def stop(self) -> None:
        self._timer.stop()

    def take(self, answer: Answer) -> None:
        assert isinstance(answer.reply, Preparing)
        reply = answer.reply
        self.work = (Work(reply.words, reply.share),) if reply.words else ()

    def _ask(self) -> None:
        waits, before = self._waits(), self._waiting
        self._waiting = waits
        if waits:
            self._client.ask(AskProgress)
        else:
            self.work = ()
        if waits or before:
            self.told.emit()
