"""The image files of an untrusted folder or zip, treated the same, and those that are skipped."""

import math
import os
import re
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from latent_explorer.data.charsets import UNMARKED, guessed, is_text
from latent_explorer.data.content import suffixes, what_is
from latent_explorer.data.report import PassedOver, counted
from latent_explorer.errors import DataError
from latent_explorer.safe_text import readable

UNREADABLE = (
    OSError, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""The exceptions of zipfile for damaged archives and entries."""

MAX_BYTES = 8 * 2**30
"""The maximum bytes of all images of a dataset, decoded, and of all files of an archive, unpacked."""

_MAX_FILE_BYTES = 256 * 2**20  # of one image file, unpacked
_MOST_FILES = 5_000_000  # and folders, below one
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for gigabytes to unpack bytes
_UTF8, _ENCRYPTED = 0x800, 1  # flags of an entry
_LEFT_BEHIND = re.compile(
    r"\..*|__MACOSX|@eaDir|@Recycle|#recycle|#snapshot|\$RECYCLE\.BIN|System Volume Information|lost\+found"
    r"|Thumbs\.db|ehthumbs\.db|desktop\.ini|SYNOPHOTO_THUMB.*",
    re.IGNORECASE,
)
_SYSTEM = "hidden, or left by a desktop or a NAS"
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}


@dataclass(frozen=True)
class ImageFile:
    """One file. name: relative to its folder or zip, with slashes, as text. where: for messages."""

    name: str
    where: str
    read: Callable[[], bytes]

    def open(self) -> BytesIO:
        """Its content as a stream. Raises DataError if it cannot be read."""
        try:
            return BytesIO(self.read())
        except UNREADABLE as error:
            raise DataError(f"{self.where}: expected a readable file, found: {_reason(error)}") from error


@dataclass(frozen=True)
class Found:
    """The image files by name, the skipped ones, and notes."""

    files: list[ImageFile]
    passed_over: tuple[PassedOver, ...] = ()
    notes: tuple[str, ...] = ()


def check_total(where: str, count: int) -> None:
    """Raise DataError if `count` bytes are more than a dataset may have."""
    if count > MAX_BYTES:
        raise DataError(
            f"{where}: expected at most {MAX_BYTES / 2**30:.0f} GiB unpacked, found {count / 2**30:.1f} GiB"
        )


@contextmanager
def opened_file(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """An ordinary file and its size, without ever waiting for a pipe or a device. Raises DataError."""
    where = readable(str(path))
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise DataError(f"{where}: cannot be read: {_reason(error)}") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise DataError(f"{where}: expected a regular file, found {kind_of(found.st_mode)}")
    with os.fdopen(descriptor, "rb") as stream:
        yield stream, found.st_size


def kind_of(mode: int) -> str:
    """What a file that is not regular is, by its mode."""
    return _KINDS.get(stat.S_IFMT(mode), "a device")


def is_of_the_system(path: Path) -> bool:
    """Whether a resolved path is in a part of the file system that shows the system itself."""
    top = path.parts[1:3]
    return os.name == "posix" and top[:1] in (("proc",), ("sys",), ("dev",)) and top != ("dev", "shm")


@dataclass(frozen=True)
class Bounds:
    """The limits of a search through a folder.

    entries: maximum number of files and folders. seconds: maximum time. images: minimum number of image files before
    any is read.
    """

    entries: int = _MOST_FILES
    seconds: float = math.inf
    images: int = 0

    @classmethod
    def of(cls, images: int, seconds: float) -> "Bounds":
        """The limits for finding a dataset of this many images: a few other files may be beside each."""
        return cls(min(4 * images + 10_000, _MOST_FILES), seconds, images)


def files_of_folder(folder: Path, bounds: Bounds | None = None) -> Found:
    """The image files below a folder by name, including those in linked folders; each folder is read once.

    Raises DataError if there is more than the bounds allow.
    """
    walk = _Walk(folder, bounds or Bounds())
    walk.all()
    names, said = _as_text([name for name, _ in walk.files])
    files = [
        ImageFile(name, readable(str(path)), partial(read_image, path))
        for name, (_, path) in zip(names, walk.files, strict=True)
    ]
    notes = [said] if said else []
    if walk.followed:
        notes.append(f"{walk.followed:,} linked {'folder was' if walk.followed == 1 else 'folders were'} followed")
    return Found(sorted(files, key=lambda file: file.name), counted(walk.passed_over), tuple(notes))


def _as_text(names: Sequence[str]) -> tuple[list[str], str]:
    """File names from the system as text, and notes."""
    if all(map(is_text, names)):
        return list(names), ""
    return guessed([os.fsencode(name) for name in names])


class _Walk:
    """Everything below a folder. files: the names of images and their paths. followed: linked folders."""

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        self._bounds, self._began = bounds, time.monotonic()
        self.files: list[tuple[str, Path]] = []
        self.passed_over: list[tuple[str, str]] = []
        self.followed = 0
        self._folder = folder
        self._links: list[tuple[str, Path]] = []
        self._seen = {_identity(parent) for parent in folder.resolve().parents}
        self._looked_at = 0

    def all(self) -> None:
        """Search the folder itself, then linked folders, which may contain links again."""
        self._look_into(self._folder, "")
        while self._links:
            links, self._links = sorted(self._links), []
            for name, path in links:
                target = path.resolve()
                if is_of_the_system(target):
                    self._pass("a link to the system's own folders", name)
                elif _identity(target) in self._seen:
                    self._pass("a link to a folder that is read already, or that contains it", name)
                else:
                    self.followed += 1
                    self._look_into(path, f"{name}/")

    def _look_into(self, folder: Path, prefix: str) -> None:
        self._seen.add(_identity(folder))
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise DataError(f"{readable(str(folder))}: cannot be read: {_reason(error)}") from error
            self._pass("its folder cannot be read", prefix)
            return
        self._count(len(found))
        for entry in found:
            self._look_at(entry, prefix + entry.name)

    def _look_at(self, entry: "os.DirEntry[str]", name: str) -> None:
        path = Path(entry.path)
        if _LEFT_BEHIND.fullmatch(entry.name):
            for _ in range(self._files_inside(path) if entry.is_dir(follow_symlinks=False) else 1):
                self._pass(_SYSTEM, name)
        elif entry.is_dir(follow_symlinks=False):
            if _identity(path) not in self._seen:
                self._look_into(path, f"{name}/")
        elif _leads(entry.is_dir):
            self._links.append((name, path))
        elif not _leads(entry.is_file):
            nowhere = entry.is_symlink() and not path.exists()
            self._pass("a link that leads nowhere" if nowhere else "not a regular file", name)
        elif why := _no_image(name):
            self._pass(why, name)
        else:
            self.files.append((name, path))

    def _files_inside(self, folder: Path) -> int:
        """The number of files below a skipped folder."""
        files = 0
        for _, folders, names in os.walk(folder):
            self._count(len(folders) + len(names))
            files += len(names)
        return files

    def _count(self, entries: int) -> None:
        """Count this many more files and folders. Raises DataError if that is too many."""
        self._looked_at += entries
        most, seconds, where = self._bounds.entries, self._bounds.seconds, readable(str(self._folder))
        if self._looked_at > most:
            raise DataError(f"{where}: expected at most {most:,} files and folders below it, found more")
        if time.monotonic() - self._began > seconds:
            raise DataError(
                f"{where}: looked at {self._looked_at:,} files and folders below it, and did not come to the end "
                f"within {seconds:.0f} seconds"
            )

    def _pass(self, why: str, name: str) -> None:
        self.passed_over.append((why, readable(name)))


def _leads(is_one: Callable[[], bool]) -> bool:
    """Whether an entry, or its link target, is a folder or a file."""
    try:
        return is_one()
    except OSError:  # a link to itself
        return False


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_dev, found.st_ino


@contextmanager
def opened_archive(path: Path, holding: str) -> Iterator[zipfile.ZipFile]:
    """A zip at `path` without encrypted entries or unusual compression, and of an acceptable unpacked size.

    Raises DataError, which says that it should be `holding`, if it is not one; exceptions inside the context pass
    through.
    """
    where = readable(str(path))
    with opened_file(path) as (stream, _):
        try:
            archive = zipfile.ZipFile(stream)
        except UNREADABLE as error:
            stream.seek(0)
            head = stream.read(4096)
            found = "one that is damaged or cut off" if head.startswith(b"PK") else what_is(head)
            raise DataError(f"{where}: expected {holding}, found {found}") from error
        with archive:
            for entry in archive.infolist():
                _check_packing(entry, f"{where}: {entry.filename!r}")
            check_total(where, sum(entry.file_size for entry in archive.infolist()))
            yield archive


def _check_packing(entry: zipfile.ZipInfo, where: str) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise DataError(f"{where}: expected a plain entry, found an encrypted one; pack it without a password")
    if entry.compress_type not in _PACKINGS:
        found = f"compression type {entry.compress_type}"
        raise DataError(
            f"{where}: expected an entry stored or deflated, found {found}; pack it again as an ordinary zip"
        )


@contextmanager
def files_of_zip(path: Path) -> Iterator[Found]:
    """The image files of a zip by name, readable while the context lasts.

    Raises DataError if it is not a zip, or any entry would leave its folder, is a link, is encrypted or unpacks to too
    much.
    """
    where = readable(str(path))
    with opened_archive(path, "a zip of images") as archive:
        entries = archive.infolist()
        names, said = _names_of(entries)
        files: list[ImageFile] = []
        passed_over: list[tuple[str, str]] = []
        for name, entry in zip(names, entries, strict=True):
            _check_entry(name, entry, f"{where}: {name!r}")
            if name.endswith("/"):
                continue
            if any(_LEFT_BEHIND.fullmatch(part) for part in PurePosixPath(name).parts):
                passed_over.append((_SYSTEM, name))
            elif why := _no_image(name):
                passed_over.append((why, name))
            else:
                files.append(ImageFile(name, f"{where}: {name}", partial(archive.read, entry)))
        yield Found(sorted(files, key=lambda file: file.name), counted(passed_over), (said,) if said else ())


def _names_of(entries: Sequence[zipfile.ZipInfo]) -> tuple[list[str], str]:
    """The names of all entries as text with slashes, and notes."""
    names = [entry.orig_filename.partition("\0")[0] for entry in entries]
    unmarked = [n for n, entry in enumerate(entries) if not entry.flag_bits & _UTF8 and not names[n].isascii()]
    texts, said = guessed([names[number].encode(UNMARKED) for number in unmarked]) if unmarked else ([], "")
    for number, text in zip(unmarked, texts, strict=True):
        names[number] = text
    return [re.sub(r"(^|/)(\./)+", r"\1", name.replace("\\", "/")) for name in names], said


def _check_entry(name: str, entry: zipfile.ZipInfo, where: str) -> None:
    parts = name.split("/")
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", parts[0]):
        raise DataError(f"{where}: expected a name inside the zip's folder, found one that leaves it")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DataError(f"{where}: expected a file, found a symbolic link; pack the files that links lead to")
    if not _no_image(name) and entry.file_size > _MAX_FILE_BYTES:
        raise DataError(
            f"{where}: {entry.compress_size:,} bytes unpack to {entry.file_size:,}, and at most {_MAX_FILE_BYTES:,} of "
            "one image are unpacked: refused as a decompression bomb"
        )


def read_image(path: Path) -> bytes:
    """The content of an image file. Raises DataError."""
    with opened_file(path) as (stream, size):
        if size > _MAX_FILE_BYTES:
            raise DataError(f"{readable(str(path))}: expected at most {_MAX_FILE_BYTES} bytes, found {size}")
        return stream.read(_MAX_FILE_BYTES + 1)


def _no_image(name: str) -> str:
    """Why a file is not an image file, by its name; empty if it is one."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in suffixes():
        return ""
    return f"{suffix} is no image format that is read" if suffix else "its name has no ending that says what it is"


def _reason(error: BaseException) -> str:
    """The error of a file, in words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "data that are damaged or cut off"
