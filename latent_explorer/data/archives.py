"""Opening zip archives that nobody vouches for."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latent_explorer.data.limits import check_total
from latent_explorer.errors import DataError

UNREADABLE = (
    OSError, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What zipfile raises on damaged archives and their entries."""

_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for gigabytes to unpack bytes


@contextmanager
def opened_archive(path: Path, holding: str) -> Iterator[zipfile.ZipFile]:
    """A zip at `path`, none of whose entries is encrypted or packed strangely, and which unpacks to a bearable size.

    Raises DataError, which says it should be `holding`, when it is none; what is raised inside the context passes.
    """
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise DataError(f"{path}: expected {holding}, found: {error}") from error
    with archive:
        for entry in archive.infolist():
            _check_entry(entry, f"{path}: {entry.filename!r}")
        check_total(str(path), sum(entry.file_size for entry in archive.infolist()))
        yield archive


def _check_entry(entry: zipfile.ZipInfo, where: str) -> None:
    if entry.flag_bits & 1:
        raise DataError(f"{where}: expected a plain entry, found an encrypted one")
    if entry.compress_type not in _PACKINGS:
        raise DataError(f"{where}: expected an entry stored or deflated, found compression type {entry.compress_type}")
