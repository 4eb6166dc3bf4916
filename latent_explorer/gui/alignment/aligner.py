"""The window's client of the aligner process."""

from collections.abc import Callable
from itertools import count

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.alignment.protocol import ALIGNING, Cancel, Reply, Request
from latent_explorer.service.child import Client

MODULE = "latent_explorer.alignment"


class Aligner(QObject):
    """A process that fits translators, started on first use.

    answered: emitted in the GUI thread with each reply, and with Lost if the process has died.
    """

    answered = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count(1)
        self._client: Client[Request, Reply] = Client(MODULE, ALIGNING, self.answered.emit)

    def ask(self, make: Callable[[int], Request]) -> int:
        """Send the request that `make` creates with a number; returns the number."""
        number = next(self._numbers)
        self._client.send(make(number))
        return number

    def cancel(self, number: int) -> None:
        """Cancel the request with a number."""
        self._client.send(Cancel(number))

    def close(self) -> None:
        self._client.close()
