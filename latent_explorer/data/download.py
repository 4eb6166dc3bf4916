"""Downloads a file once, whole, and exactly the intended one; only with consent."""

import hashlib
import http
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from latent_explorer.errors import DataError
from latent_explorer.files import write_whole

Progress = Callable[[int, int], None]
_CHUNK = 1 << 18
_TIMEOUT = 30.0  # seconds that a server may be silent
_SLOWEST = 4096  # bytes a second, over _TIMEOUT seconds


@dataclass(frozen=True)
class Download:
    """A file on the web. md5: of its content, as hexadecimal digits, size: in bytes, as its publisher states them."""

    url: str
    md5: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rsplit("/", 1)[-1]

    @property
    def host(self) -> str:
        """The name of its server."""
        return urlsplit(self.url).hostname or ""


def fetch(download: Download, folder: Path, progress: Progress | None = None) -> Path:
    """The file in `folder`, downloaded unless it is there already.

    progress: called with bytes so far and in total; an exception from it cancels.
    Raises DataError if the server cannot be reached or sends something else, and then leaves no file behind.
    """
    path = folder / download.name
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be created for {download.name} in: {error.strerror}") from error
    return write_whole(path, lambda stream: _copy(download, stream, progress))


def _copy(download: Download, stream: IO[bytes], progress: Progress | None) -> None:
    digest, done = hashlib.md5(usedforsecurity=False), 0
    for chunk in _chunks(download):
        digest.update(chunk)
        stream.write(chunk)
        done += len(chunk)
        if progress is not None:
            progress(done, download.size)
    if done != download.size:
        raise _other(download, f"{done:,} bytes")
    if digest.hexdigest() != download.md5:
        raise _other(download, f"a file with the MD5 {digest.hexdigest()}, not {download.md5}")


def _chunks(download: Download) -> Iterator[bytes]:
    """The server's data, as long as they do not exceed the stated length."""
    left = download.size + 1
    try:
        with _opener().open(download.url, timeout=_TIMEOUT) as answer:
            announced = answer.headers.get("Content-Length", "")
            if announced and announced != str(download.size):
                raise _other(download, f"an announced size of {announced[:20]} bytes")
            began, read = time.monotonic(), 0
            while left and (chunk := answer.read1(min(left, _CHUNK))):
                yield chunk
                left, read = left - len(chunk), read + len(chunk)
                if (waited := time.monotonic() - began) > _TIMEOUT:
                    if read < _SLOWEST * waited:
                        raise TimeoutError(f"it sends fewer than {_SLOWEST:,} bytes a second")
                    began, read = time.monotonic(), 0
    except urllib.error.HTTPError as error:
        error.close()
        raise _failed(download, _refused(error.code)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        if not isinstance(reason, OSError | str):
            reason = "the server's answer cannot be understood"
        words = " ".join(str(getattr(reason, "strerror", None) or reason).split())[:200]
        raise _failed(download, words or "the connection broke off") from error


def _refused(code: int) -> str:
    if 300 <= code < 400:
        return "the server redirects to an address that is not allowed"
    known = {each.value: each.phrase for each in http.HTTPStatus}
    return f"the server answers {code} {known.get(code, '')}".strip()


def _failed(download: Download, why: str) -> DataError:
    return DataError(f"{download.url}: cannot be downloaded: {why}; try again, or name a folder that holds it")


def _other(download: Download, found: str) -> DataError:
    return DataError(f"{download.url}: expected a file of {download.size:,} bytes, found {found}; nothing was kept")


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    """Refuses redirects to a file of this machine or to another kind of address."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.HTTPError(newurl, code, "not a web address", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@cache  # not at once: it reads the certificates
def _opener() -> urllib.request.OpenerDirector:
    """Opens web addresses and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _HttpOnly(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
