"""The list of bundles of the window: created on demand, with the consequences of its actions."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.settings import Settings

if TYPE_CHECKING:
    from latent_explorer.gui.library.dialog import BundleList


class ShowsBundles(Protocol):
    """The interface between the list and the maps."""

    def folders(self) -> list[Path]:
        """The folders of open bundles, that of the active map first."""

    def in_training(self) -> Path | None:
        """The folder for the bundle of the current run."""

    def follow(self, old: Path, new: Path) -> None:
        """Follow the renaming of a bundle's folder."""


class Library(QObject):
    """Opens the list of bundles.

    chosen, beside, browsed: as in `BundleList`. said: a message for the status bar. list: the window, while it is open.
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
        """Show or raise the list."""
        if self.list is None:
            self.list = self._make()
            self.list.show()
        self.list.raise_()
        self.list.activateWindow()

    def close(self) -> None:
        """Stop threads after finishing a copy in progress, as the program ends."""
        if self.list is not None:
            self.list.end()
            self.list.close()

    def _make(self) -> "BundleList":
        from latent_explorer.gui.library.dialog import BundleList  # not needed for the first paint

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
