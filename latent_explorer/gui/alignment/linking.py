"""When two maps are linked: as long as both have a bundle, unless a person has switched it off."""

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.gui.alignment.keeping import AlignmentKeeper
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.overlay import Overlay
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.session import SessionStore


class Linking(QObject):
    """Makes and closes the link between the two maps of a window.

    link: the one there is, or None. on: whether maps are linked. changed: there is another link, or none. The anchors
    between the images of two bundles are kept as long as the window is, whether the maps are linked or not.
    """

    changed = pyqtSignal()

    def __init__(self, store: SessionStore, say: Callable[[str], None]) -> None:
        super().__init__()
        self.link: Link | None = None
        self._overlay: Overlay | None = None
        self._closing = False
        self.on = True
        self._say, self.keeper = say, AlignmentKeeper(store, say)
        self._panes: list[MapPane] = []

    def look(self, panes: Sequence[MapPane]) -> None:
        """These are the maps there are; what is open in them may be another than before."""
        if self._closing:
            return  # a map that loses its overlay tells that it has changed
        self._panes = list(panes)
        pair = [pane for pane in panes if pane.bundle is not None] if self.on else []
        if self.link is not None and (len(pair) < 2 or [self.link.source, self.link.target] != pair[:2]):
            self.close()
        if self.link is None and len(pair) == 2:
            self.link = Link(pair[0], pair[1], self.keeper)
            self.link.said.connect(self._say)
            self._overlay = Overlay(self.link)
            self.changed.emit()

    @property
    def possible(self) -> bool:
        """Whether there are two maps to be linked."""
        return len(self._panes) == 2

    def toggle(self) -> None:
        """Link the maps, or let each go its own way."""
        self.on = not self.on
        self.look(self._panes)

    def close(self) -> None:
        """End the link, and the process that it has."""
        self.keeper.write()
        if self.link is not None:
            link, self.link = self.link, None
            if self._overlay is not None:
                self._closing = True
                self._overlay.close()
                self._closing, self._overlay = False, None
            self.changed.emit()
            link.close()
            link.deleteLater()
