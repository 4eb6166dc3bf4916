"""Opening bundles: the window reads the latents, the engine the model, and both must agree before one is shown."""

from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.open import Opened
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle, open_bundle


@dataclass(frozen=True, eq=False)
class _Pending:
    """What the engine was asked to open. travels: whether what is open is exchanged for it, not closed."""

    number: int
    bundle: OpenBundle
    travels: bool


class Opener(QObject):
    """Has the engine open one bundle at a time; a broken one is refused with its reason, and what was open stays.

    read: the OpenBundle that was read and that the engine is asked to open. opened: the engine has it, by its
    OpenBundle and whether what was open is exchanged for it. refused: it does not take what it was asked for.
    """

    read = pyqtSignal(object)
    opened = pyqtSignal(object, bool)
    refused = pyqtSignal()

    def __init__(self, client: EngineClient, shared: Shared) -> None:
        super().__init__()
        self._client, self._shared = client, shared
        self._pending: _Pending | None = None
        self.device = "engine starting"

    @property
    def idle(self) -> bool:
        return self._pending is None

    @property
    def words(self) -> str:
        """What is being opened, in words."""
        starting = self.device == "engine starting"
        return "Starting the engine" if starting or self._pending is None else f"Opening {self._pending.bundle.name}"

    def open(self, folder: Path) -> None:
        try:
            bundle = open_bundle(folder)
        except UserError as error:
            self._shared.settings.forget_bundle(folder)
            self._shared.banner.say(f"{folder.name} was not opened: {error}")
            return
        self.read.emit(bundle)
        self._ask_for(bundle, travels=False)

    def travel(self, bundle: OpenBundle) -> None:
        """As `open`, but what is open is exchanged for the bundle: pins, path, selection and view stay."""
        self._ask_for(bundle, travels=True)

    def take(self, answer: Answer) -> None:
        """The engine has opened, or refused, the pending bundle; or the old one again after a fresh start."""
        reply, pending = answer.reply, self._pending
        if isinstance(reply, Opened):
            self.device = f"{reply.device}, {reply.kernel}"
        if not isinstance(reply, Opened | Refused) or pending is None or pending.number != reply.number:
            return
        self._pending = None
        if isinstance(reply, Opened):
            self.opened.emit(pending.bundle, pending.travels)
        else:
            self._shared.banner.say(f"{pending.bundle.name} was not opened: {reply.reason}")
            self.refused.emit()

    def _ask_for(self, bundle: OpenBundle, *, travels: bool) -> None:
        self._pending = _Pending(self._client.open(str(bundle.folder), bundle.label), bundle, travels)
