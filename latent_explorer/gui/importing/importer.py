"""The import dialog of the window: created on demand, one at a time."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.widgets.readings import Work
from latent_explorer.importing.protocol import Begin, begin_import

if TYPE_CHECKING:
    from latent_explorer.gui.importing.dialog import ImportDialog


class Importer(QObject):
    """Opens the dialog. imported: the folder of a new bundle. folder: for bundles.

    begin: starts the import process.
    """

    imported = pyqtSignal(object)

    def __init__(self, window: QWidget, folder: Path) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self.dialog: ImportDialog | None = None
        self.begin: Begin = begin_import

    @property
    def work(self) -> tuple[Work, ...]:
        """The import in progress."""
        return (Work("Importing a model"),) if self.dialog is not None and self.dialog.busy else ()

    def open(self, model: Path | None = None) -> None:
        """Show or raise the form. model: to inspect at once."""
        from latent_explorer.gui.importing.dialog import ImportDialog  # not needed for the first paint

        if self.dialog is None:
            self.dialog = ImportDialog(self._window, self._folder, self.begin)
            self.dialog.imported.connect(self.imported)
            self.dialog.finished.connect(self._forget)
            self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        if model is not None:
            self.dialog.choose(model)

    def close(self) -> None:
        """Stop the import in progress, as the program ends."""
        if self.dialog is not None:
            self.dialog.end()
            self.dialog.close()

    def _forget(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
