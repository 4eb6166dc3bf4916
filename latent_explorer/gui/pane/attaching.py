"""Images attached to a bundle by the user: confirmed, remembered, detached."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QWidget

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.attach import Attached, AttachImages
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.gui.widgets.plain import message_box
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

_FILES = "Images (*.zip *.npz *.npy)"
_AGAIN = "Attach them again with File ▸ Attach images."


@dataclass(frozen=True)
class AttachedImages:
    """Where the images of a dataset are. of: the fingerprint of the dataset.

    agreed: the fingerprint of other images that the user has accepted instead; empty for the original ones.
    """

    place: Annotated[str, Meta(max_length=4096)] = ""
    agreed: Annotated[str, Meta(max_length=64)] = ""


class Attaching:
    """Attaches the images that the user names, again each time their bundle is opened.

    parent: of its dialogs. taken: called when the images have changed. noted: called with a description of the images,
    empty for the originals. question: the dialog, while one is open.
    """

    def __init__(
        self,
        client: EngineClient,
        shared: Shared,
        parent: QWidget,
        taken: Callable[[], None],
        noted: Callable[[str], None],
    ) -> None:
        self._client, self._shared, self._parent, self._taken, self._noted = client, shared, parent, taken, noted
        self._bundle: OpenBundle | None = None
        self._asked = self._restored = 0  # request numbers: the user's, which is reported, and the restored one
        self._reading = ""
        self._wanted, self._sure = "", False
        self.question: QMessageBox | None = None

    @property
    def work(self) -> tuple[Work, ...]:
        """The work in progress."""
        return (Work(f"Reading the images in {Path(self._reading).name}"),) if self._asked and self._reading else ()

    @property
    def busy(self) -> bool:
        """Whether the engine has not answered yet."""
        return bool(self._wanted or self._asked or self._restored)

    @property
    def _kept(self) -> AttachedImages:
        assert self._bundle is not None
        return self._shared.settings.get(AttachedImages, of=_key(self._bundle))

    @property
    def detachable(self) -> bool:
        """Whether the user has attached images."""
        return self._bundle is not None and bool(self._kept.place)

    def open(self, bundle: OpenBundle) -> None:
        """Attach the images given to `want`, or those attached before; called once the engine has opened a bundle."""
        if self._bundle is not None and self._bundle.config.dataset != bundle.config.dataset:
            self.close()
        self._bundle, self._asked, self._restored = bundle, 0, 0
        if self._wanted:
            path, self._wanted = self._wanted, ""
            self.attach(path, sure=self._sure)
        else:
            self._restored = self._client.ask(AttachImages, self._kept.place, self._kept.agreed, True)

    def want(self, path: str, *, sure: bool = False) -> None:
        """Attach the images at a path to the next bundle that opens.

        sure: accept images that are not the originals without asking.
        """
        self._wanted, self._sure = path, sure

    def choose(self, parent: QWidget, *, file: bool) -> None:
        """Ask for the folder, or the file, of the images."""
        ask_path(parent, "Attach the original images", str(Path.home()), self.attach, _FILES if file else "")

    def attach(self, path: str, *, sure: bool = False) -> None:
        """Attach the images at a path. Asks first if they are not the originals, unless `sure`."""
        if self._bundle is not None and path:
            self.close()
            self._sure = sure
            self._shared.say(f"Reading {Path(path).name}…")
            self._ask_engine(path)

    def detach(self) -> None:
        """Detach the images: the bundle uses those it finds by itself."""
        if self._bundle is not None:
            self._shared.settings.put(AttachedImages(), of=_key(self._bundle))
            self._ask_engine("")

    def _ask_engine(self, path: str, agreed: str = "") -> None:
        self._reading = path
        self._asked = self._client.ask(AttachImages, path, agreed)

    def take(self, answer: Answer) -> None:
        """Handle the engine's answer: the images are attached or refused."""
        reply, bundle = answer.reply, self._bundle
        asked, restored = (number == reply.number for number in (self._asked, self._restored))
        self._asked, self._restored = 0 if asked else self._asked, 0 if restored else self._restored
        if bundle is None:
            return
        if isinstance(reply, Refused):
            self._explain(bundle, reply.reason, asked=asked, restored=restored)
        elif isinstance(reply, Attached) and reply.taken and (asked or restored):
            self._noted(reply.note)
            if asked:
                self._remember(bundle, reply)
            if reply.anew:
                self._taken()
        elif isinstance(reply, Attached) and asked:
            if self._sure:
                self._ask_engine(reply.path, reply.fingerprint)
            else:
                self._ask(bundle, reply)
        elif isinstance(reply, Attached) and restored:
            others = f"they differ from those attached to {bundle.name}"
            self._explain(bundle, others, asked=False, restored=True)

    def _explain(self, bundle: OpenBundle, reason: str, *, asked: bool, restored: bool) -> None:
        if asked:
            self._shared.banner.say(f"The images were not attached: {reason}.")
        elif restored:
            place = self._kept.place
            lost = f"The images of {bundle.name} are not at {place} any more: {reason}"
            self._shared.banner.say(f"{lost.removesuffix('.')}. {_AGAIN}")

    def _remember(self, bundle: OpenBundle, reply: Attached) -> None:
        if not reply.path:
            self._shared.say(f"{bundle.name} shows the images again that it finds automatically.")
            return
        which = "images are" if not reply.note else "images, not the originals, are"
        self._shared.say(f"{reply.count:,} {which} attached to {bundle.name}.")
        kept = AttachedImages(reply.path, reply.fingerprint)
        self._shared.settings.put(kept, of=_key(bundle))

    def _ask(self, bundle: OpenBundle, reply: Attached) -> None:
        """Ask whether to use images that are not the originals."""
        name = Path(reply.path).name
        lead = f"{name} does not hold the images that {bundle.name} was trained on."
        box = message_box(self._parent.window() or self._parent, "Attach other images?", lead, reply.doubt)
        anyway = box.addButton("Attach anyway", QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        assert anyway is not None
        box.setDefaultButton(anyway if reply.fits else cancel)
        box.setEscapeButton(cancel)
        anyway.clicked.connect(lambda: self._ask_engine(reply.path, reply.fingerprint))
        box.rejected.connect(self._let_go)
        box.finished.connect(self._forget)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        self.question = box
        box.show()

    def _let_go(self) -> None:
        """Let the engine free the memory of images that were not accepted."""
        self._client.ask(AttachImages, "", "", True)

    def _forget(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    def close(self) -> None:
        """Close the dialog, if one is open."""
        if self.question is not None:
            self.question.close()


def _key(bundle: OpenBundle) -> str:
    """The key to remember images by: the dataset's, or the bundle's own if it has no dataset."""
    return bundle.config.dataset.fingerprint or bundle.config.files.get("config.json", "")
