"""The engine's answers, brought into the GUI thread by one signal."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import EngineClient
from latent_explorer.engine.process import Engine, ProcessEngine


class EngineLink(QObject):
    """Owns the client. arrived: an Answer or EngineLost, in the GUI thread."""

    arrived = pyqtSignal(object)

    def __init__(self, start: Callable[[], Engine] = ProcessEngine) -> None:
        super().__init__()
        self.client = EngineClient(self.arrived.emit, start)
        self.arrived.connect(self.client.dispatch)

    def close(self) -> None:
        """End the engine; nothing arrives afterwards."""
        self.client.close()
        self.arrived.disconnect()
