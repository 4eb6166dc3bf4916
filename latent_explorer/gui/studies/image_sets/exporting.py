"""Exporting a set's latents, errors and scores in a thread, whole or not at all."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QWidget

from latent_explorer.errors import UserError
from latent_explorer.export import LatentTable, Provenance, find_format, formats_of
from latent_explorer.gui.settings import Folders, Settings
from latent_explorer.gui.studies.image_sets.placing import PlacedSet
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import open_chooser

_PATIENCE = 5.0  # seconds that closing waits for a file


def table_of(found: PlacedSet, dimensions: int) -> LatentTable:
    """The table of a set for export; groups are its classes."""
    groups = found.groups
    names = tuple(sorted(set(groups))) if any(groups) else ()
    number = {name: place for place, name in enumerate(names)}
    error = found.joined("error")
    return LatentTable(
        mean=found.joined("z", dimensions).astype(np.float32),
        label=np.array([number[group] for group in groups], np.int64) if names else None,
        error=None if np.isnan(error).any() else error,
        class_names=names,
        score=found.joined("score"),
        names=tuple(found.names),
    )


class SetExporter(QObject):
    """Asks for a file and writes it. exported: the file; said: an error message."""

    exported = pyqtSignal(object)
    said = pyqtSignal(str)

    def __init__(self, parent: QWidget, settings: Settings) -> None:
        super().__init__(parent)
        self._parent, self._settings = parent, settings
        self._task = LatestTask("image set export")
        self._task.done.connect(self._written)

    def ask(self, name: str, table: LatentTable, whence: Provenance) -> None:
        """Ask for a file and write a table. name: suggested."""
        known = formats_of("latents")
        chooser = QFileDialog(self._parent, "Export the set", str(self._folder() / f"{name}{known[0].suffix}"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        suffixes = {f"{each.title} (*{each.suffix})": each.suffix for each in known}
        chooser.setNameFilters(list(suffixes))
        chooser.setDefaultSuffix(known[0].suffix)
        chooser.filterSelected.connect(lambda chosen: chooser.setDefaultSuffix(suffixes[chosen]))
        open_chooser(chooser, lambda chosen: self.write(Path(chosen), table, whence))

    def write(self, path: Path, table: LatentTable, whence: Provenance) -> None:
        """Write a table in the format of the file's suffix; replaces an existing file, as confirmed by the user."""
        self._settings.change(Folders, exports=path.parent)
        self._task.begin(partial(_write, path, table, whence))

    def close(self) -> None:
        self._task.close(_PATIENCE)

    def _folder(self) -> Path:
        return self._settings.get(Folders).exports or Path.home()

    def _written(self, outcome: object) -> None:
        if isinstance(outcome, Path):
            self.exported.emit(outcome)
        else:
            self.said.emit(str(outcome))


def _write(path: Path, table: LatentTable, whence: Provenance, _: Callable[[], None]) -> Path | UserError:
    try:
        known = find_format("latents", path if path.suffix else "npz")
        written: Path = known.write(known.named(path), table, provenance=whence, overwrite=True)
        return written
    except UserError as error:
        return error
