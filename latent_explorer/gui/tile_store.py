"""Tiles read from disk and written to it, in a thread of its own."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer import __version__
from latent_explorer.atlas import PICTURES, DiskTiles, TileKey, clear_tiles, name_of
from latent_explorer.atlas.cache import Pictures
from latent_explorer.session import OpenBundle

_UNWRITTEN = 256  # tiles at most that wait to be written; more are not kept


class TileStore(QObject):
    """Keeps the tiles of the open bundle on disk while `on`. Never makes the window wait.

    found: a tile, with its key and the generation of the bundle that it belongs to. lost: a tile that was thought to be
    there is not. listed: what there is has become known. generation: counts the bundles opened.
    """

    found = pyqtSignal(int, object, object)
    lost = pyqtSignal()
    listed = pyqtSignal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.on = True
        self.generation = 0
        self._folder = folder
        self._changed = threading.Condition()
        self._to_open: tuple[int, str, tuple[int, ...]] | None = None
        self._to_clear = False
        self._to_read: deque[TileKey] = deque()
        self._to_write: deque[tuple[TileKey, Pictures]] = deque()
        self._known: set[str] = set()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._tiles: DiskTiles | None = None  # this and the next belong to the thread
        self._listed = 0

    def open(self, bundle: OpenBundle) -> None:
        """Keep the tiles of another bundle; those of the one before are no longer read or written."""
        fingerprint = f"{bundle.config.files.get('config.json', '')}{__version__}"
        with self._changed:
            self.generation += 1
            self._to_open = self.generation, fingerprint, (PICTURES**2, *bundle.config.net.image_shape)
            self._to_read.clear()
            self._to_write.clear()
            self._known = set()
        if self.on:
            self._wake()

    def wish(self, keys: Sequence[TileKey]) -> set[TileKey]:
        """Read these, in this order, and no others; returns those that are thought to be there."""
        if not self.on:
            return set()
        with self._changed:
            self._to_read = deque(key for key in keys if name_of(key) in self._known)
            wanted = set(self._to_read)
        if wanted:
            self._wake()
        return wanted

    def keep(self, key: TileKey, pictures: Pictures) -> None:
        """Write a tile, some time."""
        with self._changed:
            if not self.on or len(self._to_write) >= _UNWRITTEN:
                return
            self._to_write.append((key, pictures))
        self._wake()

    def clear(self) -> None:
        """Remove all tiles of all bundles."""
        with self._changed:
            self._to_clear, self._known = True, set()
            self._to_read.clear()
            self._to_write.clear()
        self._wake()

    def close(self) -> None:
        """End the thread; what is not written yet is not kept."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _wake(self) -> None:
        with self._changed:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._work, name="tile store", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            task()

    def _next(self) -> Callable[[], None] | None:
        """What to do next, the most urgent first; None at the end."""
        with self._changed:
            while not self._closing:
                if self._to_clear:
                    self._to_clear = False
                    return partial(clear_tiles, self._folder)
                if self._to_open is not None:
                    task, self._to_open = self._to_open, None
                    return partial(self._list, *task)
                if self._to_read:
                    return partial(self._read, self._to_read.popleft())
                if self._to_write:
                    return partial(self._write, *self._to_write.popleft())
                self._changed.wait()
        return None

    def _list(self, generation: int, fingerprint: str, shape: tuple[int, ...]) -> None:
        self._tiles = DiskTiles(self._folder, fingerprint, shape)
        self._listed = generation
        names = self._tiles.names()
        with self._changed:
            if generation == self.generation and not self._to_clear:
                self._known = names
        self.listed.emit()

    def _read(self, key: TileKey) -> None:
        assert self._tiles is not None
        pictures = self._tiles.read(key)
        if pictures is not None:
            self.found.emit(self._listed, key, pictures)
            return
        with self._changed:
            self._known.discard(name_of(key))
        self.lost.emit()

    def _write(self, key: TileKey, pictures: Pictures) -> None:
        assert self._tiles is not None
        self._tiles.write(key, pictures)
        with self._changed:
            if self._tiles.writable and self._listed == self.generation and not self._to_clear:
                self._known.add(name_of(key))
