"""Writing files whole or not at all, and saying why not when not."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from latent_explorer.errors import UserError


def write_whole(
    path: Path, write: Callable[[IO[bytes]], object], *, overwrite: bool = False, durable: bool = True
) -> Path:
    """Write a file through `write(stream)` so that `path` is afterwards either complete or untouched.

    durable: wait until the disk has it; without, a power cut may leave a file of the right name with wrong content.
    Raises UserError, leaving nothing behind, when `path` exists and `overwrite` is false, when the folder
    cannot be written, or when the disk is full. Whatever `write` raises passes through.
    """
    path = Path(path)
    if not overwrite and path.exists():
        raise UserError(f"{path} already exists; choose another name or allow it to be overwritten")
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            write(stream)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.chmod(0o644)
        _put_in_place(temporary, path, overwrite)
    except OSError as error:
        raise UserError(f"{path} could not be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return path


def write_bytes_whole(path: Path, content: bytes, *, overwrite: bool = False, durable: bool = True) -> Path:
    """Write `content` to `path` whole or not at all; see `write_whole`."""
    return write_whole(path, lambda stream: stream.write(content), overwrite=overwrite, durable=durable)


def _put_in_place(temporary: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
        return
    try:  # a hard link fails if the name was taken meanwhile: no file is ever overwritten unasked
        os.link(temporary, path)
    except FileExistsError:
        raise UserError(f"{path} already exists; choose another name or allow it to be overwritten") from None
    except OSError:  # a file system without hard links
        temporary.replace(path)
