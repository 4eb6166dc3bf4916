"""What those who wait for the engine's word on the data are told meanwhile."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.progress import AskProgress, Preparing
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work

_EVERY_MS = 500


class Waiting(QObject):
    """Asks the engine what it prepares, as long as anybody waits.

    waits: whether anybody does. told: they may be told how far it is, or that it is done. work: what is prepared.
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
        """Such as "finding neighbours: 40%"; empty where nothing is prepared."""
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
