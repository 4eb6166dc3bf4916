"""Fetching a file once, whole, and exactly the one that was meant."""

import hashlib
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from latent_explorer.errors import DataError
from latent_explorer.files import write_whole

Progress = Callable[[int, int], None]
_CHUNK = 1 << 18
_TIMEOUT = 30.0


@dataclass(frozen=True)
class Download:
    """A file of the web. md5: of its content, as hexadecimal digits, as its publisher states it."""

    url: str
    md5: str

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rsplit("/", 1)[-1]


def fetch(download: Download, folder: Path, progress: Progress | None = None) -> Path:
    """The file in `folder`, downloaded unless it is there already.

    progress: called with bytes so far and in all (0 when the server does not say); what it raises cancels.
    Raises DataError when the server cannot be reached or sends something else, and then leaves no file behind.
    """
    path = folder / download.name
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be made to keep {download.name} in: {error.strerror}") from error
    return write_whole(path, lambda stream: _copy(download, stream, progress))


def _copy(download: Download, stream: IO[bytes], progress: Progress | None) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(download.url, progress):
        digest.update(chunk)
        stream.write(chunk)
    if digest.hexdigest() != download.md5:
        raise DataError(f"{download.url}: expected a file with MD5 {download.md5}, found {digest.hexdigest()}")


def _chunks(url: str, progress: Progress | None) -> Iterator[bytes]:
    done = 0
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(_CHUNK):
                yield chunk
                done += len(chunk)
                if progress is not None:
                    progress(done, total)
    except OSError as error:
        raise DataError(f"{url}: cannot be downloaded: {error}; try again, or name a folder that holds it") from error
