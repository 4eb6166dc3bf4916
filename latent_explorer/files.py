"""Reading regular files up to a limit, and writing files atomically with a clear error if that fails."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from latent_explorer.errors import UserError
from latent_explorer.targets import is_there, shown, why

_STEM = 20  # characters of a name that its temporary file's name begins with: both must be short enough
_READ_ONLY = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
"""The flags for opening an unknown file: without blocking, in case it is a pipe."""


def read_regular(path: Path, most: int) -> bytes:
    """Read a regular file of at most `most` bytes; nothing else is opened, because a pipe could block.

    Raises OSError if it cannot be read, and UserError if it is no regular file or is larger.
    """
    with _opened(path, most) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = bytearray()
        while len(content) <= size and (part := stream.read(size + 1 - len(content))):
            content += part
    if len(content) != size:
        raise UserError(f"{path}: expected a file of {size} bytes as the disk says, found another length")
    return bytes(content)


def read_start(path: Path, count: int) -> bytes:
    """Read up to `count` bytes from the start of a regular file of any size. Raises like `read_regular`."""
    with _opened(path) as stream:
        return stream.read(count)


def check_regular(path: Path) -> None:
    """Raise UserError if there is no regular file at a path: for libraries that open any path they are given."""
    _check(path, Path(path).stat(), None)


def _opened(path: Path, most: int | None = None) -> IO[bytes]:
    """Open a regular file; safe if the path is replaced by something else meanwhile."""
    _check(path, Path(path).stat(), most)
    stream = os.fdopen(os.open(path, _READ_ONLY), "rb", buffering=0)
    try:
        _check(path, os.fstat(stream.fileno()), most)
    except UserError:
        stream.close()
        raise
    return stream


def _check(path: Path, found: os.stat_result, most: int | None) -> None:
    if not stat.S_ISREG(found.st_mode):
        kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
        raise UserError(f"{path}: expected a regular file, found {kinds.get(stat.S_IFMT(found.st_mode), 'a device')}")
    if most is not None and found.st_size > most:
        raise UserError(f"{path}: expected at most {most} bytes, found {found.st_size} bytes")


def write_whole(
    path: Path, write: Callable[[IO[bytes]], object], *, overwrite: bool = False, durable: bool = True
) -> Path:
    """Write a file through `write(stream)` atomically: afterwards `path` is either complete or unchanged.

    durable: wait until the data are on disk; otherwise a power cut may leave a file with incomplete content. Raises
    UserError, leaving nothing behind, if `path` exists and `overwrite` is false, if it is no regular file, if the
    folder is not writable, or if the disk is full. Exceptions of `write` pass through.
    """
    path = Path(path)
    if not overwrite and is_there(path):
        raise UserError(f"{shown(path)} already exists; choose another name or allow it to be overwritten")
    if is_there(path) and not path.is_file():
        raise UserError(f"{shown(path)} is not a regular file; choose another name")
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:_STEM]}.", delete=False) as stream:
            temporary = Path(stream.name)
            write(stream)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.chmod(0o644)
        _put_in_place(temporary, path, overwrite)
    except OSError as error:
        raise UserError(f"{shown(path)} could not be written: {why(error)}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return path


def write_bytes_whole(path: Path, content: bytes, *, overwrite: bool = False, durable: bool = True) -> Path:
    """Write `content` to `path` atomically; see `write_whole`."""
    return write_whole(path, lambda stream: stream.write(content), overwrite=overwrite, durable=durable)


def _put_in_place(temporary: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
        return
    try:  # a hard link fails if the name has been taken meanwhile, so no file is overwritten
        os.link(temporary, path)
    except FileExistsError:
        raise UserError(f"{path} already exists; choose another name or allow it to be overwritten") from None
    except OSError:  # the file system has no hard links
        temporary.replace(path)
