"""Fits kept on disk, by their bundle and spec, in files that carry a checksum."""

import contextlib
import hashlib
import logging
import os
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from latent_explorer.charts.kind import Arrays, ChartSpec
from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole
from latent_explorer.version import __version__

_log = logging.getLogger(__name__)
_DIGEST = hashlib.sha256().digest_size
CACHE_BYTES = 2**29
"""The limit for all fits; the least recently used are removed first."""


class FitCache:
    """Arrays in a folder, one file per bundle and spec. limit: bytes for all of them.

    seal: identifies the bundle. Files that are damaged, truncated, or of another bundle, spec or version are ignored.
    """

    def __init__(self, folder: Path, limit: int = CACHE_BYTES) -> None:
        self._folder, self._limit = folder, limit

    def read(self, seal: str, spec: ChartSpec) -> Arrays | None:
        """The kept arrays, or None if there are no valid ones."""
        path = self._path(seal, spec)
        try:
            content = path.read_bytes() if path.stat().st_size <= self._limit else b""
            digest, packed = content[:_DIGEST], content[_DIGEST:]
            arrays: Arrays | None = load(packed) if digest == _digest(seal, spec, packed) else None
        except (OSError, SafetensorError, KeyError, ValueError):
            return None
        if arrays is None:
            _log.warning("%s is damaged, or does not match its name", path)
        with contextlib.suppress(OSError):
            path.unlink() if arrays is None else path.touch()
        return arrays

    def has(self, seal: str, spec: ChartSpec) -> bool:
        """Whether something is kept; `read` says whether it is valid."""
        return self._path(seal, spec).exists()

    def keep(self, seal: str, spec: ChartSpec, arrays: Arrays) -> None:
        """Keep arrays. Raises UserError if they are too large, or the disk cannot take them."""
        packed = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})  # as safetensors needs it
        content = _digest(seal, spec, packed) + packed
        if len(content) > self._limit:
            raise UserError(f"the fit of chart {spec} takes {len(content):,} bytes: at most {self._limit:,} are kept")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self._folder} cannot be made: {error.strerror}; fits are kept there") from error
        write_bytes_whole(self._path(seal, spec), content, overwrite=True, durable=False)
        self._trim()

    def lock(self, seal: str, spec: ChartSpec) -> "FitLock":
        """A lock on fitting this chart of this bundle, which only one process has at a time."""
        return FitLock(self._path(seal, spec).with_suffix(".lock"))

    def _path(self, seal: str, spec: ChartSpec) -> Path:
        return self._folder / f"{_digest(seal, spec, b'').hex()[:32]}.fit"

    def _trim(self) -> None:
        found = [(path.stat(), path) for path in self._folder.glob("*.fit")]
        room = self._limit
        for status, path in sorted(found, key=lambda each: each[0].st_mtime, reverse=True):
            room -= status.st_size
            if room < 0:
                with contextlib.suppress(OSError):  # another window may have removed it
                    path.unlink()


class FitLock:
    """A lock between processes, which the system releases if the owner dies. Release it by `with`.

    If the disk does not support locks, everyone gets it: the fit is then made twice, which does no harm.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None

    def take(self) -> bool:
        """Whether this process has it now; returns at once."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("wb")
            return _locked(self._stream)
        return True

    def __enter__(self) -> None:
        """Does nothing: the lock has been taken already."""

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._stream.close()
            self._stream = None


def _locked(stream: BinaryIO) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return False
    return True


def _digest(seal: str, spec: ChartSpec, packed: bytes) -> bytes:
    return hashlib.sha256(msgspec.json.encode((__version__, seal, str(spec))) + packed).digest()
