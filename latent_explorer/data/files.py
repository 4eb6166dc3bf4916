"""The image files of a folder or a zip that nobody vouches for, seen alike, and the class and split that names say."""

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS
from latent_explorer.errors import DataError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"})
UNREADABLE = (
    OSError, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What zipfile raises on damaged archives and their entries."""

MAX_BYTES = 8 * 2**30
"""The most bytes of all images of a dataset, decoded, and of all files of an archive, unpacked."""

_MAX_FILE_BYTES = 256 * 2**20  # of one image file
_MAX_RATIO = 200  # of an entry's bytes to its packed ones; images hardly pack
_SMALL = 2**20  # below this, an entry's ratio does not matter
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for gigabytes to unpack bytes
_TEST_SHARE = 7  # one image in so many is a test image where nothing else says which


@dataclass(frozen=True)
class ImageFile:
    """One file. name: relative to its folder or zip, with slashes. where: as shown to people."""

    name: str
    where: str
    read: Callable[[], bytes]

    def open(self) -> BytesIO:
        """Its content as a stream. Raises DataError when it cannot be read."""
        try:
            return BytesIO(self.read())
        except UNREADABLE as error:
            raise DataError(f"{self.where}: expected a readable file, found: {error}") from error


@dataclass(frozen=True, eq=False)
class FolderLayout:
    """labels: int64 (n,) into `class_names`, or None without classes. split: uint8 (n,) into SPLITS."""

    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]


def check_total(where: str, count: int) -> None:
    """Raise DataError when `count` bytes are more than a dataset may have."""
    if count > MAX_BYTES:
        raise DataError(
            f"{where}: expected at most {MAX_BYTES / 2**30:.0f} GiB unpacked, found {count / 2**30:.1f} GiB"
        )


def files_of_folder(folder: Path) -> list[ImageFile]:
    """The image files below a folder by name; hidden ones and folders that are symbolic links are passed over."""
    paths = ((path, path.relative_to(folder).as_posix()) for path in folder.rglob("*"))
    found = [
        ImageFile(name, str(path), partial(_read, path)) for path, name in paths if _is_image(name) and path.is_file()
    ]
    return sorted(found, key=lambda file: file.name)


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
            where = f"{path}: {entry.filename!r}"
            if entry.flag_bits & 1:
                raise DataError(f"{where}: expected a plain entry, found an encrypted one")
            if entry.compress_type not in _PACKINGS:
                found = f"compression type {entry.compress_type}"
                raise DataError(f"{where}: expected an entry stored or deflated, found {found}")
        check_total(str(path), sum(entry.file_size for entry in archive.infolist()))
        yield archive


@contextmanager
def files_of_zip(path: Path) -> Iterator[list[ImageFile]]:
    """The image files of a zip by name, to be read while the context lasts.

    Raises DataError when it is no zip, when any entry would leave its folder, is a link, is encrypted or unpacks to
    too much.
    """
    with opened_archive(path, "a zip of images") as archive:
        entries = archive.infolist()
        for entry in entries:
            _check_entry(entry, f"{path}: {entry.filename!r}")
        found = sorted((entry for entry in entries if _is_image(entry.filename)), key=lambda entry: entry.filename)
        yield [ImageFile(each.filename, f"{path}: {each.filename}", partial(archive.read, each)) for each in found]


def _read(path: Path) -> bytes:
    if (size := path.stat().st_size) > _MAX_FILE_BYTES:
        raise DataError(f"{path}: expected at most {_MAX_FILE_BYTES} bytes, found {size}")
    return path.read_bytes()


def _is_image(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and not name.endswith("/") and path.suffix.lower() in SUFFIXES


def _check_entry(entry: zipfile.ZipInfo, where: str) -> None:
    parts = re.split(r"[/\\]", entry.orig_filename)
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", parts[0]):
        raise DataError(f"{where}: expected a name inside the zip's folder, found one that leaves it")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DataError(f"{where}: expected a file, found a symbolic link")
    packed, unpacked = entry.compress_size, entry.file_size
    if unpacked > _MAX_FILE_BYTES or (unpacked > _SMALL and unpacked > _MAX_RATIO * packed):
        raise DataError(f"{where}: {packed} bytes unpack to {unpacked}: refused as a decompression bomb")


def layout_of(names: Sequence[str], where: str) -> FolderLayout:
    """Class and split of files by their relative names.

    `class/.../file` names the class; files without a folder have none. When the top folders are exactly `train` and
    `test`, in any case, they are the split and the classes lie below them. A folder around everything does not count.
    Raises DataError when some files have a class and others none.
    """
    parts = [name.split("/") for name in names]
    while len(parts[0]) > 2 and all(part[0] == parts[0][0] and len(part) > 2 for part in parts):
        parts = [part[1:] for part in parts]
    split = hashed_split(names)
    folders: tuple[str, ...] = SPLITS[:2]
    if all(len(part) > 1 for part in parts) and {part[0].lower() for part in parts} == set(folders):
        split = np.array([folders.index(part[0].lower()) for part in parts], np.uint8)
        parts = [part[1:] for part in parts]
    return _classes(parts, split, where)


def hashed_split(names: Iterable[str]) -> NDArray[np.uint8]:
    """A split, uint8 (n,), that depends on each name alone, so that adding images moves no other one.

    About one in _TEST_SHARE is a test image; when that leaves a split empty, the name of smallest hash moves there.
    """
    digests = (hashlib.sha256(name.encode()).digest() for name in names)
    hashes = np.fromiter((int.from_bytes(digest[:7]) for digest in digests), np.int64)  # no list: names may be millions
    is_test = hashes % _TEST_SHARE == 0
    if len(hashes) > 1 and is_test.all() | ~is_test.any():
        is_test[hashes.argmin()] ^= True
    return np.asarray(is_test, np.uint8)


def _classes(parts: list[list[str]], split: NDArray[np.uint8], where: str) -> FolderLayout:
    classes = [part[0] if len(part) > 1 else None for part in parts]
    class_names = sorted({name for name in classes if name is not None})
    if not class_names:
        return FolderLayout(None, (), split)
    if None in classes:
        stray = "/".join(parts[classes.index(None)])
        raise DataError(f"{where}: expected every image in the folder of its class, found {stray} beside the folders")
    index = {name: number for number, name in enumerate(class_names)}
    return FolderLayout(np.array([index[name] for name in classes if name], np.int64), tuple(class_names), split)
