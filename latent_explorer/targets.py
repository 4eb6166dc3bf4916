"""Checks in advance whether a file can be written where the user wants it."""

import errno
import stat
import tempfile
from pathlib import Path

from latent_explorer.errors import UserError
from latent_explorer.safe_text import safe_text

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
_LONGEST = 255  # bytes of a name, the limit of all common file systems
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFREG: "a file"}
_SHOWN = 60  # characters of a name in a message, and of the folders above it
_WHY = {
    errno.EACCES: "you may not write there; choose another folder",
    errno.EPERM: "you may not write there; choose another folder",
    errno.EROFS: "that disk is read-only; choose another folder",
    errno.ENOSPC: "the disk is full; make room, or choose another folder",
    errno.EDQUOT: "your share of the disk is full; make room, or choose another folder",
    errno.EFBIG: "the file is too large for that disk; choose another folder",
    errno.ENAMETOOLONG: "its path is too long; choose a shorter one",
    errno.ENOENT: "its folder does not exist; choose another, or create it first",
    errno.ENOTDIR: "a file stands where a folder is expected; choose another folder",
}


def check_target(path: str | Path, *, folder: bool = False, parents: bool = False) -> Path:
    """Check that a file can be written, and return its absolute path. Leaves nothing behind.

    folder: a folder is to be written. parents: missing parent folders will be created.
    Does not check whether something would be replaced. Raises a UserError that says why it cannot be written.
    """
    target = expanded(path).absolute()
    _check_name(target, target)
    try:
        kind = _kind(target)
        if kind is not None and not (stat.S_ISDIR if folder else stat.S_ISREG)(kind):
            raise UserError(
                f"{shown(target)} is {_KINDS.get(stat.S_IFMT(kind), 'not a regular file')}; choose another name"
            )
        above = target if kind is not None and folder else target.parent
        while parents and _kind(above) is None:
            _check_name(above, target)
            above = above.parent
        tempfile.TemporaryFile(dir=above).close()
    except OSError as error:
        raise UserError(f"{shown(target)} could not be written: {why(error)}") from error
    return target


def expanded(path: str | Path) -> Path:
    """Expand ~ to the user's home folder; accepts any text."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # ~ of an unknown user
        return Path(path)


def is_there(path: Path) -> bool:
    """Whether a path exists; accepts any text."""
    try:
        return path.exists()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; accepts any text."""
    try:
        return path.is_dir()
    except OSError:
        return False


def why(error: OSError) -> str:
    """What went wrong with a file and what to do about it, without initial capital and full stop."""
    return _WHY.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def shown(path: str | Path) -> str:
    """Format a path for a sentence: long parts are cut in the middle, unprintable characters are escaped."""
    path = Path(path)
    above = str(path.parent) if path.parent != path else ""
    return str(Path(_cut(above), _cut(path.name))) if path.name else _cut(str(path))


def _cut(text: str) -> str:
    return safe_text(text, word=_SHOWN, most=_SHOWN)


def _check_name(path: Path, target: Path) -> None:
    if reason := _name_error(path.name):
        raise UserError(f"{shown(target)} could not be written: {reason}")


def _name_error(name: str) -> str:
    """The reason why a new file cannot have this name, here or on another system; empty if it can."""
    if not name:
        return "it is the top of the disk; choose a folder below it"
    if name.split(".")[0].strip().lower() in _RESERVED:
        return "Windows keeps that name for a device; choose another name"
    if any(ord(each) < 32 or ord(each) == 127 for each in name):
        return "its name holds a control character; choose another name"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "its name is not text (UTF-8); choose another name"
    return f"its name takes {size} bytes, and {_LONGEST} are the most; choose a shorter one" if size > _LONGEST else ""


def _kind(path: Path) -> int | None:
    """The mode of the file at a path; None if there is none. Raises OSError."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
    except ValueError as error:  # a NUL, or a character that this system's names cannot contain
        raise OSError(errno.EINVAL, "a part of its path is not a valid folder name; choose another folder") from error
