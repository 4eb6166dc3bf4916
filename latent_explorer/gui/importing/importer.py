"""The dialog of an import as the window has it: opened when it is asked for, one at a time."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.widgets.readings import Work
from latent_explorer.importing.protocol import Begin, begin_import

if TYPE_CHECKING:
    from latent_explorer.gui.importing.dialog import ImportDialog


class Importer(QObject):
    """Opens the dialog. imported: the folder of a bundle that was made. folder: where bundles go.

    begin: starts what imports; a process of its own.
    """

    imported = pyqtSignal(object)

    def __init__(self, window: QWidget, folder: Path) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self.dialog: ImportDialog | None = None
        self.begin: Begin = begin_import

    @property
    def work(self) -> tuple[Work, ...]:
        """The import under way."""
        return (Work("Importing a model"),) if self.dialog is not None and self.dialog.busy else ()

    def open(self, model: Path | None = None) -> None:
        """Show the form, or bring it to the front. model: to be looked at at once."""
        from latent_explorer.gui.importing.dialog import ImportDialog  # the first paint of the window does without

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
        """The program ends, and with it what is under way."""
        if self.dialog is not None:
            self.dialog.end()
            self.dialog.close()

    def _forget(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
