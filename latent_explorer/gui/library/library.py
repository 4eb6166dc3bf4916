"""The list of bundles as the window has it: made when it is asked for, and what follows from what is done there."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.settings import Settings

if TYPE_CHECKING:
    from latent_explorer.gui.library.dialog import BundleList


class ShowsBundles(Protocol):
    """What the list is told of the maps, and tells them."""

    def folders(self) -> list[Path]:
        """Of the bundles that are open, that of the active map first."""

    def in_training(self) -> Path | None:
        """Where the bundle of the run under way goes."""

    def follow(self, old: Path, new: Path) -> None:
        """A bundle's folder has another name."""


class Library(QObject):
    """Opens the list of bundles.

    chosen, beside, browsed: as the list says. said: a sentence for the status bar. list: while it is open.
    """

    chosen = pyqtSignal(object)
    beside = pyqtSignal(object)
    browsed = pyqtSignal(object)
    said = pyqtSignal(str)

    def __init__(self, window: QWidget, settings: Settings, maps: ShowsBundles) -> None:
        super().__init__(window)
        self._window, self._settings, self._maps = window, settings, maps
        self.list: BundleList | None = None

    def open(self) -> None:
        """Show the list, or bring it to the front."""
        if self.list is None:
            self.list = self._make()
            self.list.show()
        self.list.raise_()
        self.list.activateWindow()

    def close(self) -> None:
        """The program ends; what is being copied is finished first."""
        if self.list is not None:
            self.list.end()
            self.list.close()

    def _make(self) -> "BundleList":
        from latent_explorer.gui.library.dialog import BundleList  # the first paint of the window does without

        shown = next(iter(self._maps.folders()), None)
        made = BundleList(self._window, lambda: self._settings.recent, shown, self._in_use)
        made.chosen.connect(self.chosen)
        made.beside.connect(self.beside)
        made.browsed.connect(self.browsed)
        made.changes.renamed.connect(self._renamed)
        made.changes.deleted.connect(self._deleted)
        made.destroyed.connect(self._forget)
        made.finished.connect(self._forget)
        return made

    def _forget(self) -> None:
        self.list = None

    def _in_use(self, folder: Path) -> str:
        """Why a bundle cannot be renamed or deleted."""
        return (
            "This model is being trained. Stop the training, or wait until it is done."
            if self._maps.in_training() == folder
            else ""
        )

    def _renamed(self, old: Path, new: Path) -> None:
        self._settings.forget_bundle(old)
        self._maps.follow(old, new)
        self.said.emit(f"{old.name} was renamed to {new.name}.")

    def _deleted(self, folder: Path) -> None:
        self._settings.forget_bundle(folder)
        stays = " It stays open until you open another." if folder in self._maps.folders() else ""
        self.said.emit(f"{folder.name} was deleted.{stays}")
