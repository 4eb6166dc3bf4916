"""The image files of a folder or a zip, seen alike."""

import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from latent_explorer.data.archives import UNREADABLE, opened_archive
from latent_explorer.data.limits import MAX_FILE_BYTES, MAX_RATIO
from latent_explorer.errors import DataError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"})
_SMALL = 2**20  # below this, an entry's ratio does not matter


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


def files_of_folder(folder: Path) -> list[ImageFile]:
    """The image files below a folder by name; hidden ones and folders that are symbolic links are passed over."""
    paths = ((path, path.relative_to(folder).as_posix()) for path in folder.rglob("*"))
    found = [ImageFile(name, str(path), _reader(path)) for path, name in paths if _is_image(name) and path.is_file()]
    return sorted(found, key=lambda file: file.name)


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
        entries = sorted((entry for entry in entries if _is_image(entry.filename)), key=lambda entry: entry.filename)
        yield [_zipped(archive, entry, path) for entry in entries]


def _zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> ImageFile:
    return ImageFile(entry.filename, f"{path}: {entry.filename}", lambda: archive.read(entry))


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            raise DataError(f"{path}: expected at most {MAX_FILE_BYTES} bytes, found {size}")
        return path.read_bytes()

    return read


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
    if unpacked > MAX_FILE_BYTES or (unpacked > _SMALL and unpacked > MAX_RATIO * packed):
        raise DataError(f"{where}: {packed} bytes unpack to {unpacked}: refused as a decompression bomb")
