"""Original images that are not where they were when a bundle was made: a person says where they are now."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.attach import Attached, AttachImages
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

_FILES = "Images (*.zip *.npz *.npy)"


@dataclass(frozen=True)
class AttachedImages:
    """Where the images of a dataset are; `of` its fingerprint."""

    place: str = ""


class Attaching:
    """Has the engine take the images that a person names, and again whenever their bundle is opened.

    taken: called when there are images that were not there before.
    """

    def __init__(self, client: EngineClient, shared: Shared, taken: Callable[[], None]) -> None:
        self._client, self._shared, self._taken = client, shared, taken
        self._bundle: OpenBundle | None = None
        self._asked = False  # by the person, who is told what came of it

    def open(self, bundle: OpenBundle) -> None:
        """The engine has opened a bundle: attach what was attached to it before."""
        self._bundle, self._asked = bundle, False
        if place := self._shared.settings.get(AttachedImages, of=bundle.config.dataset.fingerprint).place:
            self._client.ask(AttachImages, place)

    def choose(self, parent: QWidget, *, file: bool) -> None:
        """Ask for the folder, or the file, of the images."""
        ask_path(parent, "Attach the original images", str(Path.home()), self.attach, _FILES if file else "")

    def attach(self, path: str) -> None:
        if self._bundle is not None:
            self._asked = True
            self._shared.say(f"Reading {Path(path).name}…")
            self._client.ask(AttachImages, path)

    def take(self, answer: Answer) -> None:
        """They were taken, or not."""
        reply, asked, self._asked = answer.reply, self._asked, False
        if isinstance(reply, Refused):
            if asked:
                self._shared.banner.say(f"The images were not attached: {reply.reason}.")
        elif isinstance(reply, Attached) and self._bundle is not None:
            if asked:
                self._shared.say(f"{reply.count:,} images are attached to {self._bundle.name}.")
                self._shared.settings.put(AttachedImages(reply.path), of=self._bundle.config.dataset.fingerprint)
            self._taken()
