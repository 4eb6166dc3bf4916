"""Tiles in memory, dropping the least recently used first, and on disk, in files that carry a checksum."""

import contextlib
import hashlib
import logging
import math
import os
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas.geometry import TileKey
from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole

_log = logging.getLogger(__name__)
DISK_BYTES = 2**30
"""The default limit for all tiles of a folder."""

_MAGIC = b"latent-explorer tile 2\n"
_DIGEST = hashlib.sha256().digest_size
_UNFINISHED_SECONDS = 600
_RECOUNTED = 0.05  # of the limit: what a window writes at most before it counts what all have written
_FULL = 0.85  # of the limit: leaves room for what two windows write before either counts again
_KEPT = 0.7  # of the limit, once it is full

Pictures = NDArray[Any]
Key = TypeVar("Key", bound=Hashable)


class ByteCache(Generic[Key]):
    """Arrays by key, together at most `limit` bytes. A lower limit takes effect with the next array.

    An expired array is still held as a stand-in until it is replaced. Reading counts as use. For use in one thread.
    bytes: the size of everything held.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self.limit = limit
        self.bytes = 0
        self._held: OrderedDict[Key, Pictures] = OrderedDict()
        self._expired: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(self._held))

    def fresh(self, key: Key) -> bool:
        """Whether the array is held and has not expired."""
        return key in self._held and key not in self._expired

    def expire(self) -> None:
        """Mark everything held as expired."""
        self._expired = set(self._held)

    def current(self, key: Key) -> Pictures | None:
        """The array, which becomes the most recently used; None if there is none or it has expired."""
        return self.get(key) if self.fresh(key) else None

    def get(self, key: Key) -> Pictures | None:
        """The array, which becomes the most recently used, or None."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def put(self, key: Key, pictures: Pictures) -> list[Key]:
        """Keep an array; returns the keys of those dropped for it."""
        self._forget(key)
        self._held[key] = pictures
        self.bytes += pictures.nbytes
        forgotten = []
        while self.bytes > self.limit and len(self._held) > 1:
            oldest = next(iter(self._held))
            self._forget(oldest)
            forgotten.append(oldest)
        return forgotten

    def clear(self) -> None:
        """Drop everything."""
        self._held.clear()
        self._expired.clear()
        self.bytes = 0

    def _forget(self, key: Key) -> None:
        pictures = self._held.pop(key, None)
        self._expired.discard(key)
        self.bytes -= pictures.nbytes if pictures is not None else 0


TileCache = ByteCache[TileKey]
"""Tiles by key, of pictures uint8 (64, h, w, c) or of values."""


@dataclass(frozen=True)
class Layout:
    """The form of a field's tiles. dtype: as numpy writes it, with its byte order."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        return np.dtype(self.dtype).itemsize * math.prod(self.shape)


class DiskTiles:
    """The tiles of one bundle in a folder that several programs and bundles may share.

    fingerprint: identifies everything that changes a tile; tiles with another are never seen. layout: of the tiles of a
    field, by its name. limit: bytes for all tiles of the folder, also while another window writes there; the least
    recently used are removed first.

    A file that is damaged, incomplete or not the tile in its name is ignored. No method raises for disk errors: on a
    full or read-only disk nothing is kept.
    """

    def __init__(
        self, folder: Path, fingerprint: str, layout: Callable[[str], Layout], limit: int = DISK_BYTES
    ) -> None:
        self.limit = limit
        self._folder, self._own = folder, folder / fingerprint[:32]
        self._fingerprint, self._layout = fingerprint, layout
        self._uncounted = math.inf  # bytes written since the folder was counted: before the first tile, nobody knows
        self.writable = True

    def names(self) -> set[str]:
        """The names (see `name_of`) of the tiles that appear to be there."""
        return {path.stem for path in self._own.glob("*.tile")}

    def read(self, key: TileKey) -> Pictures | None:
        """The tile, or None if there is no valid one; an invalid file is removed."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        pictures = self._unpacked(key, content)
        with contextlib.suppress(OSError):
            path.touch() if pictures is not None else path.unlink()
        return pictures

    def write(self, key: TileKey, pictures: Pictures) -> None:
        """Keep a tile, if the disk allows it."""
        if not self.writable:
            return
        content = self._packed(key, pictures)
        try:
            self._own.mkdir(parents=True, exist_ok=True)
            write_bytes_whole(self._path(key), content, overwrite=True, durable=False)
        except (OSError, UserError) as error:
            _log.warning("tiles are no longer kept on disk: %s", error)
            self.writable = False
            return
        self._uncounted += len(content)
        if self._uncounted > _RECOUNTED * self.limit:
            trim_tiles(self._folder, self.limit)
            self._uncounted = 0

    def _path(self, key: TileKey) -> Path:
        return self._own / f"{name_of(key)}.tile"

    def _packed(self, key: TileKey, pictures: Pictures) -> bytes:
        raw = np.ascontiguousarray(pictures, self._layout(key.field).dtype).tobytes()
        return _MAGIC + self._digest(key, raw) + zlib.compress(raw, 1)

    def _unpacked(self, key: TileKey, content: bytes) -> Pictures | None:
        start, layout = len(_MAGIC) + _DIGEST, self._layout(key.field)
        try:
            raw = zlib.decompressobj().decompress(content[start:], layout.bytes + 1)
        except zlib.error:
            return None
        vouched = content[:start] == _MAGIC + self._digest(key, raw)
        return np.frombuffer(raw, layout.dtype).reshape(layout.shape) if vouched and len(raw) == layout.bytes else None

    def _digest(self, key: TileKey, raw: bytes) -> bytes:
        return hashlib.sha256(f"{self._fingerprint} {self._layout(key.field)} {key}".encode() + raw).digest()


def name_of(key: TileKey) -> str:
    """The name of a tile's file, without its suffix."""
    return hashlib.sha256(repr(key).encode()).hexdigest()[:32]


def clear_tiles(folder: Path) -> None:
    """Remove all tiles of a folder, of every bundle."""
    trim_tiles(folder, 0)
    _remove_unfinished(folder)


def tiles_bytes(folder: Path) -> int:
    """The size of all tiles of a folder."""
    return sum(size for _, size, _ in _tiles_in(folder))


def trim_tiles(folder: Path, limit: int) -> None:
    """If the tiles of a folder are near a limit, remove the least recently used until there is room again."""
    tiles = sorted(_tiles_in(folder), key=lambda tile: tile[2])
    size = sum(each for _, each, _ in tiles)
    if size <= _FULL * limit:
        return
    _remove_unfinished(folder)
    for path, each, _ in tiles:
        if size <= _KEPT * limit:
            break
        with contextlib.suppress(OSError):  # another window may have removed it
            Path(path).unlink()
        size -= each


def _remove_unfinished(folder: Path) -> None:
    """Remove unfinished files of a program that ended while writing."""
    for path in folder.rglob(".*.tile.*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _UNFINISHED_SECONDS:
                path.unlink()


def _tiles_in(folder: Path) -> Iterator[tuple[str, int, float]]:
    """Each tile of each bundle in a folder: its path, its size, when it was last used."""
    for own in _entries(folder):
        if own.is_dir(follow_symlinks=False):
            for tile in _entries(own.path):
                with contextlib.suppress(OSError):  # another window may have removed it
                    if tile.name.endswith(".tile"):
                        status = tile.stat()
                        yield tile.path, status.st_size, status.st_mtime


def _entries(folder: Path | str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:  # several times as fast as pathlib, and there may be 100,000
            return list(entries)
    except OSError:
        return []
