"""Opening bundles: the window reads the latents, the engine the model, and both must agree before one is shown."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QDropEvent

from latent_explorer.engine.protocol import Opened, Refused
from latent_explorer.errors import UserError
from latent_explorer.session import OpenBundle, open_bundle

if TYPE_CHECKING:
    from latent_explorer.gui.window import MainWindow


class Opener(QObject):
    """Opens one bundle at a time; a broken one is refused with its reason, and what was open stays."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._pending: tuple[int, OpenBundle] | None = None
        self._travels = False

    @property
    def idle(self) -> bool:
        """Whether no bundle is being opened."""
        return self._pending is None

    def travel(self, bundle: OpenBundle) -> None:
        """Go on to another moment of the run that is shown; as `open`, but what is open is exchanged, not closed."""
        self._travels = True
        self._window.feed.paused = True
        self._pending = self._window.link.client.open(str(bundle.folder)), bundle

    def open(self, folder: Path) -> None:
        """Open the bundle in a folder."""
        window = self._window
        self._travels = False
        window.voyage.leave_for(folder)
        try:
            bundle = open_bundle(folder)
        except UserError as error:
            window.banner.say(f"{folder.name} was not opened: {error}")
            return
        window.feed.paused = True
        self._pending = window.link.client.open(str(folder)), bundle
        window.status.say(f"Opening {bundle.name}…")
        if window.session is None:
            window.show_bundle(bundle)  # the map is there before the engine is

    def opened(self, reply: Opened) -> None:
        """The engine has opened a bundle: the pending one, or the old one again after a fresh start."""
        window = self._window
        window.status.device = f"{reply.device}, {reply.kernel}"
        bundle = self._take_pending(reply.number)
        if bundle is None:
            return
        if self._travels:
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
        bundle = self._take_pending(reply.number)
        if bundle is not None:
            self._window.banner.say(f"{bundle.name} was not opened: {reply.reason}")
            self._window.ask_again()
            self._window.voyage.give_up()

    def _take_pending(self, number: int) -> OpenBundle | None:
        if self._pending is None or self._pending[0] != number:
            return None
        bundle, self._pending = self._pending[1], None
        return bundle


def dropped_path(event: QDropEvent) -> Path | None:
    """The file or folder that is being dropped; the first of several."""
    mime = event.mimeData()
    paths = [Path(url.toLocalFile()) for url in mime.urls()] if mime is not None and mime.hasUrls() else []
    return next((path for path in paths if path.exists()), None)


def dropped_folder(event: QDropEvent) -> Path | None:
    """The bundle's folder that is being dropped: itself, or that of a file in it."""
    path = dropped_path(event)
    return path if path is None or path.is_dir() else path.parent
