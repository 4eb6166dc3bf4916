"""File ▸ Save session and Open session: what the window shows, as a file, and from a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import MapRestorer, saved_map
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.sessions.linked import SavedLink
from latent_explorer.gui.settings import AtLaunch, PictureSettings, PointLook
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.banner import Offer
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import ask_path, open_chooser
from latent_explorer.gui.widgets.plain import message_box
from latent_explorer.session.restoring import FoundBundle, changes, find_map
from latent_explorer.session.saved import (
    SUFFIX,
    Arrays,
    SavedLook,
    SavedMap,
    SavedSession,
    made_alike,
    read_session,
    write_session,
)

_FILTER = f"Sessions (*{SUFFIX})"
_PATIENCE = 2.0  # seconds for which the end of the window waits for a disk that does not answer


class Maps(Protocol):
    """What a session is of: the workbench."""

    panes: list[MapPane]
    active: MapPane
    shared: Shared
    theme: Theme
    pictures: PictureSettings
    linking: Linking

    def add_pane(self) -> MapPane: ...
    def close_pane(self, pane: MapPane) -> None: ...
    def activate(self, pane: MapPane) -> None: ...
    def choose_theme(self, name: str) -> None: ...
    def choose_palette(self, name: str, shapes: bool | None = None) -> None: ...
    def use_pictures(self, pictures: PictureSettings) -> None: ...


@dataclass(frozen=True, eq=False)
class ReadSession:
    """A session from a file, and where the bundles of its maps are now. lost: what of it does not hold, in words."""

    file: Path
    session: SavedSession
    arrays: Arrays
    found: tuple[FoundBundle, ...]
    lost: tuple[str, ...] = ()


def look_up(file: Path, others: Sequence[Path] = ()) -> ReadSession:
    """Read a session, and look for its bundles, also in folders opened last. Raises UserError."""
    lost: list[str] = []
    session, arrays = read_session(file, lost)
    found = tuple(find_map(each, file, others) for each in session.maps)
    return ReadSession(file, session, arrays, found, tuple(lost))


class SessionFiles(QObject):
    """Saves and opens sessions. file: the one that is open; None where none was opened or saved.

    opened: a session is shown, as far as it could be.
    """

    opened = pyqtSignal()

    def __init__(self, window: QMainWindow, maps: Maps) -> None:
        super().__init__(window)
        self._window, self._maps = window, maps
        self._settings, self._banner, self._say = maps.shared.settings, maps.shared.banner, maps.shared.say
        self.file: Path | None = None
        self.question: QMessageBox | None = None
        self._saved: SavedSession | None = None  # as it is in the file
        self._arrays: Arrays = {}
        self._agreed = False
        self._intact = True  # whether all that is in the file was shown
        self._restorers: dict[MapPane, MapRestorer] = {}
        self._offers: list[Offer] = []
        self._expected = 0  # maps that are still to be shown as they were
        self._lost: list[str] = []
        self._link = SavedLink(maps.linking)
        self._there: dict[MapPane, Path] = {}  # maps of the session that are shown, and of which folder
        self._task = LatestTask("session reader")
        self._task.done.connect(self._take)

    # -- what there is

    def now(self, file: Path | None) -> tuple[SavedSession, Arrays]:
        """The session as it is, to be saved in a file. Raises UserError where no bundle is open."""
        panes = [pane for pane in self._maps.panes if pane.bundle is not None and not pane.bundle.config.passing]
        if not panes:
            raise UserError("There is nothing to save: open a model first, with File ▸ Open…")
        saved, arrays = list[SavedMap](), Arrays()
        for number, pane in enumerate(panes):
            each, found = saved_map(pane, file, number)
            saved.append(each)
            arrays |= found
        link, more = self._link.now(panes)
        active = panes.index(self._maps.active) if self._maps.active in panes else 0
        size = (max(64, self._window.width()), max(64, self._window.height()))
        made = SavedSession(maps=tuple(saved), active=active, look=self.look, window=size, alignment=link)
        return made, arrays | more

    @property
    def look(self) -> SavedLook:
        """What maps have in common."""
        points = self._settings.get(PointLook)
        return SavedLook(
            theme="dark" if self._maps.theme.dark else "light",
            palette=self._maps.shared.palette,
            shapes=self._maps.shared.shapes,
            point_size=points.size,
            point_colour=points.colour,
            picture_size=self._maps.pictures.pixels,
        )

    @property
    def unsaved(self) -> bool:
        """Whether a session was opened or saved, and what a person has made is another since."""
        if self._saved is None or self._expected:
            return False
        try:
            session, arrays = self.now(self.file)
        except UserError:
            return False
        same = arrays.keys() == self._arrays.keys()
        same = same and all(np.array_equal(arrays[name], self._arrays[name]) for name in arrays)
        return not (same and made_alike(session, self._saved))

    @property
    def holding(self) -> Path | None:
        """The file that holds the session just as it is, views and all; None where none does."""
        if self.file is None or self._saved is None or not self._intact or self.unsaved:
            return None
        views = [(each.view, each.size, each.chosen, each.frame) for each in self._saved.maps]
        return (
            self.file if views == [(e.view, e.size, e.chosen, e.frame) for e in self.now(self.file)[0].maps] else None
        )

    # -- saving

    def save(self) -> None:
        """Save where the session is; where it is nowhere yet, ask."""
        if self.file is None:
            self.save_as()
        else:
            self.save_to(self.file)

    def save_as(self) -> None:
        """Ask where to save, and save there."""
        name = str(self.file or Path.home() / f"{self._name()}{SUFFIX}")
        chooser = QFileDialog(self._window, "Save session", name, _FILTER)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(SUFFIX.removeprefix("."))
        open_chooser(chooser, lambda chosen: self.save_to(Path(chosen)))

    def save_to(self, file: Path) -> bool:
        """Save in a file; whether that could be done. Why not is said."""
        try:
            session, arrays = self.now(file)
            self._remember(file, write_session(file, session, arrays), arrays)
        except UserError as error:
            self._banner.say(f"The session was not saved: {error}")
            return False
        self._say(f"Saved {file.name}")
        return True

    def _name(self) -> str:
        bundle = self._maps.active.bundle
        return "session" if bundle is None else bundle.name

    def _remember(self, file: Path | None, session: SavedSession, arrays: Arrays) -> None:
        self.file, self._saved, self._arrays, self._intact = file, session, arrays, True

    # -- opening

    def choose(self) -> None:
        """Ask for a session, and open it."""
        ask_path(self._window, "Open session", str((self.file or Path.home()).parent), self._chosen, f"{_FILTER};;*")

    def _chosen(self, file: str) -> None:
        self.open_file(Path(file))

    def open_file(self, file: Path) -> None:
        """Open a session, after asking about one that is not saved."""
        if self.unsaved and self.question is None:
            self._ask("Open another session?", partial(self._read, file))
        else:
            self._read(file)

    def _read(self, file: Path) -> None:
        others = tuple(self._settings.recent)
        self._task.begin(lambda _: _looked_up(file, others))

    def _take(self, made: "ReadSession | UserError") -> None:
        if isinstance(made, ReadSession):
            self.show(made)
        else:
            self._banner.say(f"The session was not opened: {made}")

    def show(self, read: ReadSession) -> None:
        """Show a session, as far as its bundles are there; say what is missing or has changed, and what can be done."""
        session, self._lost, self._there = read.session, list(read.lost), {}
        self._link.expect(session, read.arrays)
        for offer in self._offers:
            self._banner.withdraw(offer)
        self._offers = []
        self._remember(read.file, session, read.arrays)
        self._show_look(session)
        while len(self._maps.panes) > len(session.maps):
            self._maps.close_pane(self._maps.panes[-1])
        first = self._maps.panes[0]
        panes = [first, *self._maps.panes[1:], *(self._maps.add_pane() for _ in session.maps[len(self._maps.panes) :])]
        self._maps.activate(panes[session.active])
        self._intact = not (read.lost or any(found.trouble for found in read.found))
        self._expected = sum(found.folder is not None for found in read.found)
        for pane, saved, found in zip(panes, session.maps, read.found, strict=True):
            if found.folder is not None:
                self._restorer(pane).show(saved, read.arrays, found.folder)
            if found.trouble:
                self._offer(read, pane, saved, found)
        if not self._expected:
            self._link.release()
            self.opened.emit()

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
        self._expected = max(0, self._expected - 1)
        self._lost += lost
        if pane.bundle is not None:
            self._there[pane] = pane.bundle.folder
        if not self._expected:
            self._show_link()
            if self._lost or not self._intact:  # what is left out was not changed by a person
                self._intact = False
                self._saved, self._arrays = self.now(self.file)
            if self._lost:
                self._banner.say(f"Of the session, this does not fit and is left out: {'; '.join(self._lost)}.")
            elif self.file is not None:
                self._say(f"Opened {self.file.name}")
            self.opened.emit()

    def _show_link(self) -> None:
        """The link, if both maps are there; and a session that says nothing of it has the one that there is."""
        panes = self._maps.panes
        if len(panes) != 2 or any(each.bundle is None or each.bundle.folder != self._there.get(each) for each in panes):
            self._link.release()
            return
        self._lost += self._link.show(panes)
        self._intact = self._intact and self._saved is not None and self._saved.alignment is not None

    # -- what is not as it was

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
        """Show a map of the bundle in a folder that a person has named."""
        if pane not in self._maps.panes:
            return
        changed = changes(saved, folder)
        if not (folder / "config.json").is_file():
            self._banner.say(f"{folder.name} is no model: expected a folder with config.json and weights.safetensors.")
            self._offer(read, pane, saved, FoundBundle(saved.name, None))
            return
        self._expected += 1
        self._link.expect(read.session, read.arrays)
        self._restorer(pane).show(saved, read.arrays, folder)
        if changed:
            self._offer(read, pane, saved, FoundBundle(folder.name, folder, changed))

    # -- the end, and the next launch

    def may_close(self) -> bool:
        """Whether the window may close now; if not, a person is asked. Who closes it again means it."""
        if self._agreed or self.question is not None or not self.unsaved:
            return True
        self._ask("Save the session?", self._window.close)
        return False

    def _ask(self, title: str, go_on: Callable[[], object]) -> None:
        assert self.file is not None
        box = message_box(self._window, title, f"{self.file.name} has changes that are not saved.")
        save = box.addButton(QMessageBox.StandardButton.Save)
        leave = box.addButton("Do not save", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(save)
        assert save is not None
        assert leave is not None
        save.clicked.connect(lambda: self._leave(go_on, self.file is None or self.save_to(self.file)))
        leave.clicked.connect(lambda: self._leave(go_on, True))
        box.finished.connect(self._forget)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        self.question = box
        box.show()

    def _leave(self, go_on: Callable[[], object], agreed: bool) -> None:
        if agreed:
            self._agreed = True
            go_on()
            self._agreed = False

    def _forget(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    @property
    def last(self) -> Path:
        """Where the session is kept as it was when the window was closed."""
        return self._settings.sessions / f"last{SUFFIX}"

    def toggle_restoring(self) -> None:
        """Begin the next launch with the session as it is left, or with the last model, its pins and its path."""
        self._settings.change(AtLaunch, restore=not self._settings.get(AtLaunch).restore)

    @property
    def restores(self) -> bool:
        return self._settings.get(AtLaunch).restore

    def open_last(self) -> bool:
        """Open what was left at the last launch, if that is wanted and can be read; whether it is."""
        if not (self.restores and self.last.is_file()):
            return False
        try:
            read = look_up(self.last, self._settings.recent)
        except UserError as error:
            self._banner.say(f"The last session was not restored: {error}")
            return False
        self.show(read)
        self._remember(None, read.session, {})  # it is no file of a person's: nothing is asked about it
        self._saved = None
        return True

    def end(self) -> None:
        """The window closes: keep the session for the next launch, if that is wanted."""
        self._task.close(_PATIENCE)
        if not self.restores:
            return
        try:
            session, arrays = self.now(self.last)
            self.last.parent.mkdir(parents=True, exist_ok=True)
            write_session(self.last, session, arrays, durable=False)
        except (UserError, OSError):
            return  # the last one that could be kept is as good


def _looked_up(file: Path, others: Sequence[Path]) -> "ReadSession | UserError":
    try:
        return look_up(file, others)
    except UserError as error:
        return error
