"""Renaming, copying and deleting bundles on disk: after a question, in a thread."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QFile, QObject, pyqtSignal

from latent_explorer.errors import UserError
from latent_explorer.gui.library.cards import Card, size_words
from latent_explorer.gui.library.inline_question import AskBar
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.places import trained_folder
from latent_explorer.runs.managing import (
    bytes_in,
    duplicate_bundle,
    free_name,
    parts_of,
    remove_bundle,
    rename_bundle,
)
from latent_explorer.runs.settings import name_problem
from latent_explorer.safe_text import safe_text


@dataclass(frozen=True)
class _Outcome:
    """The result of a change. then: a follow-up in the window; complaint: the error."""

    then: Callable[[], object]
    complaint: str = ""


class BundleChanges(QObject):
    """Renames, copies and deletes bundles after a question in a bar.

    busy: whether a change is in progress. renamed: the old and the new folder. copied: the new folder. deleted: the old
    folder. in_use: returns a sentence on why a bundle cannot be changed now; empty if it can.
    """

    renamed = pyqtSignal(object, object)
    copied = pyqtSignal(object)
    deleted = pyqtSignal(object)
    busy_changed = pyqtSignal()

    def __init__(self, bar: AskBar, in_use: Callable[[Path], str]) -> None:
        super().__init__()
        self._bar, self._in_use = bar, in_use
        self.busy = False
        self._task = LatestTask("bundle changes")
        self._task.done.connect(self._finish)

    def refusal(self, card: Card) -> str:
        """Why a bundle cannot be renamed or deleted; empty if it can."""
        if self.busy:
            return "Another change is in progress. Try again when it is done."
        if card.origin == "shipped":
            return "This model is part of the program. Duplicate it, and change the copy."
        if card.origin == "recent":
            return "This model is outside the folder of your models. Use a file manager to change it."
        return self._in_use(card.folder)

    def rename(self, card: Card) -> None:
        folder = card.folder

        def answer(name: str) -> str:
            if name == folder.name:
                return ""
            if problem := name_problem(name, folder.parent):
                return problem
            self._begin(lambda: rename_bundle(folder, name), lambda new: self.renamed.emit(folder, new))
            return ""

        self._bar.ask(f"New name for {safe_text(folder.name)}:", "Rename", answer, folder.name)

    def duplicate(self, card: Card) -> None:
        source, target = card.folder, trained_folder()

        def answer(name: str) -> str:
            if problem := name_problem(name, target):
                return problem
            self._begin(lambda: duplicate_bundle(source, target, name), self.copied.emit)
            return ""

        question = f"Name for the copy of {safe_text(source.name)}; its training history is not copied:"
        self._bar.ask(question, "Duplicate", answer, free_name(source, target))

    def delete(self, card: Card) -> None:
        """Ask whether to move a bundle to the trash, after computing its size."""
        folder = card.folder
        self._begin(lambda: bytes_in(*parts_of(folder)), lambda size: self._ask(folder, size))

    def close(self) -> None:
        self._task.close()
        self.busy = False

    def _ask(self, folder: Path, size: int) -> None:
        history = " and its training history" if len(parts_of(folder)) > 1 else ""
        where = safe_text(str(folder), most=200)
        question = f"Move {safe_text(folder.name)}{history} to the trash? {size_words(size)} in {where}"

        def answer(_: str) -> str:
            self._begin(lambda: _trash(folder), lambda gone: self._trashed(folder, gone))
            return ""

        self._bar.ask(question, "Move to the trash", answer)

    def _trashed(self, folder: Path, gone: bool) -> None:
        if gone:
            self.deleted.emit(folder)
            return

        def answer(_: str) -> str:
            self._begin(lambda: remove_bundle(folder), lambda _: self.deleted.emit(folder))
            return ""

        question = (
            f"There is no trash on this disk. Delete {safe_text(folder.name)} permanently? This cannot be undone."
        )
        self._bar.ask(question, "Delete permanently", answer)

    def _begin(self, work: Callable[[], object], then: Callable[..., object]) -> None:
        def make(_: Callable[[], None]) -> _Outcome:
            try:
                result = work()
            except UserError as error:
                return _Outcome(lambda: None, str(error))
            return _Outcome(lambda: then(result))

        self.busy = True
        self._task.begin(make)
        self.busy_changed.emit()

    def _finish(self, outcome: object) -> None:
        assert isinstance(outcome, _Outcome)
        self.busy = False
        self.busy_changed.emit()
        if outcome.complaint:
            self._bar.tell(outcome.complaint)
        outcome.then()


def _trash(folder: Path) -> bool:
    """Move the run of a bundle, then the bundle, to the trash; returns whether both were moved."""
    return all(QFile.moveToTrash(str(part))[0] for part in reversed(parts_of(folder)))
