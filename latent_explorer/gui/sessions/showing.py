"""Showing a session in the window, and reporting what does not fit and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QMainWindow

from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import MapRestorer
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.sessions.linked import SavedLink
from latent_explorer.gui.settings import PictureSettings
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.banner import Offer
from latent_explorer.gui.widgets.parts import ask_path
from latent_explorer.session.restoring import FoundBundle, changes, find_map
from latent_explorer.session.saved import Arrays, SavedMap, SavedSession, read_session


class Maps(Protocol):
    """The part of the workbench that sessions use."""

    panes: list[MapPane]
    active: MapPane
    shared: Shared
    linking: Linking

    @property
    def theme(self) -> Theme: ...
    @property
    def pictures(self) -> PictureSettings: ...
    def add_pane(self) -> MapPane: ...
    def close_pane(self, pane: MapPane) -> None: ...
    def activate(self, pane: MapPane) -> None: ...
    def choose_theme(self, name: str) -> None: ...
    def choose_palette(self, name: str, shapes: bool | None = None) -> None: ...
    def use_pictures(self, pictures: PictureSettings) -> None: ...


@dataclass(frozen=True, eq=False)
class ReadSession:
    """A session from a file, with the current folders of its bundles. lost: descriptions of invalid parts."""

    file: Path
    session: SavedSession
    arrays: Arrays
    found: tuple[FoundBundle, ...]
    lost: tuple[str, ...] = ()


def look_up(file: Path, others: Sequence[Path] = ()) -> ReadSession:
    """Read a session and search for its bundles, also in recent folders. Raises UserError."""
    lost: list[str] = []
    session, arrays = read_session(file, lost)
    found = tuple(find_map(each, file, others) for each in session.maps)
    return ReadSession(file, session, arrays, found, tuple(lost))


class SessionShower(QObject):
    """Shows sessions on the maps, as far as their bundles exist.

    ended: all maps are done; carries whether any could be shown. expected: the number of maps still being restored.
    intact: whether everything in the file was shown. lost: descriptions of what does not fit.
    """

    ended = pyqtSignal(bool)

    def __init__(self, window: QMainWindow, maps: Maps, link: SavedLink) -> None:
        super().__init__(window)
        self._window, self._maps, self._link = window, maps, link
        self._banner = maps.shared.banner
        self.expected, self.intact, self.lost = 0, True, list[str]()
        self._restorers: dict[MapPane, MapRestorer] = {}
        self._offers: list[Offer] = []
        self._there: dict[MapPane, Path] = {}  # maps of the session that are shown, with their folders
        self._tells_of_link = False

    def show(self, read: ReadSession) -> None:
        """Show a session; report what is missing or has changed, and what can be done."""
        session, self.lost, self._there = read.session, list(read.lost), {}
        self._tells_of_link = session.alignment is not None
        self._link.expect(session, read.arrays)
        for offer in self._offers:
            self._banner.withdraw(offer)
        self._offers = []
        self._show_look(session)
        panes = self._panes_for(session)
        self.intact = not (read.lost or any(found.trouble for found in read.found))
        self.expected = sum(found.folder is not None for found in read.found)
        for pane, saved, found in zip(panes, session.maps, read.found, strict=True):
            if found.folder is not None:
                self._restorer(pane).show(saved, read.arrays, found.folder)
            if found.trouble:
                self._offer(read, pane, saved, found)
        if not self.expected:
            self._link.release()
            self.ended.emit(False)

    def _panes_for(self, session: SavedSession) -> list[MapPane]:
        """As many panes as the session has maps, with its active map active."""
        while len(self._maps.panes) > len(session.maps):
            self._maps.close_pane(self._maps.panes[-1])
        panes = [*self._maps.panes, *(self._maps.add_pane() for _ in session.maps[len(self._maps.panes) :])]
        self._maps.activate(panes[session.active])
        return panes

    def _show_look(self, session: SavedSession) -> None:
        look, maps = session.look, self._maps
        maps.choose_theme(look.theme)
        maps.choose_palette(look.palette, look.shapes)
        maps.use_pictures(replace(maps.pictures, pixels=look.picture_size))
        for pane in maps.panes:
            pane.layers.resize_points(look.point_size)
            pane.colourer.choose(look.point_colour)
        if session.window is not None and not (self._window.isMaximized() or self._window.isFullScreen()):
            self._window.resize(*session.window)

    def _restorer(self, pane: MapPane) -> MapRestorer:
        if pane not in self._restorers:
            self._restorers = {each: made for each, made in self._restorers.items() if each in self._maps.panes}
            self._restorers[pane] = made = MapRestorer(pane)
            made.shown.connect(partial(self._shown, pane))
        return self._restorers[pane]

    def _shown(self, pane: MapPane, lost: list[str]) -> None:
        self.expected = max(0, self.expected - 1)
        self.lost += lost
        if pane.bundle is not None:
            self._there[pane] = pane.bundle.folder
        if not self.expected:
            self._show_link()
            self.intact = self.intact and not self.lost
            if self.lost:
                self._banner.say(f"Of the session, this does not fit and is left out: {'; '.join(self.lost)}.")
            self.ended.emit(True)

    def _show_link(self) -> None:
        """Restore the link if both maps are shown; a session without a saved link keeps the current one."""
        panes = self._maps.panes
        if len(panes) != 2 or any(each.bundle is None or each.bundle.folder != self._there.get(each) for each in panes):
            self._link.release()
            return
        self.lost += self._link.show(panes)
        self.intact = self.intact and self._tells_of_link

    # -- missing and changed parts

    def _offer(self, read: ReadSession, pane: MapPane, saved: SavedMap, found: FoundBundle) -> None:
        find = partial(self._find, read, pane, saved, found)
        if found.folder is None:
            sentence, words = f"{found.trouble} Say where it is; all else of the session is shown.", "Find it…"
        else:
            sentence, words = f"{found.trouble} What still fits is shown.", "Find the original…"
        offer = Offer(sentence, {words: find})
        self._offers.append(offer)
        self._banner.offer(offer)

    def _find(self, read: ReadSession, pane: MapPane, saved: SavedMap, found: FoundBundle) -> None:
        start = str((found.folder or read.file).parent)
        ask_path(self._window, f"Find {found.name}", start, lambda folder: self._try(read, pane, saved, Path(folder)))

    def _try(self, read: ReadSession, pane: MapPane, saved: SavedMap, folder: Path) -> None:
        """Show a map with the bundle in a folder chosen by the user."""
        if pane not in self._maps.panes:
            return
        changed = changes(saved, folder)
        if not (folder / "config.json").is_file():
            self._banner.say(f"{folder.name} is no model: expected a folder with config.json and weights.safetensors.")
            self._offer(read, pane, saved, FoundBundle(saved.name, None))
            return
        self.expected += 1
        self._link.expect(read.session, read.arrays)
        self._restorer(pane).show(saved, read.arrays, folder)
        if changed:
            self._offer(read, pane, saved, FoundBundle(folder.name, folder, changed))
