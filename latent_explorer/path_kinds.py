"""What a path is, found out by reading little of it: a bundle, images to train on, a checkpoint, or something else.

Only regular files are opened, and at most a stated number of bytes of each is read, so that a pipe, a device or an
endless file holds nobody up; a disk that does not answer still does: ask in a thread where somebody waits.
"""

import itertools
import os
import re
import stat
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from io import BufferedReader, FileIO
from pathlib import Path, PurePosixPath

from latent_explorer.safe_text import safe_text

CONFIG, WEIGHTS = "config.json", "weights.safetensors"
IMAGE_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pnm", ".avif")
)
_HEAD = 512  # bytes by which a file is known
_MOST_READ = 8 * 2**20  # bytes of the list of a zip's files
_MOST_LOOKED_AT = 3000  # entries of a folder and those below it
_DEEPEST = 4  # levels of folders below the one that is looked at
_LONGEST = 80  # letters of a name
_NAMED = 3  # things of several that are named

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
_SESSION = re.compile(rb'\s*\{\s*"kind"\s*:\s*"latent-explorer session"')
_ELSEWHERE = ("model.safetensors", "diffusion_pytorch_model.safetensors", "pytorch_model.bin")
"""Beside a `config.json`, what says that it is none of ours."""
_CHECKPOINTS = {".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".tar"}

_OPENS = f"This program opens bundles: folders with {CONFIG} and {WEIGHTS}, such as those that it trains."
_TRAINS = "It holds no model to open; a model can be trained on these images."
_ADVICE_ON_IMAGES = "To train a model, drop the folder, the zip or the array file that holds all of the images."
_ADVICE_ON_ELSEWHERE = "Drop a folder or file of this computer."
_ADVICE_ON_IDX = "A model is trained on it in the terminal, with --dataset mnist:FOLDER, its folder."


class Kind(Enum):
    """What a path may be."""

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
    """What was found. name: of what was looked at, as it is shown to people.

    words: what it is, such as "a PNG picture". advice: sentences on what can be done with it, for what is no bundle.
    bundle: the folder to open, where there is one. dataset: what a model can be trained on. session: a saved one.
    """

    name: str
    kind: Kind
    words: str
    advice: str = ""
    bundle: Path | None = None
    dataset: Path | None = None
    session: Path | None = None

    @property
    def sentence(self) -> str:
        """Why it is not opened, and what to do."""
        return f"{self.name} is {self.words}. {self.advice}".strip()


def kind_of(path: str | Path) -> PathKind:
    """What there is at a path. Raises nothing: what cannot be read is said to be so."""
    path = Path(path)
    name = safe_text(path.name or str(path), most=_LONGEST)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _folder(path, name)
        return _file(path, name) if stat.S_ISREG(mode) else _special(name, mode)
    except FileNotFoundError:
        return PathKind(name, Kind.NOTHING, "not there", "It may have been moved, renamed or deleted.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return PathKind(
            name, Kind.OTHER, f"something that cannot be read ({reason})", "Check that you have permission to read it."
        )


def kind_of_all(paths: Sequence[Path]) -> PathKind:
    """What several paths are together: all of one bundle, or images of one folder, or several things."""
    kinds = [kind_of(path) for path in paths[:_MOST_LOOKED_AT]]
    first = kinds[0]
    if len(paths) == 1 or (first.bundle is not None and all(each.bundle == first.bundle for each in kinds)):
        return first
    count = f"{len(paths):,}"
    if all(each.kind is Kind.IMAGE for each in kinds):
        folder = paths[0].parent if len({path.parent for path in paths}) == 1 else None
        advice = _ADVICE_ON_IMAGES if folder is None else "A model can be trained on all images of their folder."
        return PathKind(f"What was dropped ({count} files)", Kind.IMAGE, "pictures", advice, dataset=folder)
    named = "; ".join(f"{each.name} is {each.words}" for each in kinds[:_NAMED])
    more = "; …" if len(kinds) > _NAMED else ""
    advice = f"{named}{more}. Drop one bundle, or one folder of images."
    return PathKind("What was dropped", Kind.SEVERAL, f"{count} things", advice)


def kind_of_link(address: str) -> PathKind:
    """A link to elsewhere, which is never fetched."""
    return PathKind(safe_text(address, most=_LONGEST), Kind.WEB_LINK, "a web link", _ADVICE_ON_ELSEWHERE)


def kind_of_text() -> PathKind:
    """Words that were dropped."""
    return PathKind("What was dropped", Kind.OTHER, "text", _ADVICE_ON_ELSEWHERE)


# -- folders


def _folder(path: Path, name: str) -> PathKind:
    if _is_file(path / CONFIG):
        if _is_file(path / WEIGHTS) or not any(_is_file(path / other) for other in _ELSEWHERE):
            return PathKind(name, Kind.BUNDLE, "a bundle", bundle=path)
        return PathKind(name, Kind.CHECKPOINT, "a model of another program", f"It cannot be opened. {_OPENS}")
    if _is_file(path / "job.json"):
        return _run(path, name)
    below, all_of_them = _below(path)
    at_least = "" if all_of_them else "at least "
    if bundles := sorted(each.parent.name for each in below if each.name == CONFIG):
        few = ", ".join(safe_text(each, most=40) for each in bundles[:_NAMED]) + (
            ", …" if len(bundles) > _NAMED else ""
        )
        return PathKind(name, Kind.OTHER, f"a folder that holds bundles ({few})", "Open one of them.")
    if any(re.fullmatch(r"images-.*\.npy", each.name) for each in below):
        return PathKind(name, Kind.ARRAYS, "a folder of arrays of images", _TRAINS, dataset=path)
    if (images := sum(map(_is_image, below))) > 1:
        return PathKind(name, Kind.IMAGES, f"a folder of {at_least}{images:,} images", _TRAINS, dataset=path)
    if any("ubyte" in each.name for each in below):
        return PathKind(name, Kind.OTHER, "a folder of IDX files, as MNIST has them", _ADVICE_ON_IDX)
    words = "a folder without a bundle or images in it" if below else "an empty folder"
    return PathKind(name, Kind.OTHER, words, f"{_OPENS} It trains on folders of images.")


def _run(path: Path, name: str) -> PathKind:
    bundle = path.with_name(path.name.removesuffix(".run"))
    if bundle != path and _is_file(bundle / CONFIG):
        return PathKind(name, Kind.RUN, f"a training run; its bundle is {safe_text(bundle.name)}", bundle=bundle)
    advice = "It has not made a bundle yet: resume it in the Training panel."
    return PathKind(name, Kind.RUN, "a training run", advice)


def _is_image(path: Path | PurePosixPath) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES


def _below(path: Path) -> tuple[list[Path], bool]:
    """The files below a folder, the nearest first, and whether they are all; hidden ones are passed over."""
    found: list[Path] = []
    folders, looked_at = deque([(path, 0)]), 0
    while folders:
        folder, depth = folders.popleft()
        for entry in _entries(folder, strict=depth == 0):
            looked_at += 1
            if looked_at > _MOST_LOOKED_AT:
                return found, False
            if entry.name.startswith("."):
                continue
            if not _is_folder(entry):
                found.append(Path(entry.path))
            elif depth < _DEEPEST:
                folders.append((Path(entry.path), depth + 1))
    return found, True


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entries(folder: Path, *, strict: bool = True) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        if strict:
            raise


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


# -- files


def _file(path: Path, name: str) -> PathKind:
    if path.name == CONFIG or (_is_file(path.parent / CONFIG) and path.name.endswith((".safetensors", ".md", ".png"))):
        inside = _folder(path.parent, name)
        if inside.bundle is not None:
            return PathKind(name, Kind.BUNDLE, "a file of a bundle", bundle=path.parent)
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
    return PathKind(name, Kind.OTHER, other, f"{_OPENS} It trains on folders, zips and arrays of images.")


def _opened(path: Path) -> BufferedReader:
    """A regular file for reading, even if something else has just taken its name."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is not a regular file")
    return BufferedReader(FileIO(descriptor))


def _picture(path: Path, name: str, head: bytes, suffix: str) -> PathKind | None:
    form = next((form for magic, form in _MAGIC if re.match(magic, head, re.DOTALL)), None)
    if form is None:
        return None
    beside = itertools.islice(_entries(path.parent), _MOST_LOOKED_AT)
    if sum(_is_image(Path(each.path)) for each in beside) > 1:
        advice = "A model can be trained on all images of its folder."
        return PathKind(name, Kind.IMAGE, f"a {form} picture", advice, dataset=path.parent)
    return PathKind(name, Kind.IMAGE, f"a {form} picture", _ADVICE_ON_IMAGES)


def _model(path: Path, name: str, head: bytes, suffix: str) -> PathKind | None:
    if suffix == ".safetensors":
        advice = "Weights alone do not say which network they belong to, so they cannot be opened. " + _OPENS
        return PathKind(name, Kind.CHECKPOINT, "a file of weights (safetensors)", advice)
    if suffix == ".onnx":
        return PathKind(name, Kind.CHECKPOINT, "an ONNX model", f"It cannot be opened by this version. {_OPENS}")
    if suffix in (".h5", ".keras") or (suffix == ".hdf5" and head.startswith(b"\x89HDF")):
        return PathKind(name, Kind.CHECKPOINT, "a Keras model", f"It cannot be opened. {_OPENS}")
    if re.match(rb"\x80[\x02-\x05]", head) or suffix in _CHECKPOINTS - {".tar", ".bin"}:
        return _checkpoint(name, suffix)
    return None


def _checkpoint(name: str, suffix: str) -> PathKind:
    words = "a PyTorch checkpoint" if suffix in _CHECKPOINTS - {".pkl", ".pickle"} else "a Python pickle"
    advice = f"It may hold code, and does not say which network its weights belong to, so it is not opened. {_OPENS}"
    return PathKind(name, Kind.CHECKPOINT, words, advice)


def _data(path: Path, name: str, head: bytes, suffix: str) -> PathKind | None:
    if _SESSION.match(head):
        return PathKind(name, Kind.SESSION, "a saved session", session=path)
    if head.startswith(b"\x93NUMPY"):
        return PathKind(name, Kind.ARRAYS, "a NumPy array", _TRAINS, dataset=path)
    if re.match(rb"\0\0[\x08-\x0e][\x01-\x04]", head) and "ubyte" in path.name:
        return PathKind(name, Kind.OTHER, "an IDX file, as MNIST has them", _ADVICE_ON_IDX)
    return None


def _is_text(head: bytes) -> bool:
    try:
        head[: _HEAD - 4].decode()  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


# -- zips, in which several formats come


class _LimitedReader(FileIO):
    """Reads so many bytes and no more. left: of them."""

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

    if has(lambda each: each.endswith(("/data.pkl", "/constants.pkl"))):
        return _checkpoint(name, ".pt")
    if names and has(lambda each: each.endswith(".npy")) == len(names):
        return PathKind(name, Kind.ARRAYS, "a file of NumPy arrays", _TRAINS, dataset=path)
    if has(lambda each: each.rpartition("/")[2] == CONFIG) and has(lambda each: each.endswith(WEIGHTS)):
        return PathKind(name, Kind.OTHER, "a zip of a bundle", "Unpack it, and open the folder.")
    if images := has(lambda each: _is_image(PurePosixPath(each))):
        return PathKind(name, Kind.IMAGES, f"a zip of {images:,} images", _TRAINS, dataset=path)
    words = "a zip without images" if names else "an empty zip"
    return PathKind(name, Kind.OTHER, words, f"{_OPENS} It trains on folders, zips and arrays of images.")


def _special(name: str, mode: int) -> PathKind:
    words = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}.get(stat.S_IFMT(mode), "a device")
    return PathKind(name, Kind.OTHER, words, "Only folders and regular files are opened.")
