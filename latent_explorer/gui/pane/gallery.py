"""The gallery of a pane: shows the selected images and fetches the visible ones."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, QSize, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.service.codec import Refused
from latent_explorer.session import Session

if TYPE_CHECKING:
    from latent_explorer.gui.panels.gallery import GalleryWindow

TOPIC = "gallery"
_BATCH = 32
_SIZE = QSize(640, 560)


class Gallery(QObject):
    """Opens a window with the selected images and keeps it up to date. window: the window, while it is open.

    chosen: the number of an image that was clicked. sheet_wanted: an export of the images is requested.
    """

    chosen = pyqtSignal(int)
    sheet_wanted = pyqtSignal()

    def __init__(self, client: EngineClient, pane: QWidget) -> None:
        super().__init__(pane)
        self._client, self._pane = client, pane
        self._session: Session | None = None
        self._theme: Theme = DARK
        self._reason = ""  # the reason why there are no originals
        self.note = ""  # a description of the images, if they are not the originals
        self.window: GalleryWindow | None = None

    def open(self) -> None:
        """Open the window; it follows the selection."""
        from latent_explorer.gui.panels.gallery import GalleryWindow  # not needed at launch
        from latent_explorer.gui.widgets.side_windows import show_aside

        if self.window is None:
            self.window = window = GalleryWindow(self._pane.window() or self._pane)
            window.dress(self._theme)
            window.chosen.connect(self.chosen)
            window.sheet_wanted.connect(self.sheet_wanted)
            window.removed.connect(self._remove)
            window.needed.connect(self.ask)
            window.finished.connect(self._forget)
            window.destroyed.connect(self._forget)
            show_aside(window, _SIZE)
            self.show()
        self.window.raise_()
        self.window.activateWindow()

    def close(self) -> None:
        if self.window is not None:
            self.window.close()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        if self.window is not None:
            self.window.dress(theme)

    def begin(self, session: Session) -> None:
        """Show the images of another session."""
        self._session, self._reason = session, ""
        if self.window is not None:
            self.window.show_remark("", "")
        self.show()

    def show(self) -> None:
        """Show the current selection."""
        if self.window is not None and self._session is not None:
            selection = self._session.state.selection
            self.window.show_images(self._session.bundle, None if selection is None else selection.chosen)

    def again(self) -> None:
        """Request the images again: the engine was restarted, or has other images."""
        self._reason = ""
        self.ask()

    def ask(self) -> None:
        """Request the visible pictures that are missing; withdraws all other requests."""
        window, session = self.window, self._session
        if session is None:
            return
        missing = [] if window is None else window.model.missing(window.seen())
        batches = (np.array(missing[start : start + _BATCH], np.int64) for start in range(0, len(missing), _BATCH))
        self._client.request(TOPIC, list(map(self._want, batches)))

    def take(self, answer: Answer) -> None:
        """Show pictures from the engine; without originals, request the decoded latents instead."""
        if self.window is None or not isinstance(answer.key, tuple):
            return
        original, numbers = answer.key
        if answer.pictures is not None:
            if original and self.note:
                self.window.show_remark(f"{self.note[:1].upper()}{self.note[1:]}.", "")
            self.window.take(numbers, answer.pictures)
        elif isinstance(answer.reply, Refused) and not original:
            self.window.show_remark("The images cannot be decoded.", answer.reply.reason)
        elif isinstance(answer.reply, Refused) and not self._reason:
            self._reason = answer.reply.reason
            self.window.show_remark("Decoded from the latents: the original images are not available.", self._reason)
            self.ask()

    def _want(self, numbers: NDArray[np.int64]) -> Want:
        assert self._session is not None
        original, named = not self._reason, tuple(numbers.tolist())
        if original:
            return want_originals((original, named), numbers)
        return want_pictures((original, named), self._session.bundle.latents.mean[numbers])

    def _remove(self, numbers: NDArray[np.int64]) -> None:
        session = self._session
        if session is not None:
            marked = np.zeros(len(session.bundle.latents), bool)
            marked[numbers] = True
            session.select(marked, "subtract")

    def _forget(self) -> None:
        self.window = None
        if self._session is not None:
            self.ask()
