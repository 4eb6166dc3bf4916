"""Pictures for the pad: from a file, which the engine reads, from the clipboard, or of another program."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QImage

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.encode import PictureRead, ReadPicture
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.studies.own_image.pictures import on_clipboard, pixels_of, scaled_down
from latent_explorer.safe_text import readable
from latent_explorer.service.codec import Refused, path_to_text


class PictureReader(QObject):
    """Reads one picture at a time. is_open: whether there is a map to place it on.

    came: an image uint8 (h, w, 1 or 3), and what is to be said of it. named: the file that is being read; else empty.
    """

    came = pyqtSignal(object, str)

    def __init__(self, client: EngineClient, shared: Shared, is_open: Callable[[], bool]) -> None:
        super().__init__()
        self._client, self._shared, self._is_open = client, shared, is_open
        self._asked, self._named = 0, ""
        client.subscribe(ReadPicture, self._take)

    @property
    def named(self) -> str:
        return self._named if self._asked else ""

    def read(self, path: Path) -> None:
        """Read the picture in a file."""
        if self._nowhere():
            return
        self._named = readable(path.name)
        self._asked = self._client.ask(ReadPicture, path_to_text(path))

    def paste(self) -> None:
        """Use the picture on the clipboard, or in the file that is on it."""
        if self._nowhere():
            return
        match on_clipboard():
            case Path() as path:
                self.read(path)
            case QImage() as image:
                self.take(image)
            case None:
                self._shared.say("There is no picture on the clipboard: copy one, or the file of one, first.")

    def take(self, image: QImage) -> None:
        """Take a picture of another program, as large as is needed."""
        self.came.emit(pixels_of(scaled_down(image)), "From the clipboard")

    def _nowhere(self) -> bool:
        """Whether there is no model, which is then said."""
        if not self._is_open():
            self._shared.say("Open a model first: there is no map to place a picture on.")
        return not self._is_open()

    def _take(self, answer: Answer) -> None:
        reply = answer.reply
        if reply.number != self._asked:
            return
        self._asked = 0
        if isinstance(reply, Refused):
            self._shared.banner.say(f"The picture was not opened. {reply.reason}")
        elif isinstance(reply, PictureRead):
            notes = ("", *reply.notes)
            self.came.emit(reply.image, f"{self._named}{'; '.join(notes)}." if reply.notes else self._named)
