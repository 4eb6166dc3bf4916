"""Fits kept on disk, by the bundle and the spec that they are of; each file vouches for itself."""

import contextlib
import hashlib
import logging
from pathlib import Path

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from latent_explorer import __version__
from latent_explorer.charts.kind import Arrays, ChartSpec
from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole

_log = logging.getLogger(__name__)
_DIGEST = "sha256"
CACHE_BYTES = 2**29
"""What all fits may take; those used least recently go first."""


class FitCache:
    """Arrays in a folder, one file for each bundle and spec. limit: bytes that all may take.

    seal: tells a bundle from every other. What is damaged, cut, of another bundle, spec or version counts as none.
    """

    def __init__(self, folder: Path, limit: int = CACHE_BYTES) -> None:
        self._folder, self._limit = folder, limit

    def read(self, seal: str, spec: ChartSpec) -> Arrays | None:
        """What was kept, or None where there is nothing that can be trusted."""
        path = self._path(seal, spec)
        try:
            if path.stat().st_size > self._limit:
                return None
            arrays: Arrays = load(path.read_bytes())
            claimed = arrays.pop(_DIGEST).tobytes()
        except (OSError, SafetensorError, KeyError, ValueError):
            return None
        if claimed != _digest(seal, spec, arrays):
            _log.warning("%s is damaged, or not what it is named for", path)
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):
            path.touch()
        return arrays

    def has(self, seal: str, spec: ChartSpec) -> bool:
        """Whether something is kept; `read` says whether it can be trusted."""
        return self._path(seal, spec).exists()

    def keep(self, seal: str, spec: ChartSpec, arrays: Arrays) -> None:
        """Keep arrays. Raises UserError where they are too large, or the disk does not take them."""
        arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}  # as safetensors takes them
        content = save({**arrays, _DIGEST: np.frombuffer(_digest(seal, spec, arrays), np.uint8)})
        if len(content) > self._limit:
            raise UserError(f"the fit of chart {spec} takes {len(content):,} bytes: at most {self._limit:,} are kept")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self._folder} cannot be made: {error.strerror}; fits are kept there") from error
        write_bytes_whole(self._path(seal, spec), content, overwrite=True, durable=False)
        self._trim()

    def _path(self, seal: str, spec: ChartSpec) -> Path:
        name = hashlib.sha256(msgspec.json.encode((__version__, seal, str(spec)))).hexdigest()[:32]
        return self._folder / f"{name}.safetensors"

    def _trim(self) -> None:
        found = [(path.stat(), path) for path in self._folder.glob("*.safetensors")]
        room = self._limit
        for status, path in sorted(found, key=lambda each: each[0].st_mtime, reverse=True):
            room -= status.st_size
            if room < 0:
                with contextlib.suppress(OSError):  # another window may have removed it
                    path.unlink()


def _digest(seal: str, spec: ChartSpec, arrays: Arrays) -> bytes:
    made = hashlib.sha256(msgspec.json.encode((__version__, seal, str(spec))))
    for name, array in sorted(arrays.items()):
        made.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return made.digest()
