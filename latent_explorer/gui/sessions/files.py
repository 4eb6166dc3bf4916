"""File ▸ Save session and Open session: what the window shows, as a file, and from a file."""

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
_PATIENCE = 2.0  # seconds for which the end of the window waits for a disk that does not answer


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
        self._link = SavedLink(maps.linking)
        self._shower = SessionShower(window, maps, self._link)
        self._shower.ended.connect(self._shown)
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
        """The file that holds the session just as it is, views and all; None where none does."""
        if self.file is None or self._saved is None or not self._shower.intact or self.unsaved:
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
        self.file, self._saved, self._arrays, self._shower.intact = file, session, arrays, True

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
        self._remember(read.file, read.session, read.arrays)
        self._shower.show(read)

    def _shown(self, some: bool) -> None:
        if some and self._saved is not None and not self._shower.intact:  # what is left out was not changed by a person
            self._saved, self._arrays = self.now(self.file)
        if some and self.file is not None and not self._shower.lost:
            self._say(f"Opened {self.file.name}")
        self.opened.emit()

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
