"""Opening bundles: a thread reads the latents, the engine the model, and both must succeed."""

import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.open import Opened
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.service.background import in_words
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle, State, open_bundle

_log = logging.getLogger(__name__)
_SOON = 0.3  # seconds that the first paint waits for a bundle that is already being read
_PATIENCE = 1.0  # seconds that closing a pane waits for a disk


@dataclass(frozen=True, eq=False)
class _Unread:
    """A bundle that cannot be read. gone: whether it no longer exists."""

    folder: Path
    reason: str
    gone: bool


@dataclass(frozen=True, eq=False)
class _Pending:
    """The bundle that the engine was asked to open. travels: whether it replaces the open one within its session."""

    number: int
    bundle: OpenBundle
    travels: bool


class Opener(QObject):
    """Opens one bundle at a time. A broken one is refused with the reason, and the current one stays open.

    read: the OpenBundle that was read, which the engine now opens. opened: the engine has opened it; the OpenBundle,
    and whether it replaces the current one within the session. refused: the engine has refused it.
    state_of: returns the State of a bundle when it was last shown; called in a thread.
    """

    read = pyqtSignal(object)
    opened = pyqtSignal(object, bool)
    refused = pyqtSignal()
    _stage = pyqtSignal(str)
    _made = pyqtSignal(int, object)  # the number of the thread, and an OpenBundle or _Unread

    def __init__(self, client: EngineClient, shared: Shared) -> None:
        super().__init__()
        self._client, self._shared = client, shared
        self._pending: _Pending | None = None
        self._numbers, self._newest, self._taken = itertools.count(1), 0, 0
        self._readers: list[threading.Thread] = []
        self._closing = False
        self._made.connect(self._take_read)  # queued, like the next: emitted in a thread
        self._stage.connect(self._tell)
        self._words = ""
        self.state_of: Callable[[OpenBundle], State] = lambda bundle: State()
        self.device = "engine starting"

    @property
    def idle(self) -> bool:
        return self._pending is None and self._taken == self._newest

    @property
    def stays(self) -> bool:
        """Whether the current bundle stays open, possibly as another snapshot or with another class."""
        return self.idle or (self._pending is not None and self._pending.travels and self._taken == self._newest)

    @property
    def label(self) -> int | None:
        """The class under which the pending bundle decodes; None if there is no pending bundle."""
        return None if self._pending is None else self._pending.bundle.label

    @property
    def words(self) -> str:
        """A description of what is being opened."""
        if self.device == "engine starting":
            return "Starting the engine"
        return self._words

    def open(self, folder: Path, begun: "Future[OpenBundle] | None" = None) -> None:
        """Open the bundle in a folder; cancels any bundle that is still being read.

        begun: its reading, if that has started.
        """
        self._newest, self._words = (number := next(self._numbers)), f"Opening {folder.name}"
        if begun is not None and wait([begun], _SOON).done:
            self._take_read(number, self._read(folder, begun))
            return
        reader = threading.Thread(
            target=lambda: self._made.emit(number, self._read(folder, begun)), name="bundle reader", daemon=True
        )
        self._readers = [*(each for each in self._readers if each.is_alive()), reader]
        reader.start()  # a thread for each: a disk that hangs blocks only its own

    def travel(self, bundle: OpenBundle) -> None:
        """As `open`, but within the current session: pins, path, selection and view stay."""
        self._ask_for(bundle, travels=True)

    def take(self, answer: Answer) -> None:
        """Handle the engine's answer on the pending bundle, or on the old one, reopened after a restart."""
        reply, pending = answer.reply, self._pending
        if isinstance(reply, Opened):
            self.device = f"{reply.device}, {reply.kernel}"
        if not isinstance(reply, Opened | Refused) or pending is None or pending.number != reply.number:
            return
        self._pending = None
        if isinstance(reply, Opened):
            self.opened.emit(pending.bundle, pending.travels)
        else:
            self._shared.banner.say(f"{pending.bundle.name} could not be opened: {reply.reason}")
            self.refused.emit()

    def close(self) -> None:
        """Stop reading."""
        self._closing = True
        for reader in self._readers:
            reader.join(_PATIENCE)

    def _read(self, folder: Path, begun: "Future[OpenBundle] | None") -> OpenBundle | _Unread:
        """Read a bundle, with the chart and the class with which it was last shown; called in a thread."""

        def tell(stage: str) -> None:
            if self._closing:
                raise UserError("the map is closed")
            self._stage.emit(f"Opening {folder.name}: {stage}")

        try:
            bundle = begun.result() if begun is not None else open_bundle(folder, tell)
            state = self.state_of(bundle)
            if state.chart is not None:
                with suppress(UserError):  # reported when it is shown
                    bundle = bundle.with_chart(state.chart)
            if state.label < bundle.config.net.classes:
                bundle = replace(bundle, label=state.label)
            _ = bundle.home
        except UserError as error:
            return _Unread(folder, str(error), not folder.exists())
        except Exception as error:  # whatever a file causes, the window must go on
            _log.exception("%s could not be read", folder)
            return _Unread(folder, in_words(error), gone=False)
        return bundle

    def _tell(self, words: str) -> None:
        self._words = words

    def _take_read(self, number: int, made: OpenBundle | _Unread) -> None:
        if self._closing or number < self._taken:
            return  # a later request has been read already
        self._taken = number
        if isinstance(made, OpenBundle):
            self.read.emit(made)
            self._ask_for(made, travels=False)
            return
        if made.gone:
            self._shared.settings.forget_bundle(made.folder)
        self._shared.banner.say(f"{made.folder.name} could not be opened: {made.reason}")

    def _ask_for(self, bundle: OpenBundle, *, travels: bool) -> None:
        self._words = f"Opening {bundle.name}"
        self._pending = _Pending(self._client.open(str(bundle.folder), bundle.label), bundle, travels)
