"""Detects the kind of a regular file from its first bytes, or from the list of members of a zip archive."""

import itertools
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from io import BufferedReader, FileIO
from pathlib import Path, PurePosixPath

CONFIG, WEIGHTS = "config.json", "weights.safetensors"
IMAGE_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pnm", ".avif")
)
_HEAD = 512  # bytes from which a file's kind is detected
_MOST_READ = 8 * 2**20  # bytes of a zip archive's list of members

_MAGIC = (
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"GIF8[79]a", "GIF"),
    (rb"BM.{4}\0\0\0\0", "BMP"),
    (rb"RIFF.{4}WEBP", "WebP"),
    (rb"II[*+]\0|MM\0[*+]", "TIFF"),
    (rb"P[1-6]\s", "PNM"),
    (rb".{4}ftypavi[fs]", "AVIF"),
    (rb".{4}ftyp(heic|heix|mif1)", "HEIC"),
)
_OTHERS = (
    (rb"%PDF-", "a PDF document"),
    (rb"\x1f\x8b", "a file packed with gzip"),
    (rb"7z\xbc\xaf\x27\x1c|Rar!", "an archive"),
    (rb".{4}ftyp|\x1aE\xdf\xa3", "a video"),
    (rb"\x89HDF\r\n", "an HDF5 file"),
    (rb"\x7fELF|MZ", "a program"),
)
_ONNX = rb"\x08[\x03-\x0f][\x12\x1a\x22\x28\x32\x3a\x42]"  # the version, then the producer or the graph
_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # the start of torch.save's format before it wrote archives
_SESSION = re.compile(rb'\s*\{\s*"kind"\s*:\s*"latent-explorer session"')
_CHECKPOINTS = {".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".tar"}

OPENS = f"This program opens bundles: folders with {CONFIG} and {WEIGHTS}, such as those that it trains."
IMPORTS = "A bundle can be made of it, with its images: File ▸ Import…."
_CODE = (
    "It may hold code, so it is not read. In the Python program that has the model, call latent_explorer.explore, or "
    "export it with torch.onnx.export and import that."
)
TRAINS = "It holds no model to open; a model can be trained on these images."
ADVICE_ON_IMAGES = "To train a model, drop the folder, the zip or the array file that holds all of the images."
ADVICE_ON_IDX = "A model is trained on it in the terminal, with --dataset mnist:FOLDER, its folder."
MOST_LOOKED_AT = 3000  # entries of a folder and its subfolders


class Kind(Enum):
    """The kinds of paths."""

    BUNDLE = auto()
    RUN = auto()
    SESSION = auto()
    IMAGE = auto()
    IMAGES = auto()
    ARRAYS = auto()
    CHECKPOINT = auto()
    WEB_LINK = auto()
    NOTHING = auto()
    SEVERAL = auto()
    OTHER = auto()


@dataclass(frozen=True)
class PathKind:
    """The kind of a path. name: of the path, as shown to users.

    words: a description such as "a PNG picture". advice: what can be done with it, in sentences, if it is no bundle.
    bundle: the folder to open, if any. dataset: a model can be trained on it. session: a saved session.
    model: a bundle can be made of it. pictures: files of one picture each, which can be placed on a map.
    """

    name: str
    kind: Kind
    words: str
    advice: str = ""
    bundle: Path | None = None
    dataset: Path | None = None
    session: Path | None = None
    model: Path | None = None
    pictures: tuple[Path, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason why it is not opened, and what to do."""
        return f"{self.name} is {self.words}. {self.advice}".strip()


def kind_of_content(path: Path, name: str) -> PathKind:
    """Detect the kind of a regular file, and what can be done with it. Raises OSError if it cannot be read."""
    with _opened(path) as stream:
        head, suffix = stream.read(_HEAD), path.suffix.lower()
        if head.startswith(b"PK"):
            return _archive(path, name, stream)
    for judge in (_picture, _model, _data):
        if (found := judge(path, name, head, suffix)) is not None:
            return found
    other = next((words for magic, words in _OTHERS if re.match(magic, head, re.DOTALL)), None)
    if other is None:
        other = "an empty file" if not head else "a text file" if _is_text(head) else "a file of an unknown kind"
    return PathKind(name, Kind.OTHER, other, f"{OPENS} It trains on folders, zips and arrays of images.")


def _opened(path: Path) -> BufferedReader:
    """Open a regular file for reading; safe if the path is replaced by something else meanwhile."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is not a regular file")
    return BufferedReader(FileIO(descriptor))


def _picture(path: Path, name: str, head: bytes, suffix: str) -> PathKind | None:
    form = next((form for magic, form in _MAGIC if re.match(magic, head, re.DOTALL)), None)
    if form is None:
        return None
    beside = itertools.islice(entries_of(path.parent), MOST_LOOKED_AT)
    if sum(is_image(Path(each.path)) for each in beside) > 1:
        advice = "A model can be trained on all images of its folder."
        return PathKind(name, Kind.IMAGE, f"a {form} picture", advice, dataset=path.parent, pictures=(path,))
    return PathKind(name, Kind.IMAGE, f"a {form} picture", ADVICE_ON_IMAGES, pictures=(path,))


def _model(path: Path, name: str, head: bytes, suffix: str) -> PathKind | None:
    if suffix == ".safetensors" or re.match(rb".{6}\0\0\{", head, re.DOTALL):
        return PathKind(name, Kind.CHECKPOINT, "a file of weights (safetensors)", IMPORTS, model=path)
    if re.match(_ONNX, head):
        return PathKind(name, Kind.CHECKPOINT, "an ONNX model", IMPORTS, model=path)
    if suffix in (".h5", ".keras") or (suffix == ".hdf5" and head.startswith(b"\x89HDF")):
        return PathKind(name, Kind.CHECKPOINT, "a Keras model", f"It cannot be opened. {OPENS}")
    if head.startswith(_LEGACY):
        return PathKind(name, Kind.CHECKPOINT, "a PyTorch checkpoint", IMPORTS, model=path)
    if re.match(rb"\x80[\x02-\x05]", head) or suffix in _CHECKPOINTS - {".tar", ".bin"}:
        words = "a Python pickle" if suffix in (".pkl", ".pickle") else "a PyTorch checkpoint"
        return PathKind(name, Kind.CHECKPOINT, words, _CODE)
    return None


def _data(path: Path, name: str, head: bytes, suffix: str) -> PathKind | None:
    if _SESSION.match(head):
        return PathKind(name, Kind.SESSION, "a saved session", session=path)
    if head.startswith(b"\x93NUMPY"):
        return PathKind(name, Kind.ARRAYS, "a NumPy array", TRAINS, dataset=path, model=path)
    if re.match(rb"\0\0[\x08-\x0e][\x01-\x04]", head) and "ubyte" in path.name:
        return PathKind(name, Kind.OTHER, "an IDX file, as MNIST has them", ADVICE_ON_IDX)
    return None


def _is_text(head: bytes) -> bool:
    try:
        head[: _HEAD - 4].decode()  # the last character may be cut off
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


# -- zip archives, which several formats use


class _LimitedReader(FileIO):
    """Reads a limited number of bytes. left: how many remain."""

    left = _MOST_READ

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= self._wanted(size)
        if self.left < 0:
            raise OSError(0, "its list of files is too long")
        return super().read(-1 if size is None else size) or b""

    def _wanted(self, size: int | None) -> int:
        if size is None or size < 0:
            return os.fstat(self.fileno()).st_size - self.tell()
        return size


def _archive(path: Path, name: str, stream: BufferedReader) -> PathKind:
    try:
        with _LimitedReader(os.dup(stream.fileno())) as limited, zipfile.ZipFile(limited) as archive:
            names = archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return PathKind(name, Kind.OTHER, f"a zip that cannot be listed ({reason})", "Unpack it and drop its folder.")
    return _of_names(path, name, names)


def _of_names(path: Path, name: str, names: list[str]) -> PathKind:
    def has(matches: Callable[[str], bool]) -> int:
        return sum(map(matches, names))

    if has(lambda each: ".." in PurePosixPath(each.replace("\\", "/")).parts):
        advice = "It has a file whose name leads out of it, so nothing of it is read."
        return PathKind(name, Kind.OTHER, "a malicious archive", advice)
    if has(lambda each: each.endswith(("/constants.pkl", "/archive_format", "/serialized_exported_program.json"))):
        return PathKind(name, Kind.CHECKPOINT, "a program of PyTorch (TorchScript or .pt2)", _CODE)
    if has(lambda each: each.endswith("/data.pkl")):
        return PathKind(name, Kind.CHECKPOINT, "a PyTorch checkpoint", IMPORTS, model=path)
    if names and has(lambda each: each.endswith(".npy")) == len(names):
        return PathKind(name, Kind.ARRAYS, "a file of NumPy arrays", TRAINS, dataset=path, model=path)
    if has(lambda each: each.rpartition("/")[2] == CONFIG) and has(lambda each: each.endswith(WEIGHTS)):
        return PathKind(name, Kind.OTHER, "a zip of a bundle", "Unpack it, and open the folder.")
    if images := has(lambda each: is_image(PurePosixPath(each))):
        return PathKind(name, Kind.IMAGES, f"a zip of {images:,} images", TRAINS, dataset=path)
    words = "a zip without images" if names else "an empty zip"
    return PathKind(name, Kind.OTHER, words, f"{OPENS} It trains on folders, zips and arrays of images.")


def is_image(path: Path | PurePosixPath) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES


def entries_of(folder: Path, *, strict: bool = True) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        if strict:
            raise
