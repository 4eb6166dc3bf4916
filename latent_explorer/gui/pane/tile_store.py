"""Reads and writes tiles on disk in a separate thread."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.atlas import DISK_BYTES, DiskTiles, TileKey, clear_tiles, name_of, tiles_bytes, trim_tiles
from latent_explorer.atlas.cache import Pictures
from latent_explorer.fields import field_called
from latent_explorer.session import OpenBundle
from latent_explorer.version import __version__

_TOPICS = ("tiles", "fields")  # topics to read for, the most urgent first
_UNWRITTEN = 256  # tiles: the longest queue for writing; more are dropped


class TileStore(QObject):
    """Keeps the tiles of the open bundle, of pictures and fields, on disk while `on`. Never blocks the window.

    found: a tile, with its key and the generation of its bundle. lost: a tile that was listed cannot be read. listed:
    the list of tiles on disk is ready. measured: the bytes of the tiles of all bundles. generation: counts the bundles
    opened. limit: the bytes that all tiles may take.
    """

    found = pyqtSignal(int, object, object)
    lost = pyqtSignal()
    listed = pyqtSignal()
    measured = pyqtSignal(object)  # an int of Qt is too short

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.on = True
        self.limit = DISK_BYTES
        self.generation = 0
        self._away = False
        self._folder = folder
        self._changed = threading.Condition()
        self._errands: deque[Callable[[], object]] = deque()  # done before any reading and writing
        self._to_read: dict[str, deque[TileKey]] = {topic: deque() for topic in _TOPICS}
        self._to_write: deque[tuple[TileKey, Pictures]] = deque()
        self._known: set[str] = set()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._tiles: DiskTiles | None = None  # this and the next are used by the thread only
        self._listed = 0

    def open(self, bundle: OpenBundle) -> None:
        """Keep the tiles of another bundle; stops reading and writing those of the previous one."""
        fingerprint = f"{bundle.config.files.get('config.json', '')}{__version__}{bundle.label or ''}"
        tiles = DiskTiles(
            self._folder, fingerprint, lambda field: field_called(field).layout(bundle.config.net.image_shape)
        )
        with self._changed:
            self.leave()
            self._away = False
            self._errands.append(partial(self._list, self.generation, tiles))
        if self.on:
            self._wake()

    def leave(self) -> None:
        """Keep no tiles of what is shown now, a snapshot that will soon be replaced."""
        with self._changed:
            self.generation += 1
            self._away = True
            self._forget()

    def request(self, topic: str, keys: Sequence[TileKey]) -> set[TileKey]:
        """Read these tiles for a topic, in this order, and no others; returns those listed on disk."""
        if not self.on:
            return set()
        with self._changed:
            self._to_read[topic] = deque(key for key in keys if name_of(key) in self._known)
            wanted = set(self._to_read[topic])
        if wanted:
            self._wake()
        return wanted

    def keep(self, key: TileKey, pictures: Pictures) -> None:
        """Write a tile in the background."""
        with self._changed:
            if self._away or not self.on or len(self._to_write) >= _UNWRITTEN:
                return
            self._to_write.append((key, pictures))
        self._wake()

    def clear(self) -> None:
        with self._changed:
            self._forget()
        self._run(partial(clear_tiles, self._folder))

    def keep_within(self, limit: int) -> None:
        """Change the limit; tiles beyond it are deleted soon."""
        before, self.limit = self.limit, limit
        if limit < before:
            self._run(partial(trim_tiles, self._folder, limit))

    def measure(self) -> None:
        """Measure the size of all tiles; emits `measured`."""
        self._run(lambda: self.measured.emit(tiles_bytes(self._folder)))

    def close(self) -> None:
        """Stop the thread; drops what is not written yet."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _forget(self) -> None:
        """Drop all pending reads and writes."""
        self._known = set()
        self._to_write.clear()
        for keys in self._to_read.values():
            keys.clear()

    def _run(self, errand: Callable[[], object]) -> None:
        with self._changed:
            self._errands.append(errand)
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._work, name="tile store", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            task()

    def _next(self) -> Callable[[], object] | None:
        """The most urgent task; None when closing."""
        with self._changed:
            while not self._closing:
                if self._errands:
                    return self._errands.popleft()
                for keys in self._to_read.values():
                    if keys:
                        return partial(self._read, keys.popleft())
                if self._to_write:
                    return partial(self._write, *self._to_write.popleft())
                self._changed.wait()
        return None

    def _list(self, generation: int, tiles: DiskTiles) -> None:
        if generation != self.generation:
            return  # another bundle was opened in the meantime
        self._tiles, self._listed = tiles, generation
        names = tiles.names()
        with self._changed:
            if generation == self.generation:
                self._known = names  # some may have been deleted since; these become `lost`
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
        self._tiles.limit = self.limit
        self._tiles.write(key, pictures)
        with self._changed:
            if self._tiles.writable and self._listed == self.generation:
                self._known.add(name_of(key))
