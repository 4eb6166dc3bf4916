"""File ▸ Save session and Open session."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from latent_explorer.errors import UserError
from latent_explorer.gui.pane.saved_map import saved_map
from latent_explorer.gui.sessions.linked import SavedLink
from latent_explorer.gui.sessions.showing import Maps, ReadSession, SessionShower, look_up
from latent_explorer.gui.settings import AtLaunch, PointLook
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import ask_path, open_chooser
from latent_explorer.gui.widgets.plain import message_box
from latent_explorer.session.saved import (
    SUFFIX,
    Arrays,
    SavedLook,
    SavedMap,
    SavedSession,
    made_alike,
    write_session,
)

_FILTER = f"Sessions (*{SUFFIX})"
_PATIENCE = 2.0  # seconds that closing the window waits for a disk


class SessionFiles(QObject):
    """Saves and opens sessions. file: the current one; None if none was opened or saved.

    opened: a session is shown, as far as possible.
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
        self._link = SavedLink(maps.linking)
        self._shower = SessionShower(window, maps, self._link)
        self._shower.ended.connect(self._shown)
        self._task = LatestTask("session reader")
        self._task.done.connect(self._take)

    # -- state

    def now(self, file: Path | None) -> tuple[SavedSession, Arrays]:
        """The current session, to save in a file. Raises UserError if no bundle is open."""
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
        """The settings of all maps."""
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
        """Whether a session is open and the user's work has changed since it was saved."""
        if self._saved is None or self._shower.expected:
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
        """The file with the current session including views; None if it has changed."""
        if self.file is None or self._saved is None or not self._shower.intact or self.unsaved:
            return None
        views = [(each.view, each.size, each.chosen, each.frame) for each in self._saved.maps]
        return (
            self.file if views == [(e.view, e.size, e.chosen, e.frame) for e in self.now(self.file)[0].maps] else None
        )

    # -- saving

    def save(self) -> None:
        """Save to the current file, or ask for one."""
        if self.file is None:
            self.save_as()
        else:
            self.save_to(self.file)

    def save_as(self) -> None:
        """Ask for a file and save to it."""
        name = str(self.file or Path.home() / f"{self._name()}{SUFFIX}")
        chooser = QFileDialog(self._window, "Save session", name, _FILTER)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(SUFFIX.removeprefix("."))
        open_chooser(chooser, lambda chosen: self.save_to(Path(chosen)))

    def save_to(self, file: Path) -> bool:
        """Save to a file; returns whether that worked, and reports errors."""
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
        self.file, self._saved, self._arrays, self._shower.intact = file, session, arrays, True

    # -- opening

    def choose(self) -> None:
        """Ask for a session and open it."""
        ask_path(self._window, "Open session", str((self.file or Path.home()).parent), self._chosen, f"{_FILTER};;*")

    def _chosen(self, file: str) -> None:
        self.open_file(Path(file))

    def open_file(self, file: Path) -> None:
        """Open a session, after asking about unsaved changes."""
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
        """Show a session as far as possible; report what is missing or has changed, and what can be done."""
        self._remember(read.file, read.session, read.arrays)
        self._shower.show(read)

    def _shown(self, some: bool) -> None:
        if some and self._saved is not None and not self._shower.intact:  # omissions are not changes by the user
            self._saved, self._arrays = self.now(self.file)
        if some and self.file is not None and not self._shower.lost:
            self._say(f"Opened {self.file.name}")
        self.opened.emit()

    # -- closing, and the next launch

    def may_close(self) -> bool:
        """Whether the window may close now; otherwise asks the user. Closing it again confirms."""
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
        """The file for the session at the time of closing the window."""
        return self._settings.sessions / f"last{SUFFIX}"

    def toggle_restoring(self) -> None:
        """Start the next launch with the last session, or with the last model, its pins and its path."""
        self._settings.change(AtLaunch, restore=not self._settings.get(AtLaunch).restore)

    @property
    def restores(self) -> bool:
        return self._settings.get(AtLaunch).restore

    def open_last(self) -> bool:
        """Open the session of the last launch, if enabled and readable; returns whether it was opened."""
        if not (self.restores and self.last.is_file()):
            return False
        try:
            read = look_up(self.last, self._settings.recent)
        except UserError as error:
            self._banner.say(f"The last session was not restored: {error}")
            return False
        self.show(read)
        self._remember(None, read.session, {})  # not a file of the user: no questions about changes
        self._saved = None
        return True

    def end(self) -> None:
        """Save the session for the next launch when the window closes, if enabled."""
        self._task.close(_PATIENCE)
        if not self.restores:
            return
        try:
            session, arrays = self.now(self.last)
            self.last.parent.mkdir(parents=True, exist_ok=True)
            write_session(self.last, session, arrays, durable=False)
        except (UserError, OSError):
            return  # keep the previous one


def _looked_up(file: Path, others: Sequence[Path]) -> "ReadSession | UserError":
    try:
        return look_up(file, others)
    except UserError as error:
        return error
