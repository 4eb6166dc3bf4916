"""The type of a file, by its content and not by its name; nothing in it is unpacked or run."""

import os
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular
from latent_explorer.importing.refusing import RefusedError, refusal, unknown
from latent_explorer.runtime.onnx_file import is_onnx
from latent_explorer.safe_text import safe_text
from latent_explorer.targets import shown, why

MOST_BYTES = 1 << 30
"""The size limit of a file of weights or an ONNX model."""
_MOST_NAMES = 100_000
_MOST_RECORDS = 1 << 26  # bytes of what describes the tensors
_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The beginning of files by torch.save before it wrote archives: a pickled number, and then others."""


@dataclass(frozen=True)
class FoundFile:
    """A file. kind: "onnx", "safetensors", "torch", "npy" or "npz". content: all of it."""

    path: Path
    kind: str
    content: bytes

    @property
    def name(self) -> str:
        return name_of(self.path)


def name_of(path: Path) -> str:
    """The name of a file for use in a sentence."""
    return safe_text(path.name or str(path), most=80)


def read_file(path: Path, most: int = MOST_BYTES) -> FoundFile:
    """A file and its kind. Raises UserError if it cannot be read, is too large, contains code, or is of no known
    kind."""
    try:
        content = read_regular(path, most)
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be read: {why(error)}") from error
    except MemoryError:
        raise UserError(f"{shown(path)}: there is not enough memory to read it; close other programs") from None
    return FoundFile(path, _kind(content, name_of(path)), content)


def _kind(content: bytes, name: str) -> str:
    if content.startswith(b"PK"):
        return _archive(content, name)
    if content.startswith(b"\x93NUMPY"):
        return "npy"
    if content.startswith(_LEGACY):
        return "torch"
    if re.match(rb"\x80[\x02-\x05]", content) or re.match(rb"[c(]\w*[\w.]*\n", content[:64]):
        raise refusal(name, "pickle")
    if content.startswith(b"\x89HDF"):
        raise refusal(name, "keras")
    if content.startswith(b"GGUF"):
        raise refusal(name, "gguf")
    if len(content) > 9 and content[8:9] == b"{" and int.from_bytes(content[:8], "little") <= len(content) - 8:
        return "safetensors"
    if is_onnx(content[:16]):
        return "onnx"
    raise unknown(name, "an empty file" if not content else "a file of another kind")


def _archive(content: bytes, name: str) -> str:
    """The kind of an archive, by the list of its files."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise RefusedError(f"{name}: expected a checkpoint or arrays, found a damaged archive: {error}") from error
    names = [entry.filename for entry in entries]
    _check_entries(entries, name)
    ends = {PurePosixPath(each).name for each in names}
    if "constants.pkl" in ends or any("/code/" in f"/{each}" and each.endswith(".py") for each in names):
        raise refusal(name, "torchscript")
    if any(
        each.endswith(("archive_format", "models/model.json", "serialized_exported_program.json")) for each in names
    ):
        raise refusal(name, "pt2")
    if "data.pkl" in ends:
        return "torch"
    if names and all(each.endswith(".npy") for each in names):
        return "npz"
    if "config.json" in ends and "metadata.json" in ends and any(each.endswith(".weights.h5") for each in names):
        raise refusal(name, "keras")
    raise unknown(name, f"an archive of {', '.join(safe_text(each, most=40) for each in names[:3]) or 'nothing'}")


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise RefusedError if an archive is malicious: names outside its folder, or far more content than it appears."""
    if len(entries) > _MOST_NAMES:
        raise RefusedError(f"{name}: expected at most {_MOST_NAMES:,} files in the archive, found {len(entries):,}")
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", entry.filename):
            raise RefusedError(
                f"{name} is an archive with a file called {safe_text(entry.filename, most=60)!r}, which leads out of "
                "it: nothing of it is read"
            )
    if (total := sum(entry.file_size for entry in entries)) > 2 * MOST_BYTES:
        raise RefusedError(f"{name}: expected at most {2 * MOST_BYTES:,} bytes in the archive, found {total:,}")
    if any(entry.filename.endswith("data.pkl") and entry.file_size > _MOST_RECORDS for entry in entries):
        raise RefusedError(f"{name}: expected at most {_MOST_RECORDS:,} bytes that describe its tensors, found more")


def beside(path: Path, name: str, offset: int, length: int | None) -> bytes:
    """Part of a file beside an ONNX model. Raises UserError if it does not exist."""
    place = path.parent / name
    try:
        content = read_regular(place, MOST_BYTES)
    except OSError as error:
        raise UserError(
            f"{name_of(path)} keeps arrays in {safe_text(name)}, which cannot be read beside it: {why(error)}"
        ) from error
    end = len(content) if length is None else offset + length
    if not 0 <= offset <= end <= len(content):
        raise UserError(f"{name_of(path)}: expected {end:,} bytes in {safe_text(name)}, found {len(content):,}")
    return content[offset:end]


def files_in(folder: Path) -> list[str]:
    """The names of some files in a folder, for messages."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for _, entry in zip(range(200), entries, strict=False))
    except OSError as error:
        raise UserError(f"{shown(folder)} cannot be read: {why(error)}") from error
    return names
