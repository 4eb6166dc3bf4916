"""Opening bundles: the window reads the latents, the engine the model, and both must agree before one is shown."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QDropEvent

from latent_explorer.engine.handlers.open import Opened
from latent_explorer.errors import UserError
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle, open_bundle

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow


@dataclass(frozen=True, eq=False)
class _Pending:
    """What the engine was asked to open. travels: whether it is another moment of the run that is shown."""

    number: int
    bundle: OpenBundle
    travels: bool


class Opener(QObject):
    """Opens one bundle at a time; a broken one is refused with its reason, and what was open stays."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._pending: _Pending | None = None

    @property
    def idle(self) -> bool:
        """Whether no bundle is being opened."""
        return self._pending is None

    def travel(self, bundle: OpenBundle) -> None:
        """Go on to another moment of the run that is shown; as `open`, but what is open is exchanged, not closed."""
        self._ask_for(bundle, travels=True)

    def open(self, folder: Path) -> None:
        """Open the bundle in a folder."""
        window = self._window
        try:
            bundle = open_bundle(folder)
        except UserError as error:
            window.banner.say(f"{folder.name} was not opened: {error}")
            return
        window.voyage.leave_for(folder)
        self._ask_for(bundle, travels=False)
        window.status.say(f"Opening {bundle.name}…")
        if window.session is None:
            window.show_bundle(bundle)  # the map is there before the engine is

    def opened(self, reply: Opened) -> None:
        """The engine has opened a bundle: the pending one, or the old one again after a fresh start."""
        window = self._window
        window.status.device = f"{reply.device}, {reply.kernel}"
        pending = self._take_pending(reply.number)
        if pending is None:
            return
        bundle = pending.bundle
        if pending.travels:
            window.exchange(bundle)
            window.ask_again()
            return
        if window.session is None or window.session.bundle is not bundle:
            window.show_bundle(bundle)
        window.banner.hide()
        if bundle.config.moment is None:
            window.settings.remember_bundle(bundle.folder)
        window.status.say(f"{bundle.name}: {len(bundle.latents):,} images")
        window.ask_again()
        window.voyage.landed()

    def refused(self, reply: Refused) -> None:
        """The engine has refused something; if it was the pending bundle, say why."""
        pending = self._take_pending(reply.number)
        if pending is not None:
            self._window.banner.say(f"{pending.bundle.name} was not opened: {reply.reason}")
            self._window.ask_again()
            self._window.voyage.give_up()

    def _ask_for(self, bundle: OpenBundle, *, travels: bool) -> None:
        self._window.feed.paused = True
        self._pending = _Pending(self._window.link.client.open(str(bundle.folder)), bundle, travels)

    def _take_pending(self, number: int) -> _Pending | None:
        if self._pending is None or self._pending.number != number:
            return None
        pending, self._pending = self._pending, None
        return pending


def dropped_path(event: QDropEvent) -> Path | None:
    """The file or folder that is being dropped; the first of several."""
    mime = event.mimeData()
    paths = [Path(url.toLocalFile()) for url in mime.urls()] if mime is not None and mime.hasUrls() else []
    return next((path for path in paths if path.exists()), None)


def dropped_folder(event: QDropEvent) -> Path | None:
    """The bundle's folder that is being dropped: itself, or that of a file in it."""
    path = dropped_path(event)
    return path if path is None or path.is_dir() else path.parent
