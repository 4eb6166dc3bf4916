"""Tiles kept on disk, each in a file of its own that vouches for itself."""

import contextlib
import hashlib
import logging
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from latent_explorer.atlas.cache import Pictures
from latent_explorer.atlas.geometry import TileKey
from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole

_log = logging.getLogger(__name__)
_MAGIC = b"latent-explorer tile 1\n"
_DIGEST = hashlib.sha256().digest_size
_UNFINISHED_SECONDS = 600
_KEPT = 0.8  # of the limit, once it has been passed


class DiskTiles:
    """The tiles of one bundle in a folder that several programs and bundles may share.

    fingerprint: tells apart all that changes a picture; tiles of another are never seen. shape: of a tile,
    (64, h, w, c). limit: bytes that all tiles of the folder may take; those used least recently go first.
    A file that is damaged, half written or not the tile it is named for counts as none. No method raises for the
    sake of a disk: one that is full or cannot be written merely keeps nothing.
    """

    def __init__(self, folder: Path, fingerprint: str, shape: tuple[int, ...], limit: int = 256 * 2**20) -> None:
        self._folder, self._own = folder, folder / fingerprint[:32]
        self._fingerprint, self._shape, self._limit = fingerprint, shape, limit
        self._bytes: int | None = None  # counted when the first tile is written
        self.writable = True

    def names(self) -> set[str]:
        """The names (see `name_of`) of the tiles that seem to be there."""
        return {path.stem for path in self._own.glob("*.tile")}

    def read(self, key: TileKey) -> Pictures | None:
        """The tile, or None where there is none that can be trusted; a file that cannot is removed."""
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
        """Keep a tile, if the disk lets us."""
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
        self._bytes = len(content) + self._bytes if self._bytes is not None else _prune(self._folder, self._limit)
        if self._bytes > self._limit:
            self._bytes = _prune(self._folder, int(_KEPT * self._limit))

    def _path(self, key: TileKey) -> Path:
        return self._own / f"{name_of(key)}.tile"

    def _packed(self, key: TileKey, pictures: Pictures) -> bytes:
        raw = np.ascontiguousarray(pictures).tobytes()
        return _MAGIC + self._digest(key, raw) + zlib.compress(raw, 1)

    def _unpacked(self, key: TileKey, content: bytes) -> Pictures | None:
        start = len(_MAGIC) + _DIGEST
        size = int(np.prod(self._shape))
        try:
            raw = zlib.decompressobj().decompress(content[start:], size + 1)
        except zlib.error:
            return None
        vouched = content[:start] == _MAGIC + self._digest(key, raw)
        return np.frombuffer(raw, np.uint8).reshape(self._shape) if vouched and len(raw) == size else None

    def _digest(self, key: TileKey, raw: bytes) -> bytes:
        return hashlib.sha256(f"{self._fingerprint} {self._shape} {key}".encode() + raw).digest()


def name_of(key: TileKey) -> str:
    """What a tile's file is called, without its ending."""
    return hashlib.sha256(repr(key).encode()).hexdigest()[:32]


def clear_tiles(folder: Path) -> None:
    """Remove all tiles of a folder, of every bundle."""
    _prune(folder, 0)


def _prune(folder: Path, limit: int) -> int:
    """Remove what was used least recently until the rest fits; returns its size."""
    tiles = sorted(_tiles_in(folder), key=lambda tile: tile[2])
    size = sum(each for _, each, _ in tiles)
    _remove_unfinished(folder)
    for path, each, _ in tiles:
        if size <= limit:
            break
        with contextlib.suppress(OSError):  # another window may have removed it
            path.unlink()
        size -= each
    return size


def _remove_unfinished(folder: Path) -> None:
    """Remove what a program that was ended while writing has left behind."""
    for path in folder.rglob(".*.tile.*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _UNFINISHED_SECONDS:
                path.unlink()


def _tiles_in(folder: Path) -> Iterator[tuple[Path, int, float]]:
    """Each tile below a folder: its path, its size, when it was used last."""
    for path in folder.rglob("*.tile"):
        with contextlib.suppress(OSError):
            status = path.stat()
            yield path, status.st_size, status.st_mtime
