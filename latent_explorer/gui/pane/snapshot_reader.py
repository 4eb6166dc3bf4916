"""Snapshots read in a thread, since laying out a map of many dimensions takes longer than a frame."""

import threading
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.errors import UserError
from latent_explorer.session import open_bundle


class SnapshotReader(QObject):
    """Reads one snapshot at a time. read: the OpenBundle, or the UserError that says why there is none."""

    read = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._thread: threading.Thread | None = None

    def begin(self, folder: Path) -> None:
        """Read the snapshot in a folder; the one before is done by then, or nobody waits for it."""
        self._thread = threading.Thread(target=self._work, args=(folder,), name="snapshot reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for what is being read; nothing is said of it."""
        self.read.disconnect()
        if self._thread is not None:
            self._thread.join()

    def _work(self, folder: Path) -> None:
        try:
            bundle = open_bundle(folder)
            _ = bundle.home
            self.read.emit(bundle)
        except UserError as error:
            self.read.emit(error)
